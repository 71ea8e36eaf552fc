"""Whose last check looks old, as everybody's does once a clock that was behind is right, is asked about and not refused."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.people.models import Person, WebSession
from servicedesk.people.queries import list_accounts_to_recheck, list_web_sessions
from tests.directory.company import group_dn, person_dn
from tests.factories import Cast, sign_in
from tests.people.conftest import MakeApp, ldap_settings
from tests.people.test_recheck import find, is_signed_in, modify, recheck, signed_in
from tests.services.programs import free_port
from tests.services.slapd import SlapdServer

_PROFILE = {"language": "", "time_zone": "", "theme": "dark"}


def _last_checked(app: Flask, ago: timedelta) -> None:
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - ago, state_asked_at=None))
        db.session.commit()


def _change_something(client: FlaskClient) -> int:
    return client.post("/profile", data=_PROFILE).status_code


@pytest.mark.parametrize("days", [400, -400, 0.5, -0.5])
def test_who_is_still_there_works_on_at_once(company_app: Flask, company: SlapdServer, days: float) -> None:
    name = f"early{int(days * 10)}".replace("-", "m")
    client = signed_in(company_app, company, name)
    _last_checked(company_app, timedelta(days=days))
    assert _change_something(client) == 303
    assert is_signed_in(client)
    assert abs(now() - find(company_app, name).state_checked_at) < timedelta(minutes=1)


def test_staff_change_things_at_once(company_app: Flask, company: SlapdServer) -> None:
    client = signed_in(company_app, company, "staffer")
    company.modify(
        f"dn: {group_dn('Admins')}\nchangetype: modify\nadd: member\nmember: {person_dn('staffer')}\n"
    )
    client.post("/logout")
    client.post("/login", data={"username": "staffer", "password": "secret"})
    assert find(company_app, "staffer").roles == ["admin"]
    for ago in (timedelta(hours=2), timedelta(hours=-2)):
        _last_checked(company_app, ago)
        assert _change_something(client) == 303


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("deleted", "delete"),
        ("ended", "modify\nadd: shadowExpire\nshadowExpire: 15000"),
        (
            "renamed",
            "modify\nreplace: cn\ncn: Somebody Else\n-\nreplace: displayName\ndisplayName: Somebody Else",
        ),
    ],
)
def test_whatever_else_the_directory_says_waits_for_the_round(
    company_app: Flask, company: SlapdServer, name: str, change: str
) -> None:
    """One question cannot tell whether the directory is wrong about many."""
    client, bystander = signed_in(company_app, company, name), signed_in(company_app, company, f"by-{name}")
    modify(company, name, change)
    _last_checked(company_app, timedelta(hours=9))
    assert not is_signed_in(client)
    assert is_signed_in(bystander)
    with company_app.app_context():
        assert len(db.session.scalars(select(WebSession)).all()) == 2
    assert find(company_app, name).is_active
    recheck(company_app)
    assert is_signed_in(client) == (name == "renamed")


def test_a_silent_directory_confirms_nobody_and_is_not_asked_by_every_request(
    make_app: MakeApp, company: SlapdServer, company_app: Flask
) -> None:
    client = signed_in(company_app, company, "unheard")
    silent = make_app(**ldap_settings(company, f"ldaps://localhost:{free_port()}"))
    browser = silent.test_client()
    cookie = client.get_cookie("sid")
    assert cookie is not None
    browser.set_cookie("sid", cookie.value)
    _last_checked(silent, timedelta(hours=9))
    assert not is_signed_in(browser)
    asked_at = find(silent, "unheard").state_asked_at
    assert asked_at is not None
    assert not is_signed_in(browser)
    assert find(silent, "unheard").state_asked_at == asked_at
    with silent.app_context():
        db.session.execute(update(Person).values(state_asked_at=now() - timedelta(seconds=11)))
        db.session.commit()
    assert is_signed_in(client)


@pytest.mark.parametrize(("ends", "used"), [(30 * 24, 30 * 24), (13, 0), (11, 2), (30 * 24, 0)])
def test_a_session_of_a_time_to_come_is_none_now(
    company_app: Flask, company: SlapdServer, ends: float, used: float
) -> None:
    name = f"ahead{ends}x{used}"
    client = signed_in(company_app, company, name)
    assert is_signed_in(client)
    with company_app.app_context():
        ahead = {
            "expires_at": now() + timedelta(hours=ends),
            "last_used_at": now() + timedelta(hours=used),
        }
        db.session.execute(update(WebSession).values(ahead))
        db.session.commit()
    person_id = find(company_app, name).id
    with company_app.app_context():
        assert list_accounts_to_recheck(checked_before=now()) == []
        assert list_web_sessions(person_id) == []
    assert not is_signed_in(client)


@pytest.mark.parametrize("hours", [0.5, 5, 30 * 24])
def test_a_check_of_a_time_to_come_lets_staff_change_nothing_while_the_directory_is_silent(
    make_app: MakeApp, company: SlapdServer, cast: Cast, hours: float
) -> None:
    silent = make_app(**ldap_settings(company, f"ldaps://localhost:{free_port()}"))
    agent = sign_in(silent, cast.anna)
    assert "/login" not in agent.post("/profile", data=_PROFILE).location
    _last_checked(silent, timedelta(hours=-hours))
    assert "/login" in agent.post("/profile", data=_PROFILE).location


def test_the_next_use_of_a_session_is_by_the_clock_of_now(app: Flask, cast: Cast) -> None:
    client = sign_in(app, cast.ewa)
    with app.app_context():
        db.session.execute(update(WebSession).values(last_used_at=now() + timedelta(minutes=40)))
        db.session.commit()
    assert is_signed_in(client)
    with app.app_context():
        assert db.session.scalars(select(WebSession.last_used_at)).one() <= now()
