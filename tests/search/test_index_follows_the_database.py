"""What is queued in the transaction of a change reaches the index; nothing queued meanwhile is lost."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from servicedesk import jobs
from servicedesk.database import db
from servicedesk.search import actions
from servicedesk.search.indexing import Sources
from servicedesk.search.models import IndexChange
from servicedesk.search.texts import ArticleText, IncidentText
from tests.search.shelf import article, incident, reader

_ARTICLES: dict[int, ArticleText] = {}
_INCIDENTS: dict[int, IncidentText] = {}


def _some_articles(ids: Sequence[int]) -> list[ArticleText]:
    return [_ARTICLES[number] for number in ids if number in _ARTICLES]


def _some_incidents(ids: Sequence[int]) -> list[IncidentText]:
    return [_INCIDENTS[number] for number in ids if number in _INCIDENTS]


_SOURCES = Sources(_some_articles, _some_incidents, _ARTICLES.values, _INCIDENTS.values)


@pytest.fixture(autouse=True)
def _no_texts() -> None:
    _ARTICLES.clear()
    _INCIDENTS.clear()


def _update(app: Flask, sources: Sources = _SOURCES) -> int:
    with app.app_context():
        return jobs.index(sources)


def _note(app: Flask, *changes: tuple[str, int]) -> None:
    with app.app_context():
        for kind, number in changes:
            actions.note_change("article" if kind == "article" else "incident", number)
        db.session.commit()


def _queued(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(IndexChange)) or 0


def _found(settings: Settings, text: str) -> list[int]:
    engine = reader(settings.index_dir)
    return [hit.article_id for hit in engine.suggest(text, readable=range(10), language="en").hits]


def test_a_missing_index_is_built_from_everything(app: Flask, settings: Settings) -> None:
    _ARTICLES[1] = article(1, "Scanner")
    _note(app, ("article", 1))
    assert _update(app) == 1
    assert _found(settings, "scanner") == [1]
    assert _queued(app) == 0


def test_queued_changes_are_applied_and_forgotten(app: Flask, settings: Settings) -> None:
    _update(app)
    _ARTICLES[1] = article(1, "Scanner")
    _ARTICLES[50] = article(50, "Words of everyday", "A glass, a plate, dirty.")
    _INCIDENTS[5] = incident(5, "glass plate is dirty", [1])
    _note(app, ("article", 1), ("incident", 5), ("article", 1), ("article", 50))
    assert _update(app) == 4
    assert _found(settings, "scanner") == _found(settings, "dirty plate") == [1]
    assert _queued(app) == 0
    assert _update(app) == 0


def test_what_is_no_longer_given_is_taken_out(app: Flask, settings: Settings) -> None:
    _ARTICLES[1] = article(1, "Scanner")
    _update(app)
    del _ARTICLES[1]
    _note(app, ("article", 1))
    _update(app)
    assert _found(settings, "scanner") == []


def test_a_change_during_a_rebuild_stays_queued(app: Flask, settings: Settings) -> None:
    def texts_while_somebody_writes() -> list[ArticleText]:
        _note(app, ("article", 1))
        return [article(1, "Old title")]

    _note(app, ("article", 2))
    _update(app, Sources(_some_articles, _some_incidents, texts_while_somebody_writes, list))
    assert _queued(app) == 1
    _ARTICLES[1] = article(1, "Scanner")
    _update(app)
    assert _found(settings, "scanner") == [1]


def test_a_damaged_index_is_rebuilt_by_itself(app: Flask, settings: Settings) -> None:
    _ARTICLES[1] = article(1, "Scanner")
    _update(app)
    next(settings.index_dir.glob("generation-*/article.postings")).write_bytes(b"")
    _update(app)
    assert _found(settings, "scanner") == [1]
