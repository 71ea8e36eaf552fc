"""What a sync with the directory would do, worked out without changing anything.

Nobody is deleted: who is not in the directory any more, or is disabled or expired there, is disabled here. An account
that is locked after wrong guesses, or whose password has to be changed, stays as it is; that will pass.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from servicedesk.database import db, now, one_at_a_time
from servicedesk.directory.entries import DirectoryPerson
from servicedesk.directory.names import login_name
from servicedesk.people import rules
from servicedesk.people.actions.accounts import ByRole, fields_of
from servicedesk.people.models import Person

ADDED, CHANGED, DISABLED = "added", "changed", "disabled"
_PLANNING = 7_160_105  # Any number that nothing else waits with.
_COMPARED = (
    *("user_name", "mail", "display_name", "department", "telephone"),
    *("roles", "groups", "language", "is_active"),
)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What would happen to one person. `person_id` is None for somebody new; the fields are those that differ."""

    kind: str
    name: str
    key: str
    person_id: int | None
    before: Fields
    after: Fields


@dataclass(frozen=True)
class SyncPlan:
    """All that a sync would do. The counts are of active people: all, those with a role, those in any group.

    `answered_ids`: about whom the directory, asked at `asked_at`, said something, and be it that they are not there.
    `shared_mail`: addresses that several people have. `no_names`: whose user name is none at the log-in.
    """

    changes: Sequence[Change]
    active_count: int
    staff_count: int
    in_groups_count: int
    asked_at: datetime
    answered_ids: Sequence[int] = field(repr=False)
    shared_mail: Sequence[tuple[str, Sequence[str]]] = ()
    no_names: Sequence[str] = ()

    def of_kind(self, kind: str) -> list[Change]:
        """Return the changes of one kind, by name."""
        return sorted((c for c in self.changes if c.kind == kind), key=lambda c: c.name.casefold())

    @property
    def disabled_share(self) -> float:
        """Return which share of all active people would be disabled."""
        return len(self.of_kind(DISABLED)) / self.active_count if self.active_count else 0.0

    def takes_suddenly(self, *, share: float) -> bool:
        """Return whether so many people would lose all roles or all groups that the directory may be wrong."""
        losses = (("roles", self.staff_count), ("groups", self.in_groups_count))
        return any(rules.is_sudden(self._count_losing(what), of, share=share) for what, of in losses)

    def _count_losing(self, what: str) -> int:
        changed = self.of_kind(CHANGED)
        return sum(1 for change in changed if change.before.get(what) and not change.after.get(what))


def plan_sync(
    found: Iterable[DirectoryPerson],
    *,
    by_role: ByRole,
    asked_at: datetime,
    unread_keys: Collection[str] = (),
) -> SyncPlan:
    """Compare everybody in the directory with everybody here. Who plans at the same time waits until this is done.

    The list was begun at `asked_at`: nothing is changed for people about whom something later is known.
    `unread_keys` are of people who are there and whose entries could not be read: nothing is changed for them.
    """
    in_directory = {person.key: person for person in found}
    one_at_a_time(_PLANNING)
    columns = (
        Person.id,
        Person.directory_key,
        Person.state_checked_at,
        *(getattr(Person, name) for name in _COMPARED),
    )
    rows = db.session.execute(select(*columns).where(Person.directory_key.is_not(None))).all()
    at = now()
    overtaken = {
        row.directory_key for row in rows if rules.is_overtaken(asked_at, by=row.state_checked_at, at=at)
    }
    known = {row.directory_key: row for row in rows}
    there = {*in_directory, *unread_keys, *overtaken}
    found_live = [person for person in in_directory.values() if _may_work(person)]
    live = [person for person in found_live if person.mail]
    taken_mail = {(person.mail or "").lower() for person in live}
    changes = [
        _of_one_found(person, known.get(person.key), by_role, taken_mail)
        for person in in_directory.values()
        if person.key not in overtaken
    ]
    changes += [_of_one_absent(row, taken_mail) for row in rows if row.directory_key not in there]
    return SyncPlan(
        changes=[change for change in changes if change],
        active_count=sum(1 for row in rows if row.is_active),
        staff_count=sum(1 for row in rows if row.is_active and row.roles),
        in_groups_count=sum(1 for row in rows if row.is_active and row.groups),
        asked_at=asked_at,
        answered_ids=[row.id for row in rows if row.directory_key not in {*unread_keys, *overtaken}],
        shared_mail=_shared_mail(live),
        no_names=sorted(
            _words(one.display_name, one.user_name) for one in found_live if not login_name(one.user_name)
        ),
    )


def _may_work(person: DirectoryPerson) -> bool:
    return person.account == "enabled" or person.account in rules.PASSING_STATES


def _shared_mail(people: Sequence[DirectoryPerson]) -> list[tuple[str, list[str]]]:
    """Return each address that several live people have, with their names."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for person in people:
        names[(person.mail or "").lower()].append(_words(person.display_name, person.user_name))
    return sorted((mail, sorted(shared)) for mail, shared in names.items() if len(shared) > 1)


def _of_one_found(
    person: DirectoryPerson, row: Row[Any] | None, by_role: ByRole, taken_mail: set[str]
) -> Change | None:
    may_work = _may_work(person)
    wanted: Fields = {**fields_of(person, by_role), "language": person.language, "is_active": may_work}
    if row is None:
        name = _words(wanted["display_name"], wanted["user_name"])
        return Change(ADDED, name, person.key, None, {}, wanted) if may_work else None
    if not may_work and (wanted["mail"] or "").lower() in taken_mail:
        # As when the person is gone: somebody else has this address now.
        wanted["mail"] = None
    # What somebody chose for themselves is theirs.
    wanted["language"] = row.language or person.language
    return _change(row, wanted)


def _of_one_absent(row: Row[Any], taken_mail: set[str]) -> Change | None:
    wanted: Fields = {"is_active": False}
    if row.mail and row.mail.lower() in taken_mail:
        # Somebody else has this address now, and must not get this person's mail.
        wanted["mail"] = None
    return _change(row, wanted)


def _change(row: Row[Any], wanted: Mapping[str, Any]) -> Change | None:
    before = {name: getattr(row, name) for name in wanted if getattr(row, name) != wanted[name]}
    if not before:
        return None
    kind = DISABLED if before.get("is_active") else CHANGED
    after = {name: wanted[name] for name in before}
    return Change(kind, _words(row.display_name, row.user_name), row.directory_key, row.id, before, after)


def _words(display_name: str, user_name: str) -> str:
    return f"{display_name} ({user_name})"
