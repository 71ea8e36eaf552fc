"""Boxes, anchors, signs and pasted marks of other systems are shown as their authors mean them."""

import re

import pytest

from servicedesk.knowledge.rendering import Rendered, render


def _render(body: str, *, language: str = "en") -> Rendered:
    return render(body, slug="here", language=language, files={"screen.png": 7})


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("{: .warning }\n> Mind this.", "warning", "Warning\nMind this."),
        ("{: .note-title }\n> Mind this.", "note", "Note\nMind this."),
        ("{: .important }\nMind *this*.", "important", "Important\nMind this."),
        ("Mind this.\n{: .caution }", "caution", "Caution\nMind this."),
        ("> Mind this.\n{: .prompt-tip }", "tip", "Tip\nMind this."),
        ("> Mind this.\n{.is-danger}\n\nAfter.", "danger", "Danger\nMind this.\nAfter."),
        ("- x\n\n  > Mind this.\n  {: .prompt-info }", "info", "x\nInfo\nMind this."),
        ('<p class="callout warning">Mind <b>this</b>.</p>', "warning", "Warning\nMind this."),
        ('<div class="alert alert-danger" role="alert">\nMind this.\n</div>', "danger", "Danger\nMind this."),
        (
            '<div class="confluence-information-macro confluence-information-macro-warning">\n<p>Mind this.</p>\n</div>',
            "warning",
            "Warning\nMind this.",
        ),
    ],
)
def test_a_box_named_by_its_attributes_is_a_box(body: str, kind: str, words: str) -> None:
    page = _render(body)
    assert f'<div class="admonition {kind}">' in page.html
    assert re.sub(r"\s*\n\s*", "\n", page.plain_text) == words


@pytest.mark.parametrize("body", ["> plain\n{: .lead }", "Text\n{: .table }", '<p class="lead">Text</p>'])
def test_attributes_that_name_no_box_make_none(body: str) -> None:
    assert "admonition" not in _render(body).html


def test_equal_headings_answer_to_the_names_that_github_gives_them() -> None:
    page = _render("## Setup steps\n\n## Setup steps\n\n## Setup steps\n\n[x](#setup-steps-1)")
    assert '<span id="a-setup-steps-1"></span>Setup steps' in page.html
    assert '<span id="a-setup-steps-2"></span>Setup steps' in page.html
    assert 'href="#a-setup-steps-1"' in page.html


def test_a_heading_takes_its_id_from_the_line_below_it() -> None:
    page = _render("## H\n{: #hh}\n\n[x](#hh)\n\nText")
    assert page.contents[0]["id"] == "a-hh"
    assert '<h2 id="a-hh">' in page.html


def test_a_heading_that_begins_with_a_short_word_is_found_like_the_others() -> None:
    page = _render("## A dog\n\n[x](#a-dog)")
    assert f'<h2 id="{page.contents[0]["id"]}">' in page.html
    assert f'href="#{page.contents[0]["id"]}"' in page.html


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("| a |\n|---|\n| b |\n{: .table}\n\nEnd", "a\nb\nEnd"),
        (":thumbsup: :telephone: :pencil:", "👍 ☎ 📝"),
        ("[!code-csharp[](a/b.cs)] [!code[Main](x)]", "a/b.cs Main"),
        ("::: details X {open}\ny\n:::", "X\ny"),
    ],
)
def test_small_marks_leave_nothing_behind(body: str, words: str) -> None:
    page = _render(body)
    assert page.plain_text == words
    assert page.html.count("<tr>") in (0, 2)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("1.\xa0x\n2.\xa0y", "<ol><li>x</li><li>y</li></ol>"),
        ("-\xa0x", "<ul><li>x</li></ul>"),
        ("#\xa0Head", '<h2 id="a-head">Head</h2>'),
        ("Text\n• a\n• b\n  more\n\n• c\n\nEnd", "<p>Text</p><ul><li>a</li><li>b\nmore</li><li>c</li></ul><p>End</p>"),
        ("> •\xa0a\n> • b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. x\n   ◦ a\n   ◦ b\n2. y", "<li>x<ul><li>a</li><li>b</li></ul></li><li>y</li>"),
        ("a • b", "<p>a • b</p>"),
        ("```\n• a\n```", "<code>• a\n</code>"),
    ],
)  # fmt: skip
def test_pasted_marks_make_lists_and_headings(body: str, shown: str) -> None:
    assert shown in re.sub(r">\s+<", "><", _render(body).html)
