"""Do what a plan says, with a journal from which it can be undone. The caller commits."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from servicedesk.database import db, now
from servicedesk.errors import N_, ConflictError, NotFoundError
from servicedesk.people import rules, sessions, signals
from servicedesk.people.actions.sync_plan import ADDED, CHANGED, DISABLED, Change, Fields, SyncPlan
from servicedesk.people.models import Person, SecurityEvent, SyncChange, SyncRun

_AT_ONCE = 500
_MOST_LISTED = 5
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def apply_sync(plan: SyncPlan, *, disable_limit: float, i_know: bool) -> SyncRun:
    """Do what the plan says and return its journal.

    Raises ConflictError when more than the share `disable_limit` would be disabled, or lose all roles or all groups, and
    nobody said `i_know`.
    """
    if plan.disabled_share > disable_limit and not i_know:
        raise ConflictError(N_("More people would be disabled than the setting PEOPLE_DISABLE_LIMIT allows."))
    if plan.takes_suddenly(share=disable_limit) and not i_know:
        raise ConflictError(
            N_("More people would lose all roles or all groups than the setting PEOPLE_DISABLE_LIMIT allows.")
        )
    run, at = SyncRun(applied_at=now()), now()
    db.session.add(run)
    db.session.flush()
    ids = _insert(change for change in plan.changes if change.person_id is None)
    by_id = {change.person_id or ids[change.key]: change for change in plan.changes}
    _update({person_id: change.after for person_id, change in by_id.items() if change.person_id}, at)
    _write_journal(run.id, by_id)
    for some in _chunks([*plan.answered_ids, *ids.values()]):
        db.session.execute(update(Person).where(Person.id.in_(some)).values(state_checked_at=plan.asked_at))
    _after_changes({person_id: (change.before, change.after) for person_id, change in by_id.items()})
    if plan.changes:
        kinds = (ADDED, CHANGED, DISABLED)
        counts = ", ".join(f"{len(plan.of_kind(kind))} {kind}" for kind in kinds)
        db.session.add(SecurityEvent(kind=rules.PEOPLE_SYNCED, detail=f"{run.reference}: {counts}"))
    return run


def list_syncs() -> Sequence[tuple[SyncRun, int]]:
    """Return the last few syncs that can be undone, newest first, each with how many people it changed."""
    changed = select(func.count(SyncChange.id)).where(SyncChange.run_id == SyncRun.id).scalar_subquery()
    found = select(SyncRun, changed).where(SyncRun.undone_at.is_(None), changed > 0)
    rows = db.session.execute(found.order_by(SyncRun.id.desc()).limit(_MOST_LISTED))
    return [(run, count) for run, count in rows]


def undo_sync(reference: str) -> tuple[SyncRun, list[str]]:
    """Put back what a sync changed, and return whom it could not put back because they changed again since.

    Somebody it added stays, disabled: they may have filed incidents meanwhile. Raises NotFoundError where number and mark
    are not of one sync: the one of this number may be another than was meant.
    """
    number = reference.partition("-")[0]
    known = select(SyncRun).where(SyncRun.id == int(number)) if _NUMBER.fullmatch(number) else None
    run = db.session.scalar(known.with_for_update()) if known is not None else None
    if run is None or run.reference != reference:
        raise NotFoundError
    if run.undone_at is not None:
        raise ConflictError(N_("This sync is undone already."))
    journal = {change.person_id: change for change in run.changes}
    put_back: dict[int, tuple[Fields, Fields]] = {}
    names = {}
    for some in _chunks(sorted(journal)):
        for person in db.session.scalars(select(Person).where(Person.id.in_(some))):
            change = journal[person.id]
            before = {"is_active": False} if change.kind == ADDED else dict(change.before)
            after = {name: change.after[name] for name in before}
            kept = {name: value for name, value in before.items() if getattr(person, name) == after[name]}
            names[person.id] = (person.display_name, before.keys())
            put_back[person.id] = ({name: after[name] for name in kept}, kept)
    _leave_addresses(put_back)
    changed_since = [
        name for person_id, (name, fields) in names.items() if put_back[person_id][1].keys() != fields
    ]
    _update({person_id: after for person_id, (_before, after) in put_back.items() if after}, now())
    _after_changes(put_back)
    _doubt(person_id for person_id, (_before, after) in put_back.items() if after.get("is_active"))
    run.undone_at = now()
    db.session.add(SecurityEvent(kind=rules.SYNC_UNDONE, detail=run.reference))
    return run, sorted(changed_since)


def _leave_addresses(put_back: Mapping[int, tuple[Fields, Fields]]) -> None:
    """Give nobody an address back that somebody else has by now: their mail would reach its new owner."""
    wanted = {
        person_id: after["mail"].lower() for person_id, (_, after) in put_back.items() if after.get("mail")
    }
    if not wanted:
        return
    live = select(Person.id, func.lower(Person.mail)).where(Person.is_active, Person.mail.is_not(None))
    # Whoever gives it up in this very step, as of two who swapped theirs, is no owner.
    owned = {
        mail
        for person_id, mail in db.session.execute(live)
        if "mail" not in put_back.get(person_id, ({}, {}))[1]
    }
    for person_id, mail in wanted.items():
        if mail in owned:
            for fields in put_back[person_id]:
                del fields["mail"]


def _doubt(person_ids: Iterable[int]) -> None:
    """Let the directory be asked soon about those who are back; until then no mail for staff is theirs."""
    unconfirmed_at = now() - rules.LONGEST_UNCONFIRMED_READERS
    for some in _chunks(list(person_ids)):
        db.session.execute(update(Person).where(Person.id.in_(some)).values(state_checked_at=unconfirmed_at))


def _insert(added: Iterable[Change]) -> dict[str, int]:
    """Add people and return their ids by key."""
    ids: dict[str, int] = {}
    for some in _chunks(list(added)):
        db.session.execute(insert(Person), [{"directory_key": change.key, **change.after} for change in some])
        keys = [change.key for change in some]
        new = select(Person.directory_key, Person.id).where(Person.directory_key.in_(keys))
        ids |= {str(key): person_id for key, person_id in db.session.execute(new)}
    return ids


def _update(fields_by_id: Mapping[int, Fields], at: datetime) -> None:
    rows = []
    for person_id, fields in fields_by_id.items():
        row = {"id": person_id, **fields}
        if "is_active" in fields:
            row["disabled_at"] = None if fields["is_active"] else at
        rows.append(row)
    for some in _chunks(rows):
        db.session.execute(update(Person), some)
    db.session.expire_all()


def _write_journal(run_id: int, by_id: Mapping[int, Change]) -> None:
    rows = [
        {
            "run_id": run_id,
            "person_id": person_id,
            "kind": change.kind,
            "before": change.before,
            "after": change.after,
        }
        for person_id, change in by_id.items()
    ]
    for some in _chunks(rows):
        db.session.execute(insert(SyncChange), some)


def _after_changes(changed: Mapping[int, tuple[Fields, Fields]]) -> None:
    """End sessions that must not outlive the change, tell admins about roles, tell other features about groups."""
    must_end = [
        person_id
        for person_id, (_before, after) in changed.items()
        if "roles" in after or after.get("is_active") is False
    ]
    for some in _chunks(must_end):
        sessions.end_all(some)
    roles = [
        {
            "kind": rules.ROLES_CHANGED,
            "person_id": person_id,
            "detail": rules.change_of_roles(before.get("roles", []), after["roles"]),
        }
        for person_id, (before, after) in changed.items()
        if before.get("roles", []) != after.get("roles", [])
    ]
    accounts = [
        {
            "kind": rules.ACCOUNT_OPENED if after["is_active"] else rules.ACCOUNT_CLOSED,
            "person_id": person_id,
            "detail": "",
        }
        for person_id, (before, after) in changed.items()
        if "is_active" in before
    ]
    for rows in _chunks(roles + accounts):
        db.session.execute(insert(SecurityEvent), rows)
    groups = {
        person_id: frozenset(after["groups"])
        for person_id, (_before, after) in changed.items()
        if "groups" in after
    }
    if groups:
        signals.groups_changed.send(groups_by_person=groups)


def _chunks(rows: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
