"""The demo company as data/*.yaml describes it: people, teams, directory groups and categories."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA_DIR = Path(__file__).parent / "data"
_MAIL_DOMAIN = "example.com"
# Any fixed value does: a person has the same key in each instance.
_NAMESPACE = uuid.UUID("5f0c7f5e-6f43-4b7c-9a53-2f7a8f0d9c11")


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who works there. Without a language, the pages follow the browser."""

    user_name: str
    name: str
    department: str
    telephone: str
    language: str | None = None
    manager: str | None = None

    @property
    def mail(self) -> str:
        """The address; the domain is one that nobody can own."""
        return f"{self.user_name}@{_MAIL_DOMAIN}"

    @property
    def uuid(self) -> str:
        """What the directory knows this person by."""
        return str(uuid.uuid5(_NAMESPACE, self.user_name))

    @property
    def directory_key(self) -> str:
        """What the database knows this person by."""
        return f"entryuuid:{self.uuid}"


@dataclass(frozen=True)
class DemoTeam:
    """A team; its first member leads it."""

    key: str
    en: str
    pl: str
    members: tuple[str, ...]
    visibility: str = "normal"

    @property
    def group(self) -> str:
        """The directory group whose members work in the team."""
        return f"Team {self.key}"


@dataclass(frozen=True)
class DemoCategory:
    """What an incident can be about."""

    key: str
    team: str
    en: str
    pl: str


@dataclass(frozen=True)
class DemoGroup:
    """A directory group; it may hold other groups."""

    name: str
    members: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Company:
    """Everything there is besides incidents. `accounts` names the person to try each role with."""

    people: tuple[DemoPerson, ...]
    teams: tuple[DemoTeam, ...]
    groups: tuple[DemoGroup, ...]
    categories: tuple[DemoCategory, ...]
    accounts: Mapping[str, str]

    def groups_of(self, user_name: str) -> frozenset[str]:
        """Return the names of all groups that somebody is in, directly or through other groups."""
        found = {group.name for group in self.groups if user_name in group.members}
        while more := {group.name for group in self.groups if found & set(group.groups)} - found:
            found |= more
        return frozenset(found)

    def settings_groups(self) -> dict[str, dict[str, list[str]]]:
        """Return what the setting GROUPS must be: which directory groups give which roles and teams."""
        return {
            "roles": {"agent": ["Desk agents"], "editor": ["Desk editors"], "admin": ["Desk admins"]},
            "teams": {team.key: [team.group] for team in self.teams},
        }


@lru_cache(maxsize=1)
def read_company() -> Company:
    """Read the company from its files."""
    people = read_data("people.yaml")
    teams = tuple(
        DemoTeam(key=key, **{**team, "members": tuple(team["members"])})
        for key, team in read_data("teams.yaml").items()
    )
    team_groups = tuple(DemoGroup(team.group, team.members) for team in teams)
    other_groups = tuple(
        DemoGroup(group["name"], tuple(group.get("members", ())), tuple(group.get("groups", ())))
        for group in read_data("groups.yaml")
    )
    return Company(
        people=tuple(DemoPerson(**person) for person in people["people"]),
        teams=teams,
        groups=(*team_groups, *other_groups),
        categories=tuple(DemoCategory(**category) for category in read_data("categories.yaml")),
        accounts=people["accounts"],
    )


def read_incidents() -> Sequence[Mapping[str, Any]]:
    """Return what was reported, as data/incidents_*.yaml tells it."""
    return [told for path in sorted(DATA_DIR.glob("incidents_*.yaml")) for told in read_data(path.name)]


def read_data(name: str) -> Any:
    """Read one of the files."""
    return yaml.safe_load((DATA_DIR / name).read_text(encoding="utf-8"))
