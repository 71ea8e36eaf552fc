"""The demo company: people, teams and categories in the database, and the same people for the demo directory.

Passwords are random, made once for an instance and kept in two private files beside the database: one for the
directory server, one with the four accounts that `make run` prints.
"""

import json
import os
import secrets
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.people.models import Person
from servicedesk.people.rules import roles_from_groups

PEOPLE_FILE = "demo-directory.json"
ACCOUNTS_FILE = "demo-accounts.json"
_DATA = Path(__file__).parent
_BASE = "dc=example,dc=com"
_DESK = f"cn=desk,{_BASE}"
# A person of the demo is the same in each directory file that is ever made: the key hangs on the user name.
_NAMESPACE = uuid.UUID("6f6f0d4e-3b57-4f5e-9a55-0d8b1f3c2a71")
_ROLES = {"agent": ("Desk agents",), "editor": ("Desk editors",), "admin": ("Desk admins",)}
Company = Mapping[str, Any]


def read_company() -> Company:
    """Return company.yaml."""
    company: Company = yaml.safe_load((_DATA / "company.yaml").read_text(encoding="utf-8"))
    return company


def load_company(company: Company) -> bool:
    """Write people, teams and categories; the caller commits. Return False when they are there already."""
    first = _directory_key(company["people"][0]["user"])
    if db.session.scalar(select(Person.id).where(Person.directory_key == first)) is not None:
        return False
    people = {entry["user"]: _person(entry) for entry in company["people"]}
    teams = {}
    for entry in company["teams"]:
        team = Team(key=entry["key"], name_en=entry["en"], name_pl=entry["pl"])
        team.visibility = entry.get("visibility", "normal")
        members = [someone for someone in people.values() if f"Team {entry['key']}" in someone.groups]
        team.members = [TeamMember(person=member, is_lead=member is members[0]) for member in members]
        teams[entry["key"]] = team
    categories = [
        Category(
            key=entry["key"],
            name_en=entry["en"],
            name_pl=entry["pl"],
            team=teams[entry["team"]],
            position=place,
        )
        for place, entry in enumerate(company["categories"])
    ]
    db.session.add_all([*people.values(), *teams.values(), *categories])
    db.session.flush()
    return True


def write_files(company: Company, instance_dir: Path, *, desk_password: str) -> None:
    """Write the directory's people and the four accounts, unless they are there: passwords are made once."""
    path = instance_dir / PEOPLE_FILE
    if not path.exists():
        _write_private(path, _directory(company, desk_password or secrets.token_urlsafe(18)))
    directory = json.loads(path.read_text(encoding="utf-8"))
    passwords = {person["user_name"]: person["password"] for person in directory["people"]}
    accounts = {
        role: {"name": user_name, "password": passwords[user_name]}
        for role, user_name in company["accounts"].items()
    }
    if not (instance_dir / ACCOUNTS_FILE).exists():
        _write_private(instance_dir / ACCOUNTS_FILE, accounts)


def _person(entry: Mapping[str, Any]) -> Person:
    groups = sorted(entry.get("groups", ()))
    return Person(
        directory_key=_directory_key(entry["user"]),
        user_name=entry["user"],
        mail=f"{entry['user']}@example.com",
        display_name=entry["name"],
        department=entry["department"],
        telephone=entry["telephone"],
        language=entry["language"],
        groups=groups,
        roles=roles_from_groups(groups, _ROLES),
    )


def _directory(company: Company, desk_password: str) -> dict[str, object]:
    people = [
        {
            "user_name": entry["user"],
            "password": secrets.token_urlsafe(9),
            "name": entry["name"],
            "uuid": _uuid(entry["user"]),
            "mail": f"{entry['user']}@example.com",
            "department": entry["department"],
            "telephone": entry["telephone"],
            "language": entry["language"],
            "manager": entry.get("manager", ""),
        }
        for entry in company["people"]
    ]
    names = sorted({group for entry in company["people"] for group in entry.get("groups", ())})
    groups = [
        {"name": name, "members": [e["user"] for e in company["people"] if name in e.get("groups", ())]}
        for name in names
    ]
    return {
        "base": _BASE,
        "desk": {"dn": _DESK, "password": desk_password},
        "people": people,
        "groups": groups,
    }


def _uuid(user_name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, user_name))


def _directory_key(user_name: str) -> str:
    return f"entryuuid:{_uuid(user_name)}"


def _write_private(path: Path, content: object) -> None:
    """Write the whole file or none, readable by nobody else."""
    unfinished = path.with_suffix(".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
