"""A database and an index of different days or instances find each other within one turn of the index job."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from config import Settings
from servicedesk import jobs
from servicedesk.database import db, start_reading
from servicedesk.knowledge import actions
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from servicedesk.search.generations import Generations
from servicedesk.search.indexing import plan_update, update_index
from servicedesk.search.models import IndexChange
from servicedesk.search.writer import IndexWriter
from tests.drill import Drill
from tests.factories import Cast, sign_in
from tests.knowledge import library
from tests.search.backups import Backup
from tests.search.shelf import ARTICLES, INCIDENTS, write
from tests.services.databases import IS_POSTGRESQL

_FIRST_DAY = {"scanner", "plotter"}
_SECOND_DAY = {"plotter", "projector"}
_ALL = "scanner plotter projector layoffs monitor"


@dataclass
class Days:
    """Backups of two days, and of the index of somebody else's instance with the same key."""

    first: Backup
    second: Backup
    foreign: Backup


@pytest.fixture
def days(app: Flask, settings: Settings, cast: Cast, tmp_path: Path) -> Days:
    for slug in sorted(_FIRST_DAY):
        _publish(app, slug)
    _publish(app, "layoffs", audience="group:HR")
    _turn(app)
    first = Backup(app, settings, tmp_path)
    _publish(app, "projector")
    _archive(app, "scanner", cast)
    _turn(app)
    second = Backup(app, settings, tmp_path)
    shutil.rmtree(settings.index_dir)
    write(settings.index_dir, ARTICLES, INCIDENTS, key=settings.secret_key)
    foreign = Backup(app, settings, tmp_path)
    second.restore_index()
    return Days(first, second, foreign)


def _publish(app: Flask, slug: str, **fields: str) -> None:
    library.publish(app, slug, body=f"How to use the {slug}.\n", **fields)


def _archive(app: Flask, slug: str, cast: Cast) -> None:
    with app.app_context():
        article = db.session.scalars(select(Article).where(Article.slug == slug)).one()
        actions.archive(article, by=db.session.get_one(Person, cast.edyta))
        db.session.commit()


def _turn(app: Flask) -> None:
    with app.app_context():
        jobs.update_search()
        db.session.remove()


def _found(app: Flask, cast: Cast) -> set[str]:
    """Return what an employee finds of all articles, asked for one by one."""
    client = sign_in(app, cast.ewa)
    pages = [client.get("/search", query_string={"q": word}) for word in _ALL.split()]
    assert {page.status_code for page in pages} == {200}
    return {slug for page in pages for slug in re.findall(r'href="/articles/([a-z]+)["?]', page.text)}


def _generation(settings: Settings) -> int:
    return Generations(settings.index_dir, secret_key=settings.secret_key).current().number


def _restore_both(days: Days) -> None:
    days.first.restore_index()
    days.first.restore_database()


def _restore_and_come_back(days: Days) -> None:
    days.first.restore_database()
    days.second.restore_database()


_CASES: dict[str, tuple[Callable[[Days], None], set[str]]] = {
    "an older index under a newer database": (lambda days: days.first.restore_index(), _SECOND_DAY),
    "an older database under a newer index": (lambda days: days.first.restore_database(), _FIRST_DAY),
    "both of the first day": (_restore_both, _FIRST_DAY),
    "there and back again": (_restore_and_come_back, _SECOND_DAY),
    "the index of another instance": (lambda days: days.foreign.restore_index(), _SECOND_DAY),
}


@pytest.mark.drill
@pytest.mark.parametrize("case", _CASES)
def test_one_turn_of_the_job_heals(
    app: Flask, settings: Settings, cast: Cast, days: Days, drill: Drill, case: str
) -> None:
    put_back, expected = _CASES[case]
    assert _found(app, cast) == _SECOND_DAY
    put_back(days)
    assert "layoffs" not in _found(app, cast)
    _turn(app)
    found = _found(app, cast)
    drill.tell(
        "articles found after a restore", tried=len(expected), acknowledged=len(expected), lost=len(expected - found),
        doubled=len(found - expected), note=case,
    )  # fmt: skip
    healed = _generation(settings)
    _turn(app)
    assert _generation(settings) == healed, "It is built anew once, not at each turn."


def test_it_heals_too_when_the_older_database_has_grown_past_the_index(
    app: Flask, cast: Cast, days: Days
) -> None:
    days.first.restore_database()
    for number in range(6):
        _publish(app, f"manual-{number}")
    _turn(app)
    assert _found(app, cast) == _FIRST_DAY


def test_changes_that_are_lost_before_they_are_written_are_missed(app: Flask, cast: Cast, days: Days) -> None:
    _publish(app, "monitor")
    with app.app_context():
        db.session.execute(delete(IndexChange))
        db.session.commit()
    _turn(app)
    # PostgreSQL's numbers have gaps, so that a row that is lost looks like one that was rolled back.
    assert _found(app, cast) == (_SECOND_DAY if IS_POSTGRESQL else _SECOND_DAY | {"monitor"})


def test_a_job_that_dies_when_the_index_is_written_begins_again_where_it_was(
    app: Flask, settings: Settings, cast: Cast, days: Days
) -> None:
    _archive(app, "plotter", cast)
    writer = IndexWriter(settings.index_dir, secret_key=settings.secret_key)
    with app.app_context():
        start_reading()
        update = plan_update(writer)
        assert update is not None
        db.session.commit()
        update_index(writer, jobs.SOURCES, update)
        db.session.rollback()
    with app.app_context():
        again = plan_update(writer)
        assert again is not None
        assert not again.is_rebuild
        db.session.rollback()
    _turn(app)
    assert _found(app, cast) == {"projector"}
