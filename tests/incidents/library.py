"""Short ways to publish articles, file and resolve incidents, and index them, all through the product's own actions."""

from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from servicedesk.database import db
from servicedesk.desk.models import Category
from servicedesk.incidents.actions import resolving
from servicedesk.incidents.actions.filing import NewIncident, file_incident, title_from
from servicedesk.incidents.models import Incident
from servicedesk.jobs import SOURCES
from servicedesk.knowledge.actions.writing import add_revision, new_article, put_forward
from servicedesk.knowledge.rendering import render
from servicedesk.knowledge.sources import Draft
from servicedesk.people.models import Person
from servicedesk.search.current import current_engine
from servicedesk.search.indexing import build_index
from servicedesk.search.writer import IndexWriter
from servicedesk.web.settings import current_settings


def publish(
    app: Flask,
    slug: str,
    title: str,
    body: str = "Do this.",
    *,
    audience: str = "everyone",
    language: str = "en",
    category: str = "",
    translation_of: int | None = None,
    facts_needed: Sequence[str] = (),
) -> int:
    """Publish an article and return its id."""
    with app.app_context():
        draft = Draft(
            title=title,
            body=body,
            summary=f"About: {title}",
            audience=audience,
            category=category,
            facts_needed=tuple(facts_needed),
        )
        article = new_article(slug=slug, language=language, draft=draft, by_id=None)
        article.translation_of_id = translation_of
        rendered = render(body, slug=slug, language=language, files={})
        put_forward(article, add_revision(article, draft, rendered=rendered, by_id=None))
        db.session.commit()
        return article.id


def file(app: Flask, person_id: int, text: str, *, category: str = "other", **more: Any) -> int:
    """File an incident for somebody and return its number."""
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        category_id = db.session.scalar(select(Category.id).where(Category.key == category))
        incident = file_incident(
            NewIncident(
                requester=person, filed_by=person, title=title_from(text), text=text, language="en",
                category_id=category_id, **more,
            )
        )  # fmt: skip
        db.session.commit()
        return incident.id


def resolve(app: Flask, incident_id: int, article_id: int, *, by: int) -> None:
    """Resolve an incident with the article that solved it."""
    with app.app_context():
        incident = db.session.get_one(Incident, incident_id)
        resolution = resolving.Resolution("article", article_ids=(article_id,), text="It works again.")
        resolving.resolve(incident, resolution, db.session.get_one(Person, by))
        db.session.commit()


def write_index(app: Flask) -> None:
    """Index everything as the jobs process does, and open the index: a busy test machine takes its time over that."""
    with app.app_context():
        settings = current_settings()
        writer = IndexWriter(settings.index_dir, secret_key=settings.secret_key)
        build_index(writer, SOURCES)
        db.session.commit()
        current_engine().suggest("warm up", readable=[], language="en")


class QueryCounter:
    """Counts the statements that the database is asked, apart from beginning and ending transactions."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.statements: list[str] = []

    def __enter__(self) -> "QueryCounter":
        with self._app.app_context():
            self._engine = db.engine
        event.listen(self._engine, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_details: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._count)

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            self.statements.append(statement)
