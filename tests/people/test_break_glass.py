"""The one admin who needs no directory."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.people.models import Person, SecurityEvent
from tests.directory.company import person_ldif
from tests.factories import Cast, sign_in
from tests.people.conftest import log_in
from tests.services.slapd import SlapdServer

PASSWORD = "a long sentence nobody guesses"


def make(app: Flask, name: str = "rescue", password: str = PASSWORD) -> str:
    """Run the command and return what it says."""
    result = app.test_cli_runner().invoke(
        args=["people", "break-glass", name, "--password-stdin"], input=f"{password}\n"
    )
    return f"{result.exit_code} {result.output}"


def kinds(app: Flask) -> list[str]:
    """Return the kinds of all security events, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(SecurityEvent.kind).order_by(SecurityEvent.id)))


def test_it_signs_in_while_the_directory_is_down(offline_app: Flask) -> None:
    assert make(offline_app).startswith("0 ")
    client = offline_app.test_client()
    assert log_in(client, "rescue", PASSWORD).status_code == 303
    assert client.get("/admin/security-events").status_code == 200
    assert kinds(offline_app) == ["break_glass_made", "break_glass_used"]


def test_a_wrong_password_is_refused_and_recorded(offline_app: Flask) -> None:
    make(offline_app)
    assert log_in(offline_app.test_client(), "rescue", "wrong").status_code == 503
    assert kinds(offline_app) == ["break_glass_made", "break_glass_refused"]


def test_guessing_is_limited_like_everywhere(company_app: Flask) -> None:
    make(company_app)
    client = company_app.test_client()
    assert [log_in(client, "rescue", "wrong").status_code for _ in range(10)] == [401] * 10
    assert log_in(client, "rescue", PASSWORD).status_code == 429


def test_nobody_learns_its_name_from_what_a_silent_directory_does_to_others(offline_app: Flask) -> None:
    """As often as one likes; that there were too many guesses shows only in the right password's being refused."""
    make(offline_app)
    client = offline_app.test_client()
    for _ in range(11):
        own, other = log_in(client, "rescue", "wrong"), log_in(client, "nobody", "wrong")
        assert (own.status_code, other.status_code) == (503, 503)
        assert re.sub("rescue|nobody", "", _main(own.text)) == re.sub("rescue|nobody", "", _main(other.text))
    assert log_in(client, "rescue", PASSWORD).status_code == 503
    assert kinds(offline_app).count("break_glass_refused") == 12


def test_who_gets_its_name_in_the_directory_later_signs_in_by_it(
    company_app: Flask, company: SlapdServer
) -> None:
    make(company_app, name="saver")
    company.add(person_ldif("saver", "Later Namesake", "own password"))
    company_app.test_cli_runner().invoke(args=["people", "sync", "--apply", "--i-know"])
    before = kinds(company_app)
    assert log_in(company_app.test_client(), "saver", "own password").status_code == 303
    assert [kind for kind in kinds(company_app)[len(before) :] if "glass" in kind] == []
    assert log_in(company_app.test_client(), "saver", "wrong").status_code == 401
    assert kinds(company_app)[-1] == "break_glass_refused"
    assert log_in(company_app.test_client(), "saver", PASSWORD).status_code == 303
    assert kinds(company_app)[-1] == "break_glass_used"


def _main(page: str) -> str:
    return re.sub(r'value="[^"]{20,}"|nonce="[^"]*"', "", page[page.index("<main") :])


def test_all_admins_see_on_every_page_for_a_week_that_it_was_used(offline_app: Flask) -> None:
    make(offline_app)
    with offline_app.app_context():
        cast = Cast.load()
    admin, agent = sign_in(offline_app, cast.adam), sign_in(offline_app, cast.anna)
    notice = "The break-glass account was used"
    assert notice not in admin.get("/profile").text
    log_in(offline_app.test_client(), "rescue", PASSWORD)
    assert notice in admin.get("/profile").text
    assert notice in admin.get("/no-such-page").text
    assert notice not in agent.get("/profile").text
    assert "rescue" in admin.get("/admin/security-events").text
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert notice not in sign_in(offline_app, cast.adam).get("/no-such-page").text


def test_it_does_not_wait_for_the_directory_to_confirm_it(offline_app: Flask) -> None:
    make(offline_app)
    client = offline_app.test_client()
    log_in(client, "rescue", PASSWORD)
    with time_machine.travel(now() + timedelta(minutes=59)):
        assert client.get("/profile").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=110)):
        data = {"language": "pl", "time_zone": "", "theme": "auto"}
        assert client.post("/profile", data=data).status_code == 303


def test_the_password_is_stored_as_an_argon2_hash(offline_app: Flask) -> None:
    make(offline_app)
    with offline_app.app_context():
        person = db.session.scalars(select(Person).where(Person.is_break_glass)).one()
        assert person.password_hash is not None
        assert person.password_hash.startswith("$argon2id$")
        assert person.directory_key is None


def test_a_new_password_ends_the_old_one_and_its_sessions(offline_app: Flask) -> None:
    make(offline_app)
    client = offline_app.test_client()
    log_in(client, "rescue", PASSWORD)
    assert make(offline_app, password="another long sentence").startswith("0 ")
    assert client.get("/profile").status_code == 303
    assert log_in(client, "rescue", PASSWORD).status_code == 503
    assert log_in(client, "rescue", "another long sentence").status_code == 303


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [
        ("rescue", "too short", "at least 16 characters"),
        ("rescue", "", "at least 16 characters"),
        ("rescue", "x" * 1025, "at least 16 characters"),
        ("not a name!", PASSWORD, "letters, digits"),
        ("EWA", PASSWORD, "Somebody in the directory has this name"),
    ],
)
def test_what_cannot_be_one_is_refused(offline_app: Flask, name: str, password: str, says: str) -> None:
    told = make(offline_app, name, password)
    assert told.startswith("1 ")
    assert says in told


def test_there_is_only_one(offline_app: Flask) -> None:
    make(offline_app)
    told = make(offline_app, "second")
    assert told.startswith("1 ")
    assert "another name" in told


def test_nobody_in_the_directory_logs_in_by_its_hash_or_name(company_app: Flask) -> None:
    make(company_app)
    with company_app.app_context():
        stored = db.session.scalars(select(Person.password_hash).where(Person.is_break_glass)).one()
    assert log_in(company_app.test_client(), "rescue", stored or "").status_code == 401
    assert log_in(company_app.test_client(), "rescue@example.com", PASSWORD).status_code == 401
