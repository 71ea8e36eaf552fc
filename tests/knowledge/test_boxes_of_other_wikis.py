"""Outline's folded parts, Docsify's marked paragraphs, MyST's notes: boxes with all their words."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import ArticleRevision
from servicedesk.knowledge.rendering import Rendered, render
from tests.knowledge.library import import_tree, states, write_tree


def _render(body: str, *, language: str = "en") -> Rendered:
    return render(body, slug="here", language=language, files={})


def _words(page: Rendered) -> str:
    return re.sub(r"\s*\n\s*", "\n", page.plain_text)


_FOLDED = '<details class="admonition note">'


@pytest.mark.parametrize(
    ("body", "words", "count"),
    [
        ("+++ Jak *to* działa\nTekst **b**\n\n- x\n+++\n\nDalej", "Jak to działa\nTekst b\nx\nDalej", 1),
        ("Text\n+++ One\n\n+++ Two\na\n+++\nb\n+++\nEnd", "Text\nOne\nTwo\na\nb\nEnd", 2),
        ("+++ One\n```\n+++\n```\n\n| a |\n|---|\n| b |\n\n+++", "One\n+++\na\nb", 1),
        (
            "1. Open\n\n   +++ More\n   x\n\n   +++\n\n2. Close\n\n+++ Y\n\nz\n\n+++",
            "Open\nMore\nx\nClose\nY\nz",
            2,
        ),
        ("+++ Never closed\n\n+++ Closed\na\n+++\nb", "+++ Never closed\nClosed\na\nb", 1),
        ("> +++ T\n> a\n> +++\n\n+++ not\n\n++++ so", "T\na\n+++ not\n++++ so", 1),
        ("+++\nno title\n+++", "+++\nno title\n+++", 0),
        ("```diff\n+++ b/file\n+++\n```", "+++ b/file\n+++", 0),
    ],
)
def test_what_outline_folds_is_folded(body: str, words: str, count: int) -> None:
    page = _render(body)
    assert (_words(page), page.html.count(_FOLDED)) == (words, count)


@pytest.mark.parametrize(
    ("body", "words", "kinds"),
    [
        ("!> Never *share* it\nwith anybody.", "Important\nNever share it\nwith anybody.", ["important"]),
        ("?> Use a passphrase.", "Tip\nUse a passphrase.", ["tip"]),
        ("?>Use it.\n!> Mind **this**.\n\nAfter", "Tip\nUse it.\nImportant\nMind this.\nAfter", ["tip", "important"]),
        ("- !> In a step\n- other", "Important\nIn a step\nother", ["important"]),
        ("> ?> Quoted", "Tip\nQuoted", ["tip"]),
        ("a !> b\n\n!>\n\n`!> c`\n\n!>= 5", "a !> b\n!>\n!> c\n!>= 5", []),
    ],
)  # fmt: skip
def test_what_docsify_marks_is_a_box(body: str, words: str, kinds: list[str]) -> None:
    page = _render(body)
    assert (_words(page), re.findall(r'"admonition ([a-z]+)"', page.html)) == (words, kinds)


_NOTES = [
    ("{note}", "", "note", "Note"),
    ("{note} Przed *startem*", "", "note", "Przed startem"),
    ("{warning}", ":class: wide\n\n", "warning", "Warning"),
    ("{tip}", "---\nname: my-tip\n---\n", "tip", "Tip"),
    ("{important} A", ":name: x\n:class: y\n", "important", "A"),
    ("{danger}", "\n", "danger", "Danger"),
    ("{seealso}", "", "note", "Seealso"),
    ("{admonition} Own title", "", "note", "Own title"),
    ("{admonition} Own title", ":class: warning\n", "warning", "Own title"),
    ("{admonition}", "", "note", "Note"),
]


@pytest.mark.parametrize(("name", "options", "kind", "title"), _NOTES)
@pytest.mark.parametrize("fence", ["```", "~~~", ":::", "````"])
def test_what_myst_names_is_a_box(fence: str, name: str, options: str, kind: str, title: str) -> None:
    page = _render(f"{fence}{name}\n{options}Mind [it](article:vpn).\n\n- x\n{fence}\n\nAfter")
    assert _words(page) == f"{title}\nMind it.\nx\nAfter"
    assert page.html.count(f'<div class="admonition {kind}">') == 1
    assert page.links == ["vpn"]


@pytest.mark.parametrize(
    ("body", "words", "html"),
    [
        ("```{dropdown} More\nx\n```", "More\nx", _FOLDED),
        (":::{dropdown} More\n:open:\nx\n:::", "More\nx", '<details class="admonition note" open="open">'),
        ("```{tip}\n:class: dropdown\nx\n```", "Tip\nx", '<details class="admonition tip">'),
        ("````{note}\nA\n```{tip} B\nC\n```\n```sh\nls\n```\n````\nD", "Note\nA\nB\nC\nls\nD", "<code>ls"),
        (":::{note}\n```{tip}\nC\n```\n:::\nD", "Note\nTip\nC\nD", 'admonition tip"'),
        (
            "````{tab-set}\n```{tab-item} Win\na\n```\n```{tab-item} Mac\nb\n```\n````",
            "Win\na\nMac\nb",
            "admonition",
        ),
        ("1. Open\n\n   ```{note}\n   x\n   ```\n2. Close", "Open\nNote\nx\nClose", "admonition note"),
        ("```{note}\nNever closed", "Note\nNever closed", "admonition note"),
        ("```{note}\n:warning: Mind it\n```", "Note\n⚠ Mind it", "admonition note"),
        (":::{note}\n:name: of two words\n:::", "Note\n:name: of two words", "admonition note"),
        ("```{code-block} python\nx = 1\n```", "x = 1", '<span class="n">x</span>'),
        ("```{versionadded} 2.1\nx\n```", "2.1\nx", "<code>x"),
        ("```{r}\nx\n```", "x", '<span class="n">x'),
        ("```{note} x `1` y", "```{note} x 1 y", "<p>"),
        ("::: toggle the switch", "toggle the switch", _FOLDED),
    ],
)
def test_parts_in_boxes_and_code_beside_them_keep_all_words(body: str, words: str, html: str) -> None:
    page = _render(body)
    assert _words(page) == words
    assert html in page.html


def test_their_titles_are_in_the_language_of_the_text() -> None:
    page = _render("```{warning}\nx\n```\n\n!> y\n\n:::{dropdown}\nz\n:::", language="pl")
    assert _words(page) == "Ostrzeżenie\nx\nWażne\ny\nSzczegóły\nz"


def test_links_and_wiki_marks_in_such_boxes_are_resolved_by_an_import(app: Flask, tmp_path: Path) -> None:
    boxes = (
        "+++ T\n{}\n+++",
        "!> {}",
        "```{{note}}\n{}\n```",
        ":::{{tip}} T\n{}\n:::",
        "```{{admonition}} {}\n```",
    )
    body = "\n\n".join(box.format("see [b](b.md)") for box in boxes)
    root = write_tree(tmp_path, {"a.md": f"---\ntitle: A\n---\n{body}\n", "b.md": "---\ntitle: B\n---\nB.\n"})
    import_tree(app, root)
    with app.app_context():
        page = db.session.scalars(select(ArticleRevision).where(ArticleRevision.title == "A")).one()
        assert page.html.count('<a href="/articles/b"') == len(boxes)
        assert page.html.count('class="admonition-title"') == len(boxes)


@pytest.mark.parametrize(
    "text",
    [
        "```{note}\nInternal only\n```\n\nText.",
        "```{warning} Tylko dla pracowników IT\n```\n\nText.",
        "````{note}\n```{tip}\nConfidential\n```\n````\n\nText.",
        "```{note}\nx\n```\n\nConfidential\n\nText.",
        "+++ Internal only\nx\n+++\n\nText.",
        "!> Internal only\n\nText.",
        "?> Poufne\n\nText.",
    ],
)
def test_what_such_a_box_says_of_readers_counts(app: Flask, tmp_path: Path, text: str) -> None:
    import_tree(app, write_tree(tmp_path, {"a.md": f"---\ntitle: A\n---\n{text}\n"}))
    assert states(app)["a"] != ("published", "everyone")


def test_a_file_may_begin_with_such_a_part(app: Flask, tmp_path: Path) -> None:
    import_tree(app, write_tree(tmp_path, {"a.md": "+++ Title: of it\nname: x\n+++\n\nText.\n"}))
    with app.app_context():
        page = db.session.scalars(select(ArticleRevision)).one()
        assert _FOLDED in page.html
