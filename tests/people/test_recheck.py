"""Live sessions follow the account's state in the directory within 15 minutes (security.md L3)."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.people import actions
from servicedesk.people.models import Person, SecurityEvent, WebSession
from tests.directory.company import group_dn, person_dn, person_ldif
from tests.people.conftest import GROUPS, MakeApp, ldap_settings, log_in
from tests.services.slapd import SlapdServer

ROLES = {role: tuple(names) for role, names in GROUPS["roles"].items()}


def is_signed_in(client: FlaskClient) -> bool:
    """Tell whether a page for signed-in people opens."""
    return client.get("/profile").status_code == 200


def signed_in(app: Flask, company: SlapdServer, name: str) -> FlaskClient:
    """Return a browser of somebody new whose account was confirmed ten minutes ago."""
    company.add(person_ldif(name, f"{name.title()} Nowe", "secret"))
    client = app.test_client()
    assert log_in(client, name, "secret").status_code == 303
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
    return client


def recheck(app: Flask) -> actions.Recheck:
    """Do what the job does."""
    with app.app_context():
        results = []
        for done in actions.recheck_live_accounts(current_directory(), by_role=ROLES):
            db.session.commit()
            results.append(done)
    return results[-1]


def modify(company: SlapdServer, name: str, change: str) -> None:
    """Change one person."""
    company.modify(f"dn: {person_dn(name)}\nchangetype: {change}\n")


def find(app: Flask, name: str) -> Person:
    """Return the person."""
    with app.app_context():
        return db.session.scalars(select(Person).where(Person.user_name == name)).one()


def test_who_is_still_there_stays(company_app: Flask, company: SlapdServer) -> None:
    client = signed_in(company_app, company, "stay")
    assert recheck(company_app) == actions.Recheck(confirmed=1, shut_out=0, is_complete=True)
    assert is_signed_in(client)
    assert now() - find(company_app, "stay").state_checked_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "change", "is_active"),
    [
        ("absent", "delete", False),
        ("expired", "modify\nadd: shadowExpire\nshadowExpire: 15000", False),
        ("locked", "modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 20260101000000Z", True),
        ("barred", "modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z", False),
    ],
)
def test_who_may_not_log_in_any_more_is_signed_out(
    company_app: Flask, company: SlapdServer, name: str, change: str, *, is_active: bool
) -> None:
    client, bystander = signed_in(company_app, company, name), signed_in(company_app, company, f"by-{name}")
    assert is_signed_in(client)
    modify(company, name, change)
    assert recheck(company_app).shut_out == 1
    assert not is_signed_in(client)
    assert is_signed_in(bystander)
    # A lock after wrong guesses passes, the others leave.
    assert find(company_app, name).is_active == is_active


def test_roles_and_groups_are_refreshed_and_a_change_of_roles_asks_for_a_new_log_in(
    company_app: Flask, company: SlapdServer
) -> None:
    client = signed_in(company_app, company, "climber")
    company.modify(
        f"dn: {group_dn('Admins')}\nchangetype: modify\nadd: member\nmember: {person_dn('climber')}\n"
    )
    recheck(company_app)
    assert find(company_app, "climber").roles == ["admin"]
    assert "Admins" in find(company_app, "climber").groups
    assert not is_signed_in(client)
    with company_app.app_context():
        event = db.session.scalars(select(SecurityEvent)).one()
        assert (event.kind, event.detail) == ("roles_changed", "employee → admin")


def test_who_was_asked_about_lately_is_not_asked_about_again(
    company_app: Flask, company: SlapdServer
) -> None:
    client = signed_in(company_app, company, "lately")
    recheck(company_app)
    modify(company, "lately", "delete")
    assert recheck(company_app) == actions.Recheck(confirmed=0, shut_out=0, is_complete=True)
    assert is_signed_in(client)


def test_nobody_is_asked_about_who_is_not_signed_in(company_app: Flask, company: SlapdServer) -> None:
    client = signed_in(company_app, company, "leaver")
    client.post("/logout")
    assert recheck(company_app) == actions.Recheck(confirmed=0, shut_out=0, is_complete=True)


def test_a_silent_directory_changes_nothing(
    make_app: MakeApp, company: SlapdServer, company_app: Flask
) -> None:
    client = signed_in(company_app, company, "patient")
    checked_at = find(company_app, "patient").state_checked_at
    offline = make_app(**ldap_settings(company, "ldaps://127.0.0.1:9"))
    assert recheck(offline) == actions.Recheck(confirmed=0, shut_out=0, is_complete=False)
    assert is_signed_in(client)
    # "Unknown" must never become "valid".
    assert find(company_app, "patient").state_checked_at == checked_at


@pytest.mark.parametrize("way", ["re-check", "log-in"])
def test_a_new_password_ends_what_began_with_the_old_one(
    company_app: Flask, company: SlapdServer, way: str
) -> None:
    name = f"pass{way[0]}"
    before = signed_in(company_app, company, name)
    with company_app.app_context():
        db.session.execute(update(WebSession).values(created_at=now() - timedelta(minutes=10)))
        db.session.commit()
    modify(company, name, "modify\nreplace: userPassword\nuserPassword: a new one")
    after = company_app.test_client()
    if way == "log-in":
        assert log_in(after, name, "a new one").status_code == 303
        assert not is_signed_in(before)
    recheck(company_app)
    assert not is_signed_in(before)
    log_in(after, name, "a new one")
    assert find(company_app, name).is_active
    with company_app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
    recheck(company_app)
    assert is_signed_in(after)


def test_who_is_locked_out_for_a_while_loses_what_the_directory_takes_meanwhile(
    company_app: Flask, company: SlapdServer
) -> None:
    group = f"dn: {group_dn('Admins')}\nchangetype: modify\n{{}}: member\nmember: {person_dn('shut')}\n"
    client = signed_in(company_app, company, "shut")
    company.modify(group.format("add"))
    assert log_in(company_app.test_client(), "shut", "secret").status_code == 303
    assert find(company_app, "shut").roles == ["admin"]
    company.modify(group.format("delete"))
    modify(company, "shut", "modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 20260101000000Z")
    with company_app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
    recheck(company_app)
    shut = find(company_app, "shut")
    assert (shut.is_active, shut.roles, shut.groups) == (True, [], [])
    assert not is_signed_in(client)
