"""What the directory said some time ago never undoes what it has said since."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.people import actions
from servicedesk.people.models import Person, SyncRun
from tests.directory.company import group_dn, group_ldif, person_dn, person_ldif
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.people.test_recheck import find, is_signed_in, recheck
from tests.services.slapd import SlapdServer, start_slapd

ROLES = {"agent": ("IT staff",)}
EXPIRED = "modify\nadd: shadowExpire\nshadowExpire: 15000"
BACK = "modify\ndelete: shadowExpire"


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory of a few, who come and go."""
    people = "".join(person_ldif(name, name.title(), "x") for name in ("hana", "pawel", "rest"))
    groups = group_ldif("HR", [person_dn("hana"), person_dn("rest")]) + group_ldif(
        "IT staff", [person_dn("pawel"), person_dn("rest")]
    )
    server = start_slapd(tmp_path_factory.mktemp("office") / "slapd", ldif=people + groups)
    yield server
    server.program.stop()


@pytest.fixture
def desk(make_app: MakeApp, office: SlapdServer) -> Flask:
    """The application, with everybody signed in."""
    app = make_app(
        **ldap_settings(office), GROUPS=json.dumps({"roles": {"agent": ["IT staff"]}, "teams": {}})
    )
    for name in ("hana", "pawel", "rest"):
        assert log_in(app.test_client(), name, "x").status_code == 303
    return app


def age(app: Flask) -> None:
    """Let everybody have been confirmed ten minutes ago."""
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()


def modify(office: SlapdServer, dn: str, change: str) -> None:
    """Change an entry."""
    office.modify(f"dn: {dn}\nchangetype: {change}\n")


def test_a_sync_that_waited_long_undoes_no_later_answer(desk: Flask, office: SlapdServer) -> None:
    age(desk)
    with desk.app_context():
        asked_at, found = now(), list(current_directory().list_people())
    # While the list is being read, one leaves HR, another the company, and somebody new signs in.
    modify(office, group_dn("HR"), f"modify\ndelete: member\nmember: {person_dn('hana')}")
    modify(office, person_dn("pawel"), EXPIRED)
    office.add(person_ldif("newcomer", "Newcomer", "x"))
    assert log_in(desk.test_client(), "newcomer", "x").status_code == 303
    recheck(desk)
    with desk.app_context():
        plan = actions.plan_sync(found, by_role=ROLES, asked_at=asked_at)
        actions.apply_sync(plan, disable_limit=1, i_know=True)
        db.session.commit()
    hana, pawel, newcomer = (find(desk, name) for name in ("hana", "pawel", "newcomer"))
    assert hana.groups == []
    assert (pawel.is_active, newcomer.is_active) == (False, True)
    assert min(one.state_checked_at for one in (hana, pawel, newcomer)) > asked_at


def test_an_answer_counts_from_when_it_was_asked_for(desk: Flask) -> None:
    age(desk)
    with desk.app_context():
        asked_at, found = now(), list(current_directory().list_people())
        began = now()
        plan = actions.plan_sync(found, by_role=ROLES, asked_at=asked_at)
        actions.apply_sync(plan, disable_limit=1, i_know=True)
        db.session.commit()
    assert find(desk, "hana").state_checked_at == asked_at < began


def test_a_round_that_takes_long_ends_no_log_in_that_came_meanwhile(desk: Flask, office: SlapdServer) -> None:
    age(desk)
    modify(office, person_dn("hana"), EXPIRED)
    browser = desk.test_client()
    with desk.app_context():
        rounds = actions.recheck_live_accounts(current_directory(), by_role=ROLES, sudden_share=1)
        next(rounds)
        db.session.commit()
        modify(office, person_dn("hana"), BACK)
        assert log_in(browser, "hana", "x").status_code == 303
        for _done in rounds:
            db.session.commit()
    assert find(desk, "hana").is_active
    assert is_signed_in(browser)


def test_undoing_a_sync_gives_nobody_an_address_that_somebody_else_has(
    desk: Flask, office: SlapdServer
) -> None:
    run = desk.test_cli_runner().invoke
    assert run(args=["people", "sync", "--apply", "--i-know"]).exit_code == 0
    modify(office, person_dn("pawel"), "delete")
    modify(office, person_dn("hana"), "modify\nreplace: mail\nmail: pawel@example.com")
    assert run(args=["people", "sync", "--apply", "--i-know"]).exit_code == 0
    assert find(desk, "pawel").mail is None
    with desk.app_context():
        reference = db.session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one().reference
        # Since then hana's address was changed by hand, and changed back: it is hers and not of the sync.
        db.session.execute(update(Person).where(Person.user_name == "hana").values(mail="PAWEL@example.com"))
        db.session.commit()
    told = run(args=["people", "undo", reference])
    assert told.exit_code == 0
    assert "Pawel: changed again since" in told.output
    pawel = find(desk, "pawel")
    assert (pawel.is_active, pawel.mail, find(desk, "hana").mail) == (True, None, "PAWEL@example.com")
    # Nobody has confirmed them yet.
    assert pawel.state_checked_at < now() - timedelta(hours=23)
