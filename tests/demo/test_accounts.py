"""Everybody of the demo company can sign in against the demo directory, and is who the database says."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from servicedesk.database import db, now
from servicedesk.demo.company import read_company
from servicedesk.desk.models import TeamMember
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.directory.settings import DirectorySettings
from servicedesk.people.actions.accounts import take_over
from servicedesk.people.models import Person, SecurityEvent
from servicedesk.web.settings import current_settings
from tests.services.programs import Program, free_port, is_listening

pytestmark = pytest.mark.xdist_group("demo")
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def directory(demo: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LdapDirectory]:
    """The demo directory, serving the file that was written."""
    with demo.app_context():
        path = current_settings().instance_dir / "demo-directory.json"
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "servicedesk.directory.demo_server",
        "--port",
        str(port),
        "--people",
        str(path),
    ]
    program = Program(command, tmp_path_factory.mktemp("directory") / "log", cwd=_ROOT)
    program.wait_until(lambda: is_listening("127.0.0.1", port), timeout_s=60)
    desk = json.loads(path.read_text(encoding="utf-8"))["desk"]
    yield LdapDirectory(
        DirectorySettings(
            urls=(f"ldap://127.0.0.1:{port}",),
            kind="openldap",
            bind_dn=desk["dn"],
            bind_password=desk["password"],
            people_base="ou=people,dc=example,dc=com",
            groups_base="ou=groups,dc=example,dc=com",
        )
    )
    program.stop()


def test_everybody_signs_in_and_stays_who_they_are(demo: Flask, directory: LdapDirectory) -> None:
    with demo.app_context():
        settings = current_settings()
        served = json.loads((settings.instance_dir / "demo-directory.json").read_text(encoding="utf-8"))
        passwords = {person["user_name"]: person["password"] for person in served["people"]}
        members = db.session.scalar(select(func.count()).select_from(TeamMember))
        for person in db.session.scalars(select(Person)).all():
            before = (person.id, list(person.roles), list(person.groups), person.display_name, person.mail)
            found = directory.check_password(person.user_name, passwords[person.user_name])
            assert found is not None, person.user_name
            after = take_over(found, settings.groups["roles"], asked_at=now())
            assert (after.id, after.roles, after.groups, after.display_name, after.mail) == before
            assert directory.check_password(person.user_name, "something-else") is None
        assert db.session.scalar(select(func.count()).select_from(TeamMember)) == members
        assert db.session.scalar(select(func.count(SecurityEvent.id))) == 0
        assert db.session.scalar(select(func.count(Person.id))) == len(read_company().people)
        db.session.rollback()


def test_the_four_accounts_have_the_roles_they_are_named_for(demo: Flask) -> None:
    with demo.app_context():
        path = current_settings().instance_dir / "demo-accounts.json"
        accounts = json.loads(path.read_text(encoding="utf-8"))
        roles = dict(db.session.execute(select(Person.user_name, Person.roles)).all())
        db.session.remove()
    assert list(accounts) == ["employee", "agent", "editor", "admin"]
    assert roles[accounts["employee"]["name"]] == []
    for role in ("agent", "editor", "admin"):
        assert roles[accounts[role]["name"]] == [role]


def test_agents_are_agents_through_groups_in_groups() -> None:
    company = read_company()
    agents = next(group for group in company.groups if group.name == "Desk agents")
    assert agents.members == ()
    for team in company.teams:
        for name in team.members:
            assert {team.group, "Desk agents"} <= company.groups_of(name)
    everybody = {person.user_name for person in company.people}
    assert all(set(group.members) <= everybody for group in company.groups)
