"""What is exported and imported into an empty desk is the same: articles, states, audiences and all that they say."""

import re
import tempfile
from datetime import date
from pathlib import Path

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from servicedesk.database import db
from servicedesk.knowledge import actions
from servicedesk.knowledge.actions.exporting import draft_of
from servicedesk.knowledge.models import Article, ArticleRevision, ImportedFile
from servicedesk.knowledge.rendering import render
from servicedesk.knowledge.sources import Draft
from tests.knowledge import library

_WORD = st.sampled_from(
    [
        "draft",
        "true",
        "null",
        "~",
        "0x80070005",
        "2027-05-01",
        "no",
        "a: b",
        "[x]",
        "#1",
        "“ł”",
        "x, y",
        "'q'",
        '"d"',
        "|",
        "état",
        "- a",
    ]
)
_LINE = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)
_BODY = st.lists(
    st.sampled_from(
        [
            "Some words.", "## Part", "- [ ] Step", "Draft: true", "Audience: staff", "State: archived", "> Quote", "`code`",
            "    indented", "| a | b |\n| - | - |\n| 1 | 2 |", "Żółw.",
        ]
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: "Text.\n\n" + "\n\n".join(parts) + "\n")  # fmt: skip
_DRAFT = st.builds(
    Draft,
    title=_LINE, body=_BODY, summary=_LINE, category=st.sampled_from(["", "a", "a/b-c", "drafts", "en"]),
    audience=st.sampled_from(["everyone", "staff", "group:Płace, 1", "group:x"]),
    tags=st.lists(_WORD, max_size=2, unique=True).map(tuple), keywords=st.lists(_LINE, max_size=2, unique=True).map(tuple),
    facts_needed=st.lists(_LINE, max_size=2, unique=True).map(tuple),
    time_minutes=st.none() | st.integers(1, 600), review_on=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drafts=st.lists(_DRAFT, min_size=1, max_size=3))
def test_an_export_imported_into_an_empty_desk_is_the_same(app: Flask, drafts: list[Draft]) -> None:
    with app.app_context():
        for number, draft in enumerate(drafts):
            article = actions.new_article(slug=f"a{number}", language="en", draft=draft, by_id=None)
            page = render(draft.body, slug=article.slug, language="en")
            actions.put_forward(article, actions.add_revision(article, draft, rendered=page, by_id=None))
        db.session.commit()
    with tempfile.TemporaryDirectory() as folder:
        for command in ("export", "import"):
            result = app.test_cli_runner().invoke(args=["kb", command, folder])
            assert result.exit_code == 0, result.output
            if command == "export":
                _forget_articles(app)
    with app.app_context():
        found = {
            article.slug: (article.state, draft_of(article.published_revision))
            for article in db.session.scalars(select(Article))
            if article.published_revision
        }
    _forget_articles(app)
    told = re.findall(r"^Restricted: .*\b(a\d)\.md", result.output, re.MULTILINE)
    assert sorted(told) == [
        f"a{number}" for number, draft in enumerate(drafts) if draft.audience != "everyone"
    ]
    assert found == {f"a{number}": ("published", draft) for number, draft in enumerate(drafts)}


def _forget_articles(app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(Article).values(published_revision_id=None))
        for table in (ImportedFile, ArticleRevision, Article):
            db.session.execute(delete(table))
        db.session.commit()


def test_what_says_nothing_neither_goes_in_nor_out(app: Flask, tmp_path: Path) -> None:
    texts = {
        "heading.md": "# Scales\n\n",
        "README.md": "# How-to guides\n",
        "comment.md": "# X\n\n<!-- to be written -->\n",
        "title.md": "---\ntitle: Only a title\n---\n\n",
        "include.md": "[!INCLUDE [Words](../includes/x.md)]\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    output = app.test_cli_runner().invoke(args=["kb", "import", str(tmp_path)]).output
    assert f"0 added, 0 changed, 0 unchanged, {len(texts)} refused." in output
    assert output.count("The file has no text.") == len(texts), output
    number = library.publish(app, "empty", body="Words.\n")
    with app.app_context():
        db.session.execute(
            update(ArticleRevision)
            .where(ArticleRevision.article_id == number)
            .values(body="", html="", plain_text="")
        )
        db.session.commit()
    output = app.test_cli_runner().invoke(args=["kb", "export", str(tmp_path / "out")]).output
    assert "0 articles written." in output
    assert "Left out, for it has no text: en/empty.md" in output
