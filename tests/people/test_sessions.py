"""Server-side web sessions (security.md S1, S2, S3, S9)."""

import re
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import PATIENCE_S, db, now
from servicedesk.people import sessions
from servicedesk.people.models import LoginFailure, Person, WebSession
from tests.directory.company import CAST
from tests.factories import Cast, sign_in
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.services.slapd import SlapdServer


def is_signed_in(client: FlaskClient, **headers: str) -> bool:
    """Tell whether a page for signed-in people opens."""
    return (
        client.get(
            "/profile", headers={key.replace("_", "-"): value for key, value in headers.items()}
        ).status_code
        == 200
    )


def sid(client: FlaskClient) -> str:
    """Return what stands in the session's cookie."""
    cookie = client.get_cookie("sid")
    return cookie.value if cookie else ""


def test_logging_in_gives_a_new_id_and_the_old_one_is_dead(company_app: Flask) -> None:
    client = company_app.test_client()
    client.set_cookie("sid", "chosen-by-somebody-else")
    log_in(client, "ewa", CAST["ewa"][1])
    first = sid(client)
    assert first not in ("", "chosen-by-somebody-else")
    log_in(client, "ewa", CAST["ewa"][1])
    assert sid(client) != first
    client.set_cookie("sid", first)
    assert not is_signed_in(client)


def test_the_id_is_long_random_and_stored_hashed(company_app: Flask) -> None:
    client = company_app.test_client()
    log_in(client, "ewa", CAST["ewa"][1])
    assert len(sid(client)) == 43  # 256 bits in base64
    with company_app.app_context():
        stored = db.session.scalars(select(WebSession)).one()
        assert re.fullmatch(r"[0-9a-f]{64}", stored.id_hash)
        assert sid(client) not in str(vars(stored))
        # The hash is no way in.
        client.set_cookie("sid", stored.id_hash)
    assert not is_signed_in(client)


def test_signing_out_ends_the_session_in_the_database(app: Flask, cast: Cast) -> None:
    client = sign_in(app, cast.ewa)
    stolen = sid(client)
    answer = client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/signed-out")
    assert "You are signed out" in client.get("/signed-out").text
    assert not is_signed_in(client)
    client.set_cookie("sid", stolen)
    assert not is_signed_in(client)


def test_signing_out_cannot_be_asked_for_by_a_link(app: Flask, cast: Cast) -> None:
    client = sign_in(app, cast.ewa)
    assert client.get("/logout").status_code == 405
    assert is_signed_in(client)


def test_a_session_ends_when_nobody_uses_it_for_an_hour(app: Flask, cast: Cast) -> None:
    client, start = sign_in(app, cast.ewa), now()
    with time_machine.travel(start + timedelta(minutes=59)):
        assert is_signed_in(client)
    with time_machine.travel(start + timedelta(minutes=118)):
        assert is_signed_in(client)
    with time_machine.travel(start + timedelta(minutes=179)):
        assert not is_signed_in(client)


@pytest.mark.parametrize("header", [{"X_Background": "1"}, {"Sec_Purpose": "prefetch;prerender"}])
def test_what_no_person_asked_for_does_not_keep_a_session_alive(
    app: Flask, cast: Cast, header: dict[str, str]
) -> None:
    client, start = sign_in(app, cast.ewa), now()
    for minutes in range(5, 60, 5):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_signed_in(client, **header)
    with time_machine.travel(start + timedelta(minutes=61)):
        assert not is_signed_in(client, **header)


def test_a_session_ends_after_twelve_hours_in_any_case(app: Flask, cast: Cast) -> None:
    client, start = sign_in(app, cast.ewa), now()
    for minutes in range(30, 12 * 60, 30):
        confirm(app, cast.ewa, start + timedelta(minutes=minutes))
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_signed_in(client)
    with time_machine.travel(start + timedelta(hours=12, seconds=1)):
        assert not is_signed_in(client)


def test_the_last_use_is_written_once_a_minute(app: Flask, cast: Cast) -> None:
    client, start = sign_in(app, cast.ewa), now()

    def last_used() -> timedelta:
        with app.app_context():
            return db.session.scalars(select(WebSession.last_used_at)).one() - start

    with time_machine.travel(start + timedelta(seconds=50)):
        is_signed_in(client)
    assert last_used() < timedelta(seconds=5)
    with time_machine.travel(start + timedelta(seconds=70), tick=False):
        is_signed_in(client)
    assert timedelta(seconds=65) < last_used() < timedelta(seconds=75)


def test_pages_open_while_somebody_else_writes_for_long(app: Flask, cast: Cast) -> None:
    """On SQLite there is one writer at a time; the last use of a session is not worth waiting for."""
    client, start = sign_in(app, cast.ewa), now()
    with app.app_context():
        db.session.add(LoginFailure(account="a", network="n"))
        db.session.flush()  # and no commit yet
        began = time.perf_counter()
        with time_machine.travel(start + timedelta(minutes=5)):
            thread_answers: list[int] = []
            thread = threading.Thread(
                target=lambda: thread_answers.append(client.get("/profile").status_code)
            )
            thread.start()
            thread.join()
        assert thread_answers == [200]
        assert time.perf_counter() - began < PATIENCE_S
        db.session.rollback()


def test_a_person_who_left_is_out_at_once(app: Flask, cast: Cast) -> None:
    client = sign_in(app, cast.ewa)
    with app.app_context():
        db.session.get_one(Person, cast.ewa).is_active = False
        db.session.commit()
    assert not is_signed_in(client)


def test_all_browsers_are_listed_in_plain_words(app: Flask, cast: Cast) -> None:
    client = sign_in(app, cast.ewa)
    with app.app_context():
        agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
        person = db.session.get_one(Person, cast.ewa)
        sessions.start(person, network="10.4.5.6", browser=agent)
        db.session.commit()
    page = client.get("/profile/sessions").text
    assert "Firefox on Windows" in page
    assert "company network, 10.4.5.6" in page
    assert "This browser" in page


def test_one_session_can_be_ended_and_only_by_its_owner(app: Flask, cast: Cast) -> None:
    mine, other, stranger = sign_in(app, cast.ewa), sign_in(app, cast.ewa), sign_in(app, cast.olek)
    path = re.findall(r'action="(/profile/sessions/[0-9a-f]+/end)"', mine.get("/profile/sessions").text)[0]
    assert stranger.post(path).status_code == 404
    assert is_signed_in(other)
    assert mine.post(path).status_code == 303
    assert is_signed_in(mine)
    assert not is_signed_in(other)
    # An id that never was looks the same as one of somebody else.
    assert stranger.post("/profile/sessions/0123456789abcdef/end").status_code == 404


def test_all_others_can_be_ended_at_once(app: Flask, cast: Cast) -> None:
    mine, others = sign_in(app, cast.ewa), [sign_in(app, cast.ewa) for _ in range(3)]
    stranger = sign_in(app, cast.olek)
    assert (
        "3 other sessions have ended" in mine.post("/profile/sessions/end-others", follow_redirects=True).text
    )
    assert [is_signed_in(other) for other in others] == [False] * 3
    assert is_signed_in(mine)
    assert is_signed_in(stranger)


def test_with_https_the_cookie_is_tied_to_the_host(make_app: MakeApp, company: SlapdServer) -> None:
    app = make_app(**ldap_settings(company), PUBLIC_URL="https://help.example.com")
    client = app.test_client()
    data = {"username": "ewa", "password": CAST["ewa"][1]}
    answer = client.post("/login", data=data, base_url="https://help.example.com")
    assert answer.status_code == 303
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("__Host-sid="))
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert attributes == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_a_session_is_never_taken_from_the_address(app: Flask, cast: Cast) -> None:
    value = sid(sign_in(app, cast.ewa))
    assert app.test_client().get("/profile", query_string={"sid": value}).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "%", "a" * 3000, "\u00e9\u0105", "' OR 1=1 --"])
def test_a_strange_cookie_is_nobody(app: Flask, value: str) -> None:
    client = app.test_client()
    client.set_cookie("sid", value)
    assert client.get("/profile").status_code == 303


def test_after_the_end_the_log_in_page_says_why(app: Flask, cast: Cast) -> None:
    client, start = sign_in(app, cast.ewa), now()
    with time_machine.travel(start + timedelta(hours=2)):
        answer = client.get("/profile?x=1")
        assert answer.location == "/login?next=/profile?x%3D1"
        assert "Your session has ended" in client.get(answer.location).text


def confirm(app: Flask, person_id: int, at: object) -> None:
    """Let the directory's last word on the person be of this time."""
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        person.state_checked_at = at  # type: ignore[assignment]
        db.session.commit()
