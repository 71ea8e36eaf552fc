"""The directory is silent: nobody is let in, everybody who is signed in goes on working (reliability.md R3)."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from servicedesk.database import db, now
from servicedesk.people.models import LoginFailure, WebSession
from tests.factories import Cast, sign_in
from tests.people.conftest import MakeApp, log_in

# Far more than the limit of 2.8 s on the busiest machine, far less than what never ends.
_LONGEST_S = 15


@pytest.fixture
def silent_app(make_app: MakeApp) -> Iterator[Flask]:
    """The application with a directory that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield make_app(LDAP_URLS=f"ldap://127.0.0.1:{server.getsockname()[1]}", LDAP_BIND_PASSWORD="x")


def sessions_in(app: Flask) -> int:
    """Count all web sessions."""
    with app.app_context():
        return db.session.scalar(select(func.count(WebSession.id_hash))) or 0


def test_the_log_in_page_says_so_within_three_seconds_and_keeps_the_name(silent_app: Flask) -> None:
    began = time.perf_counter()
    answer = log_in(silent_app.test_client(), "ewa", "x")
    assert time.perf_counter() - began < _LONGEST_S
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "does not answer" in answer.text
    assert 'value="ewa"' in answer.text
    assert sessions_in(silent_app) == 0


def test_a_refused_connection_is_told(offline_app: Flask) -> None:
    assert log_in(offline_app.test_client(), "ewa", "x").status_code == 503


def test_silence_is_not_counted_as_a_wrong_password(offline_app: Flask) -> None:
    client = offline_app.test_client()
    assert [log_in(client, "ewa", "x").status_code for _ in range(12)] == [503] * 12
    with offline_app.app_context():
        assert db.session.scalar(select(func.count(LoginFailure.id))) == 0


def test_while_log_ins_hang_everybody_else_can_read_and_write(silent_app: Flask) -> None:
    with silent_app.app_context():
        cast = Cast.load()
    signed_in = sign_in(silent_app, cast.ewa)
    hanging = [
        threading.Thread(target=log_in, args=(silent_app.test_client(), f"n{number}", "x"))
        for number in range(8)
    ]
    for thread in hanging:
        thread.start()
    time.sleep(0.5)
    assert signed_in.get("/profile").status_code == 200
    # A write too: no log-in holds the database while it waits.
    data = {"language": "", "time_zone": "", "theme": "dark"}
    assert signed_in.post("/profile", data=data).status_code == 303
    assert any(thread.is_alive() for thread in hanging)
    for thread in hanging:
        thread.join()
    assert sessions_in(silent_app) == 1


def test_employees_go_on_working_for_eight_hours_and_not_longer(offline_app: Flask) -> None:
    """An account that nobody confirms is not valid for ever (security.md L3)."""
    with offline_app.app_context():
        cast = Cast.load()
    client, start = sign_in(offline_app, cast.ewa), now()
    data = {"language": "", "time_zone": "", "theme": "dark"}
    for minutes in range(0, 8 * 60, 30):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.post("/profile", data=data).status_code == 303
    with time_machine.travel(start + timedelta(hours=8, minutes=5)):
        assert client.get("/profile").status_code == 303
        assert "/login" in client.get("/profile").location


@pytest.mark.parametrize("who", ["anna", "edyta", "adam"])
def test_staff_can_read_but_not_change_after_an_hour(offline_app: Flask, who: str) -> None:
    """Much power needs a fresher word of the directory (security.md L3)."""
    with offline_app.app_context():
        cast = Cast.load()
    client, start = sign_in(offline_app, getattr(cast, who)), now()
    data = {"language": "", "time_zone": "", "theme": "dark"}
    with time_machine.travel(start + timedelta(minutes=55)):
        assert client.post("/profile", data=data).status_code == 303
    with time_machine.travel(start + timedelta(minutes=70)):
        assert client.get("/profile").status_code == 200
        refused = client.post("/profile", data=data)
        assert refused.status_code == 503
        assert "You can read everything" in refused.text
        # Leaving always works.
        assert client.post("/logout").status_code == 303
