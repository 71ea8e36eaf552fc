"""Roles, teams and articles of a group are not had by who makes another group of the same name (security.md L1)."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.people.models import Person
from tests.directory.company import GROUPS, person_dn, person_ldif
from tests.directory.test_group_names import group
from tests.knowledge.library import publish
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.services.slapd import SlapdServer, ldif_entry, start_slapd

IT, CLUB = f"ou=it,{GROUPS}", f"ou=club,{GROUPS}"
BY_NAME = {"roles": {"admin": ["Desk admins"]}, "teams": {"service-desk": ["Desk admins"]}}
BY_DN = {"roles": {"admin": [f"cn=Desk admins,{IT}"]}, "teams": {"service-desk": [f"cn=Desk admins,{IT}"]}}


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory with a unit of groups for IT and one for a club, which has a group of its own name so far."""
    units = "".join(
        ldif_entry(dn, ("objectClass", "organizationalUnit"), ("ou", dn.partition(",")[0][3:]))
        for dn in (IT, CLUB)
    )
    people = "".join(person_ldif(name, name.title(), "x") for name in ("ida", "olga"))
    groups = group(f"cn=Desk admins,{IT}", person_dn("ida")) + group(f"cn=Chess,{CLUB}", person_dn("olga"))
    server = start_slapd(tmp_path_factory.mktemp("office") / "slapd", ldif=units + people + groups)
    yield server
    server.program.stop()


def facts(app: Flask, name: str) -> tuple[list[str], bool]:
    """Return the person's roles, and whether the person is in the team."""
    with app.app_context():
        logged_in = select(Person).where(Person.user_name == name, Person.last_login_at.is_not(None))
        person = db.session.scalars(logged_in).one()
        teams = select(Team.key).join(TeamMember, TeamMember.team_id == Team.id)
        keys = db.session.scalars(teams.where(TeamMember.person_id == person.id)).all()
        return person.roles, "service-desk" in keys


@pytest.mark.parametrize("groups", [BY_NAME, BY_DN], ids=["by name", "by DN"])
def test_a_club_cannot_make_admins(
    make_app: MakeApp, office: SlapdServer, groups: dict[str, dict[str, list[str]]]
) -> None:
    app = make_app(**ldap_settings(office), GROUPS=json.dumps(groups))
    publish(app, "pay", title="What admins know", audience="group:Desk admins")
    ida, olga = app.test_client(), app.test_client()
    assert log_in(ida, "ida", "x").status_code == 303
    assert facts(app, "ida") == (["admin"], True)
    assert ida.get("/articles/pay").status_code == 200

    office.add(group(f"cn=DESK  Admins,{CLUB}", person_dn("olga")))
    for name, client in (("ida", ida), ("olga", olga)):
        assert log_in(client, name, "x").status_code == 303
        assert client.get("/articles/pay").status_code == 404
    is_admin = groups is BY_DN
    assert facts(app, "ida") == (["admin"] if is_admin else [], is_admin)
    assert facts(app, "olga") == ([], False)
    told = app.test_cli_runner().invoke(args=["people", "sync", "--dry-run"]).output
    assert "Ida" not in told
    assert "Olga" not in told


def test_the_check_names_what_is_ambiguous_or_missing(make_app: MakeApp, office: SlapdServer) -> None:
    groups = {"roles": {**BY_NAME["roles"], "editor": ["Writers"], "agent": [f"cn=Chess,{CLUB}"]}}
    app = make_app(**ldap_settings(office), GROUPS=json.dumps(groups))
    check = app.test_cli_runner().invoke(args=["people", "check-directory"])
    assert check.exit_code == 0
    assert "'Writers': no such group" in check.output
    office.add(group(f"cn=desk admins,{CLUB}", person_dn("olga")))
    check = app.test_cli_runner().invoke(args=["people", "check-directory"])
    assert check.exit_code == 1
    assert f"cn=desk admins,{CLUB}" in check.output
    assert f"cn=Desk admins,{IT}" in check.output
    assert "Chess" not in check.output
