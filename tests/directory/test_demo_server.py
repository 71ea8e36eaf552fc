"""The demo directory: a program of its own that answers as an OpenLDAP server does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.directory.settings import DirectorySettings
from tests.services.programs import Program, find_program, free_port, is_listening

DEMO: dict[str, Any] = {
    "base": "dc=example,dc=com",
    "desk": {"dn": "cn=desk,dc=example,dc=com", "password": "desk-of-demo"},
    "people": [
        {
            "user_name": "łucja",
            "password": "zażółć",
            "name": "Łucja Ćma, PhD",
            "uuid": "7d5c3f51-6f1a-4a6e-9d6b-000000000001",
            "mail": "lucja@example.com",
            "language": "pl",
            "department": "IT",
            "telephone": "+48 1",
            "manager": "adam",
        },
        {
            "user_name": "adam",
            "password": "adam's",
            "name": "Adam Nowy",
            "uuid": "7d5c3f51-6f1a-4a6e-9d6b-000000000002",
        },
        {
            "user_name": "gone",
            "password": "gone",
            "name": "Gone Away",
            "locked": True,
            "uuid": "7d5c3f51-6f1a-4a6e-9d6b-000000000003",
        },
    ],
    "groups": [
        {"name": 'Zespół "A+B", I linia', "members": ["łucja"]},
        {"name": "IT staff", "members": ["adam"], "groups": ['Zespół "A+B", I linia']},
    ],
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectorySettings]:
    folder = tmp_path_factory.mktemp("demo")
    people, port = folder / "people.json", free_port()
    people.write_text(json.dumps(DEMO), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "servicedesk.directory.demo_server",
        "--port",
        str(port),
        "--people",
        str(people),
    ]
    program = Program(command, folder / "log", cwd=Path(__file__).parents[2])
    program.wait_until(lambda: is_listening("127.0.0.1", port), timeout_s=20)
    yield DirectorySettings(
        urls=(f"ldap://127.0.0.1:{port}",),
        kind="openldap",
        bind_dn=DEMO["desk"]["dn"],
        bind_password=DEMO["desk"]["password"],
        people_base="ou=people,dc=example,dc=com",
        groups_base="ou=groups,dc=example,dc=com",
    )
    program.stop()


def test_people_of_the_file_log_in_by_name_or_mail(demo: DirectorySettings) -> None:
    directory = LdapDirectory(demo)
    person = directory.check_password("łucja", "zażółć")
    assert person is not None
    assert person == directory.check_password("lucja@example.com", "zażółć")
    assert person.key == "entryuuid:7d5c3f51-6f1a-4a6e-9d6b-000000000001"
    assert person.groups == {'Zespół "A+B", I linia', "IT staff"}
    assert (person.display_name, person.department, person.telephone) == ("Łucja Ćma, PhD", "IT", "+48 1")
    assert (person.language, person.manager_dn) == ("pl", "uid=adam,ou=people,dc=example,dc=com")


@pytest.mark.parametrize(
    ("name", "password"), [("adam", "x"), ("adam", ""), ("gone", "gone"), ("nobody", "x"), ("desk", "x")]
)
def test_everybody_else_is_refused(demo: DirectorySettings, name: str, password: str) -> None:
    assert LdapDirectory(demo).check_password(name, password) is None


def test_everybody_is_listed_as_asked_for_one_by_one(demo: DirectorySettings) -> None:
    directory = LdapDirectory(demo)
    people = list(directory.list_people())
    assert {person.user_name: person.account for person in people} == {
        "łucja": "enabled",
        "adam": "enabled",
        "gone": "disabled",
    }
    assert [directory.find_person(person.key) for person in people] == people


def test_an_empty_password_is_refused_at_start_up_check_and_nobody_may_read_unbound(
    demo: DirectorySettings,
) -> None:
    LdapDirectory(demo).check_at_start()
    search = [
        find_program("ldapsearch", "ldap-utils"),
        "-x",
        "-LLL",
        "-H",
        demo.urls[0],
        "-b",
        demo.people_base,
    ]
    unbound = subprocess.run(search, capture_output=True, text=True, timeout=20, check=False)
    assert unbound.returncode == 50
    assert "uid" not in unbound.stdout
