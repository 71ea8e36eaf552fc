"""Suggesting never holds up the form: not when the index is slow, and not when the database is busy."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import config
from servicedesk.database import db
from servicedesk.incidents.suggestions import budget
from servicedesk.incidents.suggestions.budget import LIMIT_S, Budget, LateError
from servicedesk.incidents.suggestions.models import SuggestionAnswer
from servicedesk.search.engine import SearchEngine
from tests.factories import Cast
from tests.incidents.library import file, publish, write_index


def test_nobody_waits_longer_than_was_promised() -> None:
    assert LIMIT_S == 0.150


def test_work_that_is_in_time_returns_what_it_found() -> None:
    assert Budget(5.0).run(sorted, [2, 1]) == [1, 2]


def test_the_errors_of_the_work_pass_through() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Budget(5.0).run(int, "x")


def test_late_work_is_not_waited_for_and_no_more_than_two_are_late_at_once() -> None:
    end = Event()
    began_at = time.monotonic()
    for _ in range(2):
        with pytest.raises(LateError):
            Budget(0.05).run(end.wait, 30)
    with pytest.raises(LateError):
        Budget(30.0).run(sorted, [1])
    assert time.monotonic() - began_at < 5
    end.set()
    for _ in range(200):
        try:
            assert Budget(5.0).run(sorted, [1]) == [1]
            break
        except LateError:
            time.sleep(0.01)
    else:
        pytest.fail("The late work ended, and still nothing is begun.")


def test_a_time_that_is_up_already_begins_nothing_that_is_waited_for() -> None:
    nothing_left = Budget(0.0)
    end = Event()
    with pytest.raises(LateError):
        nothing_left.run(end.wait, 30)
    end.set()


def test_a_page_says_that_the_answer_is_late_instead_of_waiting_for_it(
    app: Flask, employee: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_index(app)
    end = Event()
    monkeypatch.setattr(budget, "LIMIT_S", LIMIT_S)
    monkeypatch.setattr(SearchEngine, "suggest", lambda *_args, **_more: end.wait(30))
    began_at = time.monotonic()
    answer = employee.get("/incidents/suggestions", query_string={"text": "vpn does not connect"})
    assert time.monotonic() - began_at < 10
    end.set()
    assert answer.status_code == 200
    assert " data-again " in answer.text
    assert employee.post("/incidents", data={"text": "No network", "key": "k"}).status_code == 303


def test_the_page_of_staff_is_there_without_its_suggestions_and_asks_for_them_again(
    app: Flask, cast: Cast, agent: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(app, "vpn", "VPN does not connect")
    number = file(app, cast.ewa, "vpn does not connect", category="email")
    write_index(app)
    assert " data-again=" not in agent.get(f"/incidents/{number}").text
    end = Event()
    with monkeypatch.context() as slow:
        slow.setattr(budget, "LIMIT_S", LIMIT_S)
        slow.setattr(SearchEngine, "suggest", lambda *_args, **_more: end.wait(30))
        page = agent.get(f"/incidents/{number}").text
    end.set()
    assert f' data-again="/incidents/{number}"' in page
    assert "They appear here in a moment" in page


def test_an_incident_is_resolved_with_what_the_database_finds_while_the_index_is_gone(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    article = publish(app, "printer-jams", "Clear a paper jam")
    number = file(app, cast.ewa, "The printer jams on every page", category="email")
    asked = agent.get(f"/incidents/{number}/resolve").text
    assert "The suggestions are being repaired" in asked
    search = {"search": "yes", "text": "Cleared.", "version": 1}
    found = agent.post(f"/incidents/{number}/resolve", data={"q": " paper  jam ", **search}).text
    assert f'name="article_ids" value="{article}"' in found
    assert "Cleared.</textarea>" in found
    assert "No article has these words" not in found
    nothing = agent.post(f"/incidents/{number}/resolve", data={"q": "volcano", **search}).text
    assert "No article has these words" in nothing


@contextmanager
def the_only_writer(url: str) -> Iterator[None]:
    """Hold the write lock of SQLite; PostgreSQL has no such thing, and records all the same."""
    if not url.startswith("sqlite"):
        yield
        return
    writer = sqlite3.connect(Path(url.removeprefix("sqlite:///")), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    yield
    writer.execute("ROLLBACK")
    writer.close()


def test_a_database_that_somebody_writes_to_delays_no_answer(
    app: Flask, employee: FlaskClient, settings: config.Settings
) -> None:
    publish(app, "vpn", "VPN does not connect")
    write_index(app)
    question = {"text": "vpn does not connect", "session": "a-visit-to-the-form-1"}
    employee.get("/incidents/suggestions", query_string=question)
    with the_only_writer(settings.database_url):
        began_at = time.monotonic()
        answer = employee.get("/incidents/suggestions", query_string=question)
        took_s = time.monotonic() - began_at
    assert answer.status_code == 200
    assert "VPN does not connect" in answer.text
    assert took_s < 3
    with app.app_context():
        recorded = len(db.session.scalars(select(SuggestionAnswer)).all())
        assert recorded == (1 if settings.database_url.startswith("sqlite") else 2)
    assert employee.post("/incidents", data={"text": "No network", "key": "k"}).status_code == 303
