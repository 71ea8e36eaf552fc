"""A connection to PostgreSQL that dies when the work is committed: what was done is answered as done."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session

from servicedesk.database import db
from tests.factories import Cast
from tests.services.databases import IS_POSTGRESQL
from tests.web.form_cases import CASES, Stage
from tests.web.test_sent_twice import browser_of, send

_END = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def end_connections(app: Flask) -> None:
    """Let the server end all connections of the application. SQLite has no server: there all goes on as usual."""
    if not IS_POSTGRESQL:
        return
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with engine.connect() as connection:
        assert connection.scalar(_END)
    engine.dispose()


@contextmanager
def dying_after_each_commit(app: Flask) -> Iterator[None]:
    """End the connections each time that something was committed, before anything is answered."""

    def end(session: Session) -> None:
        if not session.in_nested_transaction():
            end_connections(app)

    event.listen(db.session, "after_commit", end)
    try:
        yield
    finally:
        event.remove(db.session, "after_commit", end)


@pytest.mark.parametrize("case", CASES)
def test_what_was_committed_is_answered_as_done(app: Flask, cast: Cast, case: str) -> None:
    sent = CASES[case](Stage(app, cast))
    cookie = browser_of(app, cast, sent)
    with dying_after_each_commit(app):
        first = send(app, cookie, sent)
    assert first[0] in (201, 303), first
    assert send(app, cookie, sent) == first


def test_a_page_that_is_ready_goes_out(app: Flask, employee: FlaskClient) -> None:
    def end(_app: Flask, **_more: object) -> None:
        end_connections(app)

    with template_rendered.connected_to(end, app):
        answer = employee.get("/incidents")
    assert answer.status_code == 200
    assert "X-Request-ID" in answer.headers


def test_after_a_restart_of_the_server_the_next_words_arrive(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    number = Stage(app, cast).incident()
    end_connections(app)
    assert employee.post(f"/incidents/{number}/answer", data={"text": "Still there"}).status_code == 303
