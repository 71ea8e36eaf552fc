"""What lists show of an imported article: its title as its readers saw it, and first sentences without marks."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article
from tests.knowledge.test_pictures import _png

_HTML_TITLE = '<h1 align="center">\n  <img src="p.png" alt="logo">\n  The **big** one\n</h1>\n'
# What a file begins with, and the article's title.
_TITLES = {
    "Setext *title*\n====\n": "Setext title",
    " # One blank\n": "One blank",
    "<h1>By HTML</h1>\n": "By HTML",
    _HTML_TITLE: "The big one",
    "[[_TOC_]]\n\n# Behind contents\n": "Behind contents",
    "![logo](p.png)\n\n# Behind a logo\n": "Behind a logo",
    '<p align="center">\n<img src="p.png">\n</p>\n\n# Behind a picture\n': "Behind a picture",
    "# :rocket: Go <b>VPN</b> with `x --y` in C# #\n": "🚀 Go VPN with x --y in C#",
    "# 5*3*2, *.* and a==b==c\n": "5*3*2, *.* and a==b==c",
    "# The __new__ snake_case_name\n": "The new snake_case_name",
    '---\ntitle: "Use `dig` and <b>nslookup</b> :tada:"\n---\n': "Use dig and nslookup 🎉",
    '---\ntitle: "Free *.log files in <Tab> order: a_b_c"\n---\n': "Free *.log files in <Tab> order: a_b_c",
}
# A text, and its summary: its first own paragraph as it is shown.
_SUMMARIES = {
    "[[TOC]]\n\nFirst **words**.": "First words.",
    "Setext\n---\n\nText: a\n": "Text: a",
    "## One\n\nPress ++ctrl+alt+del++ and `x|y`.": "Press Ctrl+Alt+Del and x|y.",
    '!!! warning "Title here"\n    Not this.\n\nBut this.': "But this.",
    "See <https://a.test> and H~2~O.&nbsp;Yes.^[A note.]": "See https://a.test and H2O. Yes.",
    "Take 5*3 or a\\*b.": "Take 5*3 or a*b.",
    "Do it:\n```sh\nls\n```\n2. Step": "Do it:",
    "1. Open:\n\n   Inside.\n\n2. Close.\n\nAfter.": "After.",
    "> Only a quote.": "Only a quote.",
    "| a |\n|---|\n| b |\n\nBelow.": "Below.",
}


def _read(app: Flask, root: Path, texts: list[str]) -> list[Article]:
    root.mkdir()
    (root / "p.png").write_bytes(_png())
    for number, text in enumerate(texts):
        (root / f"t{number:02}.md").write_text(text)
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert result.exit_code == 0, result.output
    with app.app_context():
        return list(db.session.scalars(select(Article).order_by(Article.slug)))


def test_the_title_is_the_first_heading_however_it_is_written(app: Flask, tmp_path: Path) -> None:
    articles = _read(app, tmp_path / "set", [f"{text}\nText.\n" for text in _TITLES])
    assert dict(zip(_TITLES, (article.title for article in articles), strict=True)) == _TITLES
    assert {article.summary for article in articles} == {"Text."}


def test_the_summary_is_the_first_paragraph_as_it_is_shown(app: Flask, tmp_path: Path) -> None:
    articles = _read(app, tmp_path / "set", [f"---\ntitle: T\n---\n{text}\n" for text in _SUMMARIES])
    assert dict(zip(_SUMMARIES, (article.summary for article in articles), strict=True)) == _SUMMARIES


def test_all_markdown_goes_in_and_other_texts_are_counted(app: Flask, tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    for name in ("a.mdx", "b.mkd", "c.MDX", "d.rst", "e.txt", "f.txt", "g.png"):
        (root / name).write_text(f"# {name}\n\n[x](b.mkd)\n")
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert "3 added" in result.stdout
    assert "Passed over, for they are no Markdown: 1 .rst, 2 .txt." in result.stderr
    assert "leads nowhere" not in result.stderr


def test_a_heading_that_is_longer_than_a_title_may_be_is_kept_whole_in_the_text(
    app: Flask, tmp_path: Path
) -> None:
    """It was refused by PostgreSQL, which keeps to the length of a column."""
    heading = "How to " + "send " * 60 + "it"
    (tmp_path / "long.md").write_text(f"# {heading}\n\nText.\n")
    result = app.test_cli_runner().invoke(args=["kb", "sync", "--from-files-only", "--path", str(tmp_path)])
    assert result.exit_code == 0, result.output
    with app.app_context():
        article = db.session.scalars(select(Article).where(Article.slug == "long")).one()
        assert article.title == heading[:200].rstrip()
        assert article.published_revision is not None
        assert heading in article.published_revision.body
