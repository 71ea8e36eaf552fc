"""One account that the directory cannot answer for holds up nobody else, and many at once are not believed."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from ldaptor.protocols import pureldap
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.operating.models import JobRun
from servicedesk.people import actions
from servicedesk.people.models import Person, SyncRun
from tests.directory.company import group_dn, group_ldif, person_dn, person_ldif
from tests.directory.faulty_server import DESK_DN, DESK_PASSWORD, FaultyServer, Talk, honest, person
from tests.factories import sign_in
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.services.slapd import BASE, SlapdServer, start_slapd

ROLES = {"agent": ("IT staff",)}
NAMES = ("p1", "p2", "p3", "p4", "p5")
KEYS = {name: str(uuid.UUID(int=number + 1)) for number, name in enumerate(NAMES)}
Answers = dict[str, Callable[[Talk, Any], None]]


def is_signed_in(client: FlaskClient) -> bool:
    """Tell whether a page for signed-in people opens."""
    return client.get("/profile").status_code == 200


def recheck(app: Flask) -> actions.Recheck:
    """Do what the job does, of people who were confirmed ten minutes ago."""
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
        results = []
        for done in actions.recheck_live_accounts(current_directory(), by_role=ROLES):
            db.session.commit()
            results.append(done)
    return results[-1]


@pytest.fixture
def odd(make_app: MakeApp) -> Iterator[tuple[Flask, Answers, dict[str, FlaskClient]]]:
    """An application with five people signed in, on a directory whose answer about each can be told."""
    answers: Answers = {}

    def answer(talk: Talk, request: Any) -> None:
        if not isinstance(request, pureldap.LDAPSearchRequest) or b"people" not in request.baseObject:
            honest(talk, request)
            return
        octets = request.toWire()
        for name, key in KEYS.items():
            if key.encode() in octets:
                answers.get(name, known(name))(talk, request)
                return
        talk.send(person(user_name="p1", uuid=KEYS["p1"]))
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))

    with FaultyServer(answer) as server:
        app = make_app(
            LDAP_URLS=server.url,
            LDAP_BIND_DN=DESK_DN,
            LDAP_BIND_PASSWORD=DESK_PASSWORD,
            LDAP_PEOPLE_BASE=f"ou=people,{BASE}",
            LDAP_GROUPS_BASE=f"ou=groups,{BASE}",
        )
        with app.app_context():
            for name in NAMES:
                db.session.add(
                    Person(directory_key=f"entryuuid:{KEYS[name]}", user_name=name, display_name=name.title())
                )
            db.session.commit()
            ids = {name: found(name).id for name in NAMES}
        yield app, answers, {name: sign_in(app, one) for name, one in ids.items()}


def known(name: str) -> Callable[[Talk, Any], None]:
    """Answer with the person."""

    def answer(talk: Talk, _request: Any) -> None:
        talk.send(person(dn=f"uid={name},ou=people,{BASE}", user_name=name, uuid=KEYS[name]))
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))

    return answer


def found(name: str) -> Person:
    """Return the person."""
    return db.session.scalars(select(Person).where(Person.user_name == name)).one()


def nobody(talk: Talk, _request: Any) -> None:
    """Find nobody."""
    talk.send(pureldap.LDAPSearchResultDone(resultCode=0))


def too_much(talk: Talk, _request: Any) -> None:
    """Say that a limit of the server was reached."""
    talk.send(pureldap.LDAPSearchResultDone(resultCode=4))


def twice(talk: Talk, _request: Any) -> None:
    """Find two people with one key."""
    for _ in range(2):
        talk.send(person(uuid=KEYS["p1"]))
    talk.send(pureldap.LDAPSearchResultDone(resultCode=0))


def garbage(talk: Talk, _request: Any) -> None:
    """Send an entry that is cut inside."""
    octets = bytearray(talk.wire(person()))
    octets[-1:] = b""
    octets[1] -= 1
    talk.raw(bytes(octets))


def hang_up(talk: Talk, _request: Any) -> None:
    """Cut the connection."""
    talk.hang_up()


@pytest.mark.parametrize("bad", [too_much, twice, garbage, hang_up])
def test_whoever_cannot_be_answered_for_holds_up_nobody(
    odd: tuple[Flask, Answers, dict[str, FlaskClient]], bad: Callable[[Talk, Any], None]
) -> None:
    app, answers, clients = odd
    answers |= {"p1": bad, "p2": bad, "p4": nobody}
    assert recheck(app) == actions.Recheck(confirmed=2, shut_out=1, is_complete=False)
    assert not is_signed_in(clients["p4"])
    assert is_signed_in(clients["p1"])
    # What is unknown has not become valid, and ends by itself.
    with app.app_context():
        assert found("p1").state_checked_at < now() - timedelta(minutes=9)
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(hours=8, minutes=1)))
        db.session.commit()
    assert not is_signed_in(clients["p1"])


def test_a_directory_that_answers_nobody_is_given_up_and_the_next_round_begins_with_others(
    odd: tuple[Flask, Answers, dict[str, FlaskClient]],
) -> None:
    app, answers, clients = odd
    answers |= dict.fromkeys(("p1", "p2", "p3"), hang_up) | {"p5": nobody}
    assert recheck(app) == actions.Recheck(confirmed=0, shut_out=0, is_complete=False)
    assert is_signed_in(clients["p5"])
    # Three silences in a row ended the round before p4 and p5, so these come first now.
    assert recheck(app) == actions.Recheck(confirmed=1, shut_out=1, is_complete=False)
    assert not is_signed_in(clients["p5"])


def test_a_directory_that_suddenly_finds_nobody_changes_nothing_and_admins_see_it(
    odd: tuple[Flask, Answers, dict[str, FlaskClient]], caplog: pytest.LogCaptureFixture
) -> None:
    app, answers, clients = odd
    answers |= dict.fromkeys(NAMES, nobody)
    caplog.set_level(logging.ERROR)
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
    result = app.test_cli_runner().invoke(args=["jobs", "once", "accounts"])
    assert "suddenly does not find 5 of 5 people" in caplog.text, result.output
    assert all(map(is_signed_in, clients.values()))
    with app.app_context():
        assert found("p1").is_active
        assert found("p1").state_checked_at < now() - timedelta(minutes=9)
        assert db.session.get_one(JobRun, "accounts").failure == "DirectoryDoubtfulError"


def test_one_of_several_who_left_is_shut_out(odd: tuple[Flask, Answers, dict[str, FlaskClient]]) -> None:
    app, answers, clients = odd
    answers |= {"p2": nobody}
    assert recheck(app) == actions.Recheck(confirmed=4, shut_out=1, is_complete=True)
    assert not is_signed_in(clients["p2"])


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory that gives at most 500 entries, with somebody in more groups than that."""
    many = "".join(group_ldif(f"many {number}", [person_dn("much")]) for number in range(1200))
    people = "".join(person_ldif(name, name.title(), "x") for name in ("much", "s1", "s2", "s3", "s4"))
    staff = group_ldif("IT staff", [group_dn("Inner")])
    inner = group_ldif("Inner", [person_dn(name) for name in ("much", "s1", "s2", "s3", "s4")])
    server = start_slapd(
        tmp_path_factory.mktemp("office") / "slapd",
        extra_config="sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited",
        ldif=people + staff + inner + group_ldif("Other", [person_dn("s1")]) + many,
    )
    yield server
    server.program.stop()


@pytest.mark.parametrize("named", ["IT staff", group_dn("IT staff")])
def test_somebody_in_very_many_groups_logs_in_with_the_groups_that_are_named(
    make_app: MakeApp, office: SlapdServer, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    groups = {"roles": {"agent": [named], "admin": ["Other"]}}
    app = make_app(**ldap_settings(office), GROUPS=json.dumps(groups))
    client = app.test_client()
    assert log_in(client, "much", "x").status_code == 303
    with app.app_context():
        much = found("much")
        assert much.roles == ["agent"]
        assert set(much.groups) == {"IT staff", named}
    assert "too many groups" in caplog.text
    assert recheck(app) == actions.Recheck(confirmed=1, shut_out=0, is_complete=True)
    assert is_signed_in(client)
    told = app.test_cli_runner().invoke(args=["people", "sync", "--dry-run"]).output
    assert "To add: 4\n" in told
    assert "Much" not in told


def test_when_all_staff_lose_their_roles_at_once_nothing_is_changed(
    make_app: MakeApp, office: SlapdServer, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(**ldap_settings(office), GROUPS=json.dumps({"roles": {"agent": ["IT staff"]}}))
    clients = [app.test_client() for _ in range(4)]
    for number, client in enumerate(clients, 1):
        assert log_in(client, f"s{number}", "x").status_code == 303
    assert app.test_cli_runner().invoke(args=["people", "sync", "--apply", "--i-know"]).exit_code == 0
    office.modify(f"dn: {group_dn('IT staff')}\nchangetype: delete\n")
    assert recheck(app) == actions.Recheck(confirmed=0, shut_out=0, is_complete=True, doubtful=4)
    assert "takes all roles from 4 of 4 people" in caplog.text
    assert all(map(is_signed_in, clients))
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["people", "sync", "--apply"])
    assert refused.exit_code == 1
    assert "would lose all roles" in refused.output
    with app.app_context():
        assert db.session.scalars(select(SyncRun)).all()[1:] == []
        assert found("s1").roles == ["agent"]
    assert runner.invoke(args=["people", "sync", "--apply", "--i-know"]).exit_code == 0
    with app.app_context():
        assert found("s1").roles == []
