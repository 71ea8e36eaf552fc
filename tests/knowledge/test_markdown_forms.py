"""Markdown as people write it, by GitHub's, MkDocs', Docusaurus', Kramdown's and Obsidian's books, is shown as they mean it."""

import html
import re

import pytest

from servicedesk.errors import InvalidInputError
from servicedesk.knowledge.rendering import PATIENCE_S, Rendered, Renderer, render


def _render(body: str, *, language: str = "en") -> Rendered:
    return render(body, slug="here", language=language, files={"screen.png": 7})


def _shape(page: Rendered) -> str:
    """Return the HTML without spaces between its tags."""
    return re.sub(r">\s+<", "><", page.html)


def _code(page: Rendered) -> list[str]:
    """Return what stands in code, letter for letter."""
    found = re.findall(r"<code>(.*?)</code>", page.html, re.DOTALL)
    return [html.unescape(re.sub(r"<[^<>]*>", "", part)) for part in found]


@pytest.mark.parametrize(
    "between",
    [
        "",
        "\n   A paragraph.\n",
        "\n   A paragraph.\n   - a\n   - b\n",
        "   - a\n\n   - b\n",
        "   ```\n   code\n   ```\n   - a\n",
        "   > A quote.\n",
        "   > [!TIP]\n   > A hint.\n",
        "   !!! note\n       A box.\n",
        "\n   :::note\n   A box.\n   :::\n",
        "\n   | a | b |\n   |---|---|\n   | 1 | 2 |\n",
        "\n\t```sh\n\tcode\n\t```\n",
        "   <details><summary>More</summary>\n\n   - x\n\n   </details>\n",
        "   ![Screen](file:screen.png)\n",
    ],
)
@pytest.mark.parametrize("box", ["", "[ ] "])
def test_the_next_step_is_a_step_whatever_stood_in_the_one_before(between: str, box: str) -> None:
    page = _render(f"1. {box}First\n{between}2. {box}Second\n3. {box}Third\n")
    tops = re.split(r"<li(?: [^>]*)?>", _shape(page))
    assert [
        word
        for word in ("First", "Second", "Third")
        if any(top.lstrip("<p>").startswith(word) for top in tops)
    ] or box
    assert page.html.count("<ol") == 1
    assert not re.search(r"\d\. |\[ \]|^\s*>|[-*] \w", page.plain_text, re.MULTILINE), page.plain_text
    assert page.steps == (["First", "Second", "Third"] if box else [])


def test_a_list_in_which_only_some_have_boxes_is_no_list_of_steps() -> None:
    page = _render("- [ ] Open\n- [x] Done\n- No box\n")
    assert page.steps == []
    assert page.plain_text == "☐ Open\n☑ Done\nNo box"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("```\n\tone\n\n  two  \n```\n", ["\tone\n\n  two  \n"]),
        ("````md\n```yaml\na: ${{ b }}\n```\n````\n", ["```yaml\na: ${{ b }}\n```\n"]),
        ("~~~\n<!-- kept -->\n```\n~~~\n", ["<!-- kept -->\n```\n"]),
        ("1. x\n\n\t```yaml\n\tname: {{ host }}\n\t\tdeep\n\t```\n", ["name: {{ host }}\n\tdeep\n"]),
        ("    a <b> {{c}} ::: {#d}\n", ["a <b> {{c}} ::: {#d}\n"]),
        ("Press `a ** b` or ``c ` d`` or `&amp;` or `{:x}`.\n", ["a ** b", "c ` d", "&amp;", "{:x}"]),
        ("> ```\n> in a quote\n> ```\n", ["in a quote\n"]),
        ("```xml\n\n<a>&lt;</a>\n\n```\n", ["\n<a>&lt;</a>\n\n"]),
        ("```js title=\"x.js\" {1,3}\nlet a = 1;\n```\n", ["let a = 1;\n"]),
    ],
)  # fmt: skip
def test_code_is_shown_letter_for_letter(body: str, code: list[str]) -> None:
    assert _code(_render(body)) == code


@pytest.mark.parametrize(
    ("body", "kind", "title", "words"),
    [
        ("> [!NOTE]\n> Mind this.\n", "note", "Note", "Mind this."),
        ("> [!WARNING]\n>\n> Mind this.\n", "warning", "Warning", "Mind this."),
        ("> [!note] Mind this.\n", "note", "Note", "Mind this."),
        ("> [!bug]- Known *fault*\n> It hangs.\n", "danger", "Known fault", "It hangs."),
        ("> [!faq]+ Why?\n> So.\n", "info", "Why?", "So."),
        (":::warning Only grey\n\nIt breaks.\n\n:::\n", "warning", "Only grey", "It breaks."),
        (":::tip[Faster]\nUse it.\n:::\n", "tip", "Faster", "Use it."),
        ('::: {.callout-note title="Read"}\nUse it.\n:::\n', "note", "Read", "Use it."),
        (':::note{title="Read"}\nUse it.\n:::\n', "note", "Read", "Use it."),
        ("::: danger\nUse it.\n:::\nAfter.\n", "danger", "Danger", "Use it."),
        ('!!! note "The *title*"\n    Use it.\n\n    More.\n', "note", "The title", "Use it."),
        ("!!! success\n\n    Use it.\n", "tip", "Success", "Use it."),
        ('??? warning "Open me"\n    Use it.\n', "warning", "Open me", "Use it."),
        ("???+ tip\n    Use it.\n", "tip", "Tip", "Use it."),
        ('=== "Windows"\n\n    Use it.\n\n=== "Mac"\n\n    Not that.\n', "note", "Windows", "Use it."),
    ],
)
def test_boxes_keep_their_title_and_their_words(body: str, kind: str, title: str, words: str) -> None:
    page = _render(body)
    assert f'class="admonition {kind}"' in page.html
    assert page.plain_text.splitlines()[:2] == [title, words]
    assert not re.search(r":::|!!!|\?\?\?|===|\[!", page.plain_text)


def test_boxes_stand_in_boxes_and_in_steps() -> None:
    page = _render(
        "1. One\n\n   ::::note Outer\n   :::tip Inner\n   - a\n   :::\n   ```\n   :::\n   ```\n   ::::\n2. Two\n"
    )
    assert page.plain_text == "One\nOuter\nInner\na\n:::\nTwo"
    assert page.html.count('class="admonition ') == 2
    assert page.html.count("<ol>") == 1


@pytest.mark.parametrize(
    "body",
    [
        '<div class="x" markdown="1">\n\n1. Open **it**.\n2. See [b](article:b).\n\n</div>\n\nAfter.',
        "<div markdown>\n1. Open **it**.\n2. See [b](article:b).\n</div>\nAfter.",
        "<details>\n<summary>More</summary>\n\n1. Open **it**.\n2. See [b](article:b).\n\n</details>\n\nAfter.",
        "<details><summary>More</summary>\n1. Open **it**.\n2. See [b](article:b).\n</details>\nAfter.",
        '<details markdown="1">\n<summary>More</summary>\n1. Open **it**.\n2. See [b](article:b).\n\n</details>\n\nAfter.',
    ],
)
def test_markdown_inside_html_is_rendered(body: str) -> None:
    page = _render(body)
    assert "<ol><li>Open <strong>it</strong>.</li>" in _shape(page)
    assert page.links == ["b"]
    assert page.plain_text.endswith("After.")
    assert "<details>" not in page.html or "<summary>More</summary>" in page.html


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<center>![Screen](file:screen.png)</center>\n\nAfter.", "<img "),
        (
            "<figure>\n    <img src='file:screen.png'>\n    <figcaption>A **b**</figcaption>\n</figure>",
            "<strong>b</strong>",
        ),
        ("<br>\n**b**", "<strong>b</strong>"),
        ('<a name="x"></a>\n## Head **b**', "<strong>b</strong>"),
        ("<img src='file:screen.png'>\n**b**", "<strong>b</strong>"),
        ('<br>\n!!! warning "Mind"\nNot indented.', '<p class="admonition-title">Mind</p>'),
        ("<iframe src='https://a.test/v'></iframe>", '<a href="https://a.test/v"'),
        ('*w*{:target="_blank"} z', "<em>w</em> z"),
    ],
)
def test_a_tag_that_is_no_block_of_ours_hides_no_marks(body: str, shown: str) -> None:
    page = _render(body)
    assert shown in page.html
    assert not re.search(r"\*\*|!\[|!!!|\{", page.plain_text)


def test_links_written_as_html_lead_where_the_others_do() -> None:
    page = _render(
        'See <a href="article:b#Some-Part">b</a>, <a href="../gone.md">gone</a> and <a name="Top"></a>[up](#top).'
    )
    assert page.links == ["b"]
    assert '<a href="/articles/b#a-some-part"' in page.html
    assert "gone.md" not in page.html
    assert 'id="a-top"' in page.html
    assert 'href="#a-top"' in page.html


def test_ids_that_authors_give_are_taken_and_not_shown() -> None:
    page = _render(
        "[Go](#need)\n\n## What you need {#need}\n\n## Steps {: #the-steps .x }\n\nOn.{ .lead }\n\n## What's new?\n"
    )
    assert [(one["id"], one["text"]) for one in page.contents] == [
        ("a-need", "What you need"), ("a-the-steps", "Steps"), ("a-what-s-new", "What's new?"),
    ]  # fmt: skip
    assert 'href="#a-need"' in page.html
    assert 'id="a-whats-new"' in page.html
    assert "{" not in page.plain_text


def test_an_id_cannot_be_that_of_a_step_or_of_the_page() -> None:
    page = _render(
        "## One {#footnote-1}\n\n## Footnote 1\n\n- [ ] Step[^1]\n\n[^1]: Words.\n\n## Main {#main}\n"
    )
    ids = re.findall(r'id="([^"]*)"', page.html)
    assert all(one.startswith("a-") for one in ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("~~Old~~ ==new== ++ctrl+c++", "<del>Old</del> <mark>new</mark> <span class=\"keys\"><kbd>Ctrl</kbd>"),
        ("It is at https://a.test/x?y=1&z=2.", '<a href="https://a.test/x?y=1&amp;z=2" rel="noopener noreferrer">'),
        ("Write to help@a.test now.", '<a href="mailto:help@a.test"'),
        ("[Call](tel:+48-22-123)", '<a href="tel:+4822123"'),
        ("[Share](file://server/it)", "<span>Share</span> (file://server/it)"),
        ("[Share](\\\\\\\\server\\it)", "<span>Share</span> (\\\\server\\it)"),
        ("[a](<b c.md>) and [d\ne](https://a.test)", ">d\ne</a>"),
        ("[see [this] one](https://a.test)", ">see [this] one</a>"),
        ("[![Screen](file:screen.png)](article:b)", '<a href="/articles/b" rel="noopener noreferrer"><img alt="Screen"'),
        ("[one][r]\n\n[r]: article:b", '<a href="/articles/b"'),
        (":warning: :material-check: 10:30:00", "\u26a0  10:30:00"),
        ("![Screen](file:screen.png){ width=300 }", '<img alt="Screen" src="/articles/here/files/7"></p>'),
        ("**Wichtig:**text, **\"Quoted\"**text and a**b**c", "a<strong>b</strong>c"),
        ("Term\n:   Meaning", "<dt>Term</dt>"),
        ("a {++in++}{--out--}{~~old~>new~~} {==it==}{>>why?<<}.",
         "a <ins>in</ins><del>out</del><del>old</del><ins>new</ins> <mark>it</mark>."),
        ("The HTML.\n\n*[HTML]: Hyper Text\n*[A]: B",
         "<li><strong>HTML</strong>: Hyper Text</li>\n<li><strong>A</strong>: B</li>"),
        ("^^in^^, m^2^, H~2~O, ~old~, ~a few~", "<ins>in</ins>, m<sup>2</sup>, H<sub>2</sub>O, <del>old</del>, <del>a few</del>"),
        ("cp ~/a ~/b for ~5 of 2^10 files", "<p>cp ~/a ~/b for ~5 of 2^10 files</p>"),
        ("a {::comment}secret{:/comment}b{::nomarkdown}", "<p>a b</p>"),
        ("{::comment}\nsecret\n\nmore\n{:/comment}\n\nText", "<p>Text</p>"),
        ("{>>\nsecret\n<<}\n\nText", "<p>Text</p>"),
        (":::: code-group\n::: code-group-item NPM:active\nRun it.\n:::\n::::", '<p class="admonition-title">NPM</p>'),
        ("::: code-group\n```sh [npm]\nx\n```\n:::", "<strong>npm</strong>"),
        ("# [Windows](#tab/windows)\n\nText", '<h2 id="a-windows"><span>Windows</span></h2>'),
        ('<xref:System.String?displayProperty=name>, <xref href="a.b"/>', "<code>System.String</code>, <code>a.b</code>"),
        ("- [?] q\n- [-] no\n- [ ] open", "<li>\u2753 q</li>\n<li>\u2612 no</li>\n<li>\u2610 open</li>"),
        ("- :material-clock:{ .lg .middle } __Set up__", "<li> <strong>Set up</strong></li>"),
        ("**Sharing **: it, and ** names must**: x", "<strong>Sharing </strong>: it, and <strong> names must</strong>: x"),
        ("2 ** 3 ** 4 and `**x **`", "<p>2 ** 3 ** 4 and <code>**x **</code></p>"),
        ("Servers: ****Number of them", "Servers: Number of them"),
        ("**DNI or NIF******: one", "<strong>DNI or NIF</strong>: one"),
        ("****[**Leads**](article:b) **- all\nmore", "><strong>Leads</strong></a>"),
        ('=== "Q20\n\n    Text', '<p class="admonition-title">Q20</p>'),
        ("- For:\n      - Mac\n      - Linux\n- Next", "<li>For:<ul>\n<li>Mac</li>"),
        ("1. For:\n        - Mac\n\n          ```\n          a\n            b\n          ```\n2. Next", "a\n  b\n"),
        ("1. For:\n  1. Both:\n    1. Mac\n    1. Linux\n  1. Next", "<li>Both:<ol>\n<li>Mac</li>\n<li>Linux</li>\n</ol>\n</li>"),
        ("For:\n```text\n- a\n    - b\n```", "<code>- a\n    - b\n</code>"),
        ("For:\n\t* Mac\n\t* Linux\n\nNext", "<li>Linux</li>"),
        ("[[_TOSP_]]\n\nText", "<p>Text</p>"),
        ("<p>a\n" * 150, "<p>a\n</p>"),
        ("<ul>" + "<li>a\n" * 150 + "</ul>", "<li>a\n</li>"),
    ],
)  # fmt: skip
def test_marks_beyond_the_core_are_shown_as_they_are_meant(body: str, shown: str) -> None:
    assert shown in _render(body).html


def test_footnotes_stand_below_and_are_linked_both_ways() -> None:
    page = _render("Nightly[^1] and again[^why].^[Inline.]\n\n[^1]: From *one*.\n[^why]: Because.\n")
    assert "[^" not in page.plain_text
    assert page.html.count('href="#a-footnote-') == 6
    assert "From <em>one</em>." in page.html
    assert (
        page.plain_text.index("From one.")
        < page.plain_text.index("Because.")
        < page.plain_text.index("Inline.")
    )


@pytest.mark.parametrize(
    "mark", ["[TOC]", "[[_TOC_]]", "[toc]", "* TOC\n{:toc}", "1. TOC\n{:toc .x}", "${toc}"]
)
def test_a_place_for_the_contents_is_not_shown_for_the_page_has_its_own(mark: str) -> None:
    assert _render(f"Before.\n\n{mark}\n\nAfter.\n").plain_text == "Before.\nAfter."


def test_what_cannot_be_shown_is_told_for_what_it_is() -> None:
    renderer = Renderer(patience_s=PATIENCE_S)  # On a busy machine a text may have to wait for its turn.
    try:
        with pytest.raises(InvalidInputError, match="nested too deep"):
            renderer.render("<div>" * 150, slug="here", language="en")
        with pytest.raises(InvalidInputError, match="takes too long"):
            renderer.render("[a](" * 125_000, slug="here", language="en")
    finally:
        renderer.close()


def test_a_telephone_link_holds_digits_alone() -> None:
    for address in ("tel:1;ext=javascript:x", "tel:%22onclick", "tel:", "TEL:abc"):
        for written in (f"[x]({address})", f"<a href='{address}'>x</a>"):
            assert "tel:" not in _render(written).html.lower()
