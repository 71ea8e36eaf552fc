"""Articles for tests: written the way the product writes them, and indexed the way the jobs process does it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge import actions
from servicedesk.knowledge.indexing import article_texts
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.rendering import render
from servicedesk.knowledge.sources import Draft
from servicedesk.search.writer import IndexWriter
from servicedesk.web.settings import current_settings

STEPS = """The tray is empty.

## Before you start

Have paper at hand.

## Steps

- [ ] **Open the tray.** It slides out.
- [ ] **Fill in paper.** Up to the mark.
- [ ] **Close the tray** and press ++ctrl+p++.

## If it still does not work

Tell the desk which printer it is.
"""


def publish(
    app: Flask, slug: str, *, language: str = "en", translation_of: str = "", **fields: object
) -> int:
    """Publish an article and return its id; what is not given is a plain article for everyone."""
    draft = replace(
        Draft(title=slug.replace("-", " ").capitalize(), body="Some words.\n"),
        **fields,  # type: ignore[arg-type]
    )
    with app.app_context():
        article = actions.new_article(slug=slug, language=language, draft=draft, by_id=None)
        page = render(draft.body, slug=slug, language=language)
        if translation_of:
            article.translation_of_id = db.session.scalar(
                select(Article.id).where(Article.slug == translation_of)
            )
        actions.put_forward(article, actions.add_revision(article, draft, rendered=page, by_id=None))
        db.session.commit()
        return article.id


def write_draft(app: Flask, slug: str, *, by_id: int, **fields: object) -> int:
    """Write an article that is not published and return its id."""
    draft = replace(Draft(title=slug.replace("-", " ").capitalize(), body="Some words.\n"), **fields)  # type: ignore[arg-type]
    with app.app_context():
        article = actions.new_article(slug=slug, language="en", draft=draft, by_id=by_id)
        actions.add_revision(
            article, draft, rendered=render(draft.body, slug=slug, language="en"), by_id=by_id
        )
        db.session.commit()
        return article.id


def index(app: Flask) -> None:
    """Index all published articles anew."""
    with app.app_context():
        settings = current_settings()
        IndexWriter(settings.index_dir, secret_key=settings.secret_key).rebuild(article_texts(), [])


def get_state(app: Flask, slug: str) -> Article:
    """Ask the database anew for an article; what is needed of its revisions is loaded."""
    with app.app_context():
        article = db.session.scalars(select(Article).where(Article.slug == slug)).one()
        _loaded = article.published_revision, list(article.revisions), article.translation_of
        return article


def write_tree(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, by their paths, and return the folder."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def import_tree(app: Flask, root: Path, *options: str) -> str:
    """Import a folder by the command, and return what it wrote."""
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root), *options])
    assert result.exit_code == 0, result.output
    return result.output


def states(app: Flask) -> dict[str, tuple[str, str]]:
    """Return the state and the audience of each article, by its slug."""
    with app.app_context():
        rows = db.session.execute(select(Article.slug, Article.state, Article.audience))
        return {slug: (state, audience) for slug, state, audience in rows}
