"""An icon that is written as a word between colons is its sign, in a title as in a text; a word that is none stays."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article
from tests.knowledge.library import import_tree, write_tree

# What is written, and what its readers see.
_SHOWN = {
    ":rocket: Start here": "🚀 Start here",
    "Zacznij tutaj :tada:": "Zacznij tutaj 🎉",
    ":warning:Uwaga (:fire:)": "⚠Uwaga (🔥)",
    "Set :hostname: and :port: :+1:": "Set :hostname: and :port: 👍",
    ":vpn: :moje_pole: Formularz": ":vpn: :moje_pole: Formularz",
    "Open 10:30:45, host:fire:x": "Open 10:30:45, host:fire:x",
    ":material-rocket-launch:{ .lg } Go": "Go",
    "Type `:rocket:` or \\:rocket:": "Type :rocket: or :rocket:",
}


def _articles(app: Flask, root: Path, texts: list[str]) -> list[Article]:
    import_tree(app, write_tree(root, {f"t{number:02}.md": text for number, text in enumerate(texts)}))
    with app.app_context():
        found = list(db.session.scalars(select(Article).order_by(Article.slug)))
        _loaded = [article.published_revision for article in found]
        return found


def test_title_and_text_show_the_same_icons_and_all_words(app: Flask, tmp_path: Path) -> None:
    articles = _articles(app, tmp_path / "set", [f"# {text}\n\n{text}\n" for text in _SHOWN])
    titles = dict(zip(_SHOWN, (article.title for article in articles), strict=True))
    words = {
        text: article.published_revision and article.published_revision.plain_text
        for text, article in zip(_SHOWN, articles, strict=True)
    }
    assert titles == _SHOWN
    assert words == _SHOWN


def test_the_title_of_a_header_shows_them_as_well(app: Flask, tmp_path: Path) -> None:
    texts = [text for text in _SHOWN if "`" not in text and "{" not in text]
    articles = _articles(app, tmp_path / "set", [f"---\ntitle: '{text}'\n---\nText.\n" for text in texts])
    assert [article.title for article in articles] == [_SHOWN[text] for text in texts]


@pytest.mark.parametrize(
    ("title", "heading"),
    [("Go VPN", ":rocket: Go VPN"), (":rocket: Go VPN", "Go VPN"), ("👩🏽‍💻 Praca", "Praca")],
)
def test_a_heading_that_differs_by_an_icon_is_not_said_twice(
    app: Flask, tmp_path: Path, title: str, heading: str
) -> None:
    (article,) = _articles(app, tmp_path / "set", [f'---\ntitle: "{title}"\n---\n# {heading}\n\nText.\n'])
    assert article.published_revision is not None
    assert article.published_revision.plain_text == "Text."
