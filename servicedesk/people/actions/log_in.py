"""Log-in in two steps, so that no transaction is open while the directory is asked.

    attempt = actions.begin_attempt(name, network=..., secret_key=...)     commit
    person = actions.log_in(directory, attempt, password, by_role=...)     commit

The first step counts the attempt before anything is known about the password; the second takes it back when it was right.
"""

import logging
from dataclasses import dataclass

from sqlalchemy import func, select

from servicedesk.database import db, now, start_writing
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.people import throttle
from servicedesk.people.actions import break_glass
from servicedesk.people.actions.accounts import ByRole, take_over
from servicedesk.people.models import Person

_log = logging.getLogger("servicedesk.people")


@dataclass(frozen=True)
class Attempt:
    """One attempt to log in that was counted. `glass` is set when the name is the break-glass account's."""

    id: int
    account: str
    name: str
    network: str
    glass: break_glass.Glass | None


def begin_attempt(name: str, *, network: str, secret_key: str) -> Attempt:
    """Count an attempt; raise TooManyAttemptsError when the account or the network had too many. The caller commits."""
    account = throttle.account_mark(_account(name), secret_key=secret_key)
    counted_network = throttle.network_of(network)
    attempt_id = throttle.note_attempt(account, counted_network)
    return Attempt(attempt_id, account, name, network, break_glass.find_glass(name))


def log_in(directory: LdapDirectory, attempt: Attempt, password: str, *, by_role: ByRole) -> Person | None:
    """Return the person, created or refreshed, or None for every reason not to let them in. The caller commits.

    Raises DirectoryUnavailableError when nobody can say; the attempt then does not count.
    """
    if attempt.glass is not None:
        person = break_glass.log_in(attempt.glass, password, network=attempt.network)
    else:
        person = _log_in_by_directory(directory, attempt, password, by_role=by_role)
    if person is None:
        _log.warning("A log-in was refused", extra={"fields": {"network": attempt.network}})
        return None
    person.last_login_at = now()
    throttle.forget(attempt.account)
    return person


def _log_in_by_directory(
    directory: LdapDirectory, attempt: Attempt, password: str, *, by_role: ByRole
) -> Person | None:
    try:
        found = directory.check_password(attempt.name, password)
    except DirectoryUnavailableError:
        start_writing()
        throttle.take_back(attempt.id)
        raise
    start_writing()
    return take_over(found, by_role) if found else None


def _account(name: str) -> str:
    """Return one name for all names that somebody we know logs in with, else the name itself."""
    typed = name.strip().lower()
    known = select(Person.id).where(
        (func.lower(Person.user_name) == typed) | (func.lower(Person.mail) == typed)
    )
    ids = db.session.scalars(known.order_by(Person.is_active.desc(), Person.id.desc()).limit(1)).all()
    return f"person {ids[0]}" if ids else name
