"""The one account that works without the directory: made on the command line, its every use shown to all admins."""

import logging
import re
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import func, select

from servicedesk.database import db, now, one_at_a_time
from servicedesk.directory.names import login_name, password_bytes
from servicedesk.errors import N_, ConflictError, InvalidInputError
from servicedesk.people import rules, sessions
from servicedesk.people.models import Person, SecurityEvent

SHORTEST_PASSWORD = 16
_NAME = re.compile(r"[\w.@-]{1,64}")
_MAKING = 7_160_104  # Any number that nothing else waits with.
_log = logging.getLogger("servicedesk.people")
_hasher = PasswordHasher()


@dataclass(frozen=True)
class Glass:
    """The account as it is stored, held while no transaction is open."""

    person_id: int
    password_hash: str


def find_glass(name: str) -> Glass | None:
    """Return the break-glass account if this is its name."""
    typed = login_name(name)
    matches = Person.is_break_glass, Person.is_active, func.lower(Person.user_name) == (typed or "").lower()
    person = db.session.scalar(select(Person).where(*matches)) if typed else None
    return Glass(person.id, person.password_hash) if person and person.password_hash else None


def opens(glass: Glass, password: str) -> bool:
    """Tell whether the password is right."""
    return password_bytes(password) is not None and _is_right(glass.password_hash, password)


def note(kind: str, glass: Glass, *, network: str) -> Person:
    """Write a use of the break-glass account, or a wrong password for it, down for the admins; return the account."""
    db.session.add(SecurityEvent(kind=kind, person_id=glass.person_id, network=network[:64]))
    _log.warning("Break-glass account: %s", kind, extra={"fields": {"network": network}})
    return db.session.get_one(Person, glass.person_id)


def has_namesake(name: str) -> bool:
    """Tell whether somebody in the directory has the name of the break-glass account, as may happen after it was made."""
    typed = (login_name(name) or "").lower()
    matches = func.lower(Person.user_name) == typed, ~Person.is_break_glass, Person.is_active
    return db.session.scalar(select(Person.id).where(*matches).limit(1)) is not None


def make(name: str, password: str) -> Person:
    """Create the break-glass admin, or set a new password; there is one, and no directory account has its name."""
    user_name = name.strip()
    if not _NAME.fullmatch(user_name):
        raise InvalidInputError(
            N_("The name may have letters, digits, dots, dashes and underscores."), field="name"
        )
    if password_bytes(password) is None or len(password) < SHORTEST_PASSWORD:
        raise InvalidInputError(N_("The password must have at least 16 characters."), field="password")
    one_at_a_time(_MAKING)
    same_name = func.lower(Person.user_name) == user_name.lower()
    if db.session.scalar(select(Person.id).where(same_name, ~Person.is_break_glass)):
        raise ConflictError(N_("Somebody in the directory has this name. Take another one."))
    person = db.session.scalar(select(Person).where(Person.is_break_glass))
    if person is None:
        person = Person(is_break_glass=True, user_name=user_name, display_name=user_name)
        db.session.add(person)
    elif person.user_name != user_name:
        raise ConflictError(
            N_("There is a break-glass account with another name. Use that name to set a new password.")
        )
    person.roles, person.is_active, person.disabled_at = ["admin"], True, None
    person.password_hash = _hasher.hash(password)
    db.session.flush()
    sessions.end_all([person.id])
    db.session.add(SecurityEvent(kind=rules.BREAK_GLASS_MADE, person_id=person.id, at=now()))
    return person


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False
