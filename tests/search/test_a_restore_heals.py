"""A database, an index and files of different days or instances find each other within one turn of the jobs."""

import html
import io
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from config import Settings
from servicedesk import jobs
from servicedesk.database import db, now, start_reading
from servicedesk.files.storage import set_aside_dir
from servicedesk.knowledge import actions
from servicedesk.knowledge.models import Article
from servicedesk.notices import list_notices
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
_INDEXES = {
    "first": "index of the first",
    "second": "index of the second",
    "foreign": "index of another desk",
}
_MISSING = "This file is missing on the desk's disk."
_ALL = "scanner plotter projector layoffs monitor"


@dataclass
class Days:
    """Backups of two days, and of the index of somebody else's instance with the same key.

    `files`: the address of the file that somebody sent on each of the days.
    """

    first: Backup
    second: Backup
    foreign: Backup
    files: Mapping[str, str]


@pytest.fixture
def days(app: Flask, settings: Settings, cast: Cast, tmp_path: Path) -> Days:
    for slug in sorted(_FIRST_DAY):
        _publish(app, slug)
    _publish(app, "layoffs", audience="group:HR")
    files = {"first": _send_file(app, settings, cast, "first")}
    _turn(app)
    first = Backup(app, settings, tmp_path)
    _publish(app, "projector")
    _archive(app, "scanner", cast)
    files["second"] = _send_file(app, settings, cast, "second")
    _turn(app)
    second = Backup(app, settings, tmp_path)
    shutil.rmtree(settings.index_dir)
    write(settings.index_dir, ARTICLES, INCIDENTS, key=settings.secret_key)
    foreign = Backup(app, settings, tmp_path)
    second.restore_index()
    return Days(first, second, foreign, files)


def _send_file(app: Flask, settings: Settings, cast: Cast, day: str) -> str:
    """File an incident with a file, let its bytes be old, and return the address of the file."""
    client = sign_in(app, cast.ewa)
    form = {"text": f"It hums on the {day} day", "title": "", "impact": "3", "urgency": "3"}
    filed = client.post("/incidents", data={**form, "files": (io.BytesIO(day.encode()), "hum.txt")})
    page = client.get(filed.location).text
    long_ago = (now() - timedelta(days=2)).timestamp()
    for path in settings.files_dir.glob("??/*"):
        os.utime(path, (long_ago, long_ago))
    return str(re.findall(r'href="(/incidents/\d+/files/\d+)"', page)[0])


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


def _files_wrong(
    app: Flask, settings: Settings, cast: Cast, days: Days, *, database: str, files: str
) -> set[str]:
    """Return whose file is neither served, nor told to be missing, nor kept aside, as it should be with this mixture."""
    client, wrong = sign_in(app, cast.ewa), set()
    aside = {
        path.read_bytes() for path in set_aside_dir(settings.files_dir).glob("*") if len(path.name) == 48
    }
    for day, address in days.files.items():
        is_known, is_there = day <= database, day <= files
        answer = client.get(address, buffered=True)
        is_served = (answer.status_code, answer.data) == (200, day.encode())
        is_told = answer.status_code == 503 and _MISSING in html.unescape(answer.text)
        is_kept = answer.status_code == 404 and (day.encode() in aside) == is_there
        if not (is_kept if not is_known else is_served if is_there else is_told):
            wrong.add(day)
    told = html.unescape(sign_in(app, cast.adam).get("/admin/state").text)
    assert ("missing on the disk: 1 of 2" in told) == (files < database)
    return wrong


def _generation(settings: Settings) -> int:
    return Generations(settings.index_dir, secret_key=settings.secret_key).current().number


def _tidy(app: Flask) -> None:
    with app.app_context():
        jobs.tidy()
        db.session.remove()


@pytest.mark.drill
@pytest.mark.parametrize("database", ["first", "second"])
def test_any_mixture_of_days_heals(
    app: Flask, settings: Settings, cast: Cast, days: Days, drill: Drill, database: str
) -> None:
    """With each mixture one turn of the jobs, then the right database and files are put back, and all is there."""
    expected = _FIRST_DAY if database == "first" else _SECOND_DAY
    for index, files in product(_INDEXES, ("first", "second")):
        getattr(days, files).restore_files()
        getattr(days, index).restore_index()
        getattr(days, database).restore_database()
        assert "layoffs" not in _found(app, cast)
        _turn(app)
        _tidy(app)
        found = _found(app, cast)
        healed = _generation(settings)
        _turn(app)
        assert _generation(settings) == healed, "It is built anew once, not at each turn."
        lost = expected - found, _files_wrong(app, settings, cast, days, database=database, files=files)
        days.second.restore_database()
        if files == "first":
            days.second.restore_files()
        _turn(app)
        _tidy(app)
        lost_in_the_end = (
            _SECOND_DAY - _found(app, cast),
            _files_wrong(app, settings, cast, days, database="second", files="second"),
        )
        drill.tell(
            f"restored: database of the {database} day, {_INDEXES[index]}, files of the {files}",
            tried=len(expected) + len(days.files), acknowledged=len(expected) + len(days.files),
            lost=sum(map(len, lost + lost_in_the_end)), doubled=len(found - expected),
        )  # fmt: skip
        with app.app_context():
            assert list_notices() == []


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
