"""Take over what the directory says about a person. The directory's key decides who it is, never a name or an address."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from servicedesk.database import db, now
from servicedesk.directory.entries import DirectoryPerson
from servicedesk.people import rules, sessions, signals
from servicedesk.people.models import Person, SecurityEvent

ByRole = Mapping[str, tuple[str, ...]]
_LENGTHS = {"user_name": 128, "mail": 254, "display_name": 200, "department": 200, "telephone": 64}


def fields_of(found: DirectoryPerson, by_role: ByRole) -> dict[str, object]:
    """Return the columns that the directory decides, as they are stored."""
    texts = {name: getattr(found, name) for name in _LENGTHS}
    shortened = {name: text[: _LENGTHS[name]] if text else None for name, text in texts.items()}
    shortened["display_name"] = shortened["display_name"] or shortened["user_name"]
    return {
        **shortened,
        "roles": rules.roles_from_groups(found.groups, by_role),
        "groups": sorted(found.groups),
    }


def take_over(
    found: DirectoryPerson, by_role: ByRole, *, asked_at: datetime, left_ids: Collection[int] = ()
) -> Person:
    """Create or refresh the person with this directory key as somebody whose account may be used, and tell who listens.

    `left_ids`: people with the same address of whom the directory says that they are gone.
    What is known of a person from a question later than this one, of `asked_at`, stays: then nothing is done.
    Their web sessions end when their roles changed: a session has the roles it began with, or is no more.
    """
    person, is_new = _find_or_create(found, by_role)
    if not is_new and rules.is_overtaken(asked_at, by=person.state_checked_at, at=now()):
        return person
    before = [] if is_new else list(person.roles)
    if not person.is_active:
        db.session.add(SecurityEvent(kind=rules.ACCOUNT_OPENED, person_id=person.id))
    for name, value in fields_of(found, by_role).items():
        if getattr(person, name) != value:
            setattr(person, name, value)
    person.language = person.language or found.language
    person.is_active, person.disabled_at = True, None
    person.state_checked_at = asked_at
    release_mail(person.mail, owner_id=person.id, left_ids=left_ids)
    if before != person.roles:
        note_role_change(person.id, before, person.roles)
    sessions.end_older({person.id: found.password_changed_at})
    signals.groups_changed.send(groups_by_person={person.id: frozenset(found.groups)})
    return person


def release_mail(mail: str | None, *, owner_id: int, left_ids: Collection[int] = ()) -> None:
    """Take an address from who is gone or disabled: their mail would now reach its new owner.

    Two live accounts may have one address, as those of one person for daily work and for administration do.
    """
    if mail is None:
        return
    former = func.lower(Person.mail) == mail.lower(), Person.id != owner_id
    has_left = ~Person.is_active | Person.id.in_(left_ids)
    db.session.execute(update(Person).where(*former, has_left).values(mail=None))


def note_role_change(person_id: int, before: list[str], after: list[str]) -> None:
    """Write a change of roles down for the admins, and end the person's sessions (security.md S1)."""
    detail = rules.change_of_roles(before, after)
    db.session.add(SecurityEvent(kind=rules.ROLES_CHANGED, person_id=person_id, detail=detail))
    sessions.end_all([person_id])


def deactivate(person: Person, at: datetime) -> None:
    """Shut a person out: no log-in, no session, and what they had is still theirs."""
    if person.is_active:
        person.is_active, person.disabled_at = False, at
        db.session.add(SecurityEvent(kind=rules.ACCOUNT_CLOSED, person_id=person.id))
    others = func.lower(Person.mail) == (person.mail or "").lower(), Person.is_active, Person.id != person.id
    if person.mail and db.session.scalar(select(Person.id).where(*others).limit(1)):
        person.mail = None
    sessions.end_all([person.id])


def _find_or_create(found: DirectoryPerson, by_role: ByRole) -> tuple[Person, bool]:
    known = select(Person).where(Person.directory_key == found.key)
    person = db.session.scalar(known)
    if person is not None:
        return person, False
    try:
        with db.session.begin_nested():
            person = Person(directory_key=found.key, **fields_of(found, by_role))
            db.session.add(person)
    except IntegrityError:
        # The same person signed in at another browser at the same moment (PostgreSQL).
        return db.session.scalars(known).one(), False
    return person, True
