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
_COSTS = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
# What is compared where there is no account; 22 and 43 letters are 16 and 32 octets.
_NOBODYS = f"$argon2id$v=19${_COSTS}${'A' * 22}${'A' * 43}"


@dataclass(frozen=True)
class Glass:
    """The account as it is stored, held while no transaction is open."""

    person_id: int
    password_hash: str


def find_glass(name: str) -> tuple[Glass | None, str]:
    """Return the break-glass account if this is its name, and what the password is compared with if it is not.

    That takes as long as with the account's own hash, and nothing fits it.
    """
    typed = (login_name(name) or "").lower()
    columns = Person.id, Person.password_hash, (func.lower(Person.user_name) == typed).label("is_named")
    row = db.session.execute(select(*columns).where(Person.is_break_glass, Person.is_active)).first()
    if row is None or not row.password_hash:
        return None, _NOBODYS
    glass = Glass(row.id, row.password_hash) if typed and row.is_named else None
    return glass, _fits_nothing(row.password_hash)


def opens(password_hash: str, password: str) -> bool:
    """Tell whether the password is right; to find out takes as long for each, also for what cannot be one."""
    is_one = password_bytes(password) is not None
    return _is_right(password_hash, password if is_one else "-") and is_one


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


def _fits_nothing(password_hash: str) -> str:
    """Return a hash of the same costs that no password has."""
    head, mark, digest = password_hash.rpartition("$")
    return f"{head}{mark}{'A' * len(digest)}"
