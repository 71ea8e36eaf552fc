"""Log-in in two steps, so that no transaction is open while the directory is asked.

    attempt = actions.begin_attempt(name, network=..., secret_key=...)     commit
    person = actions.log_in(directory, attempt, password, by_role=...)     commit

The first step counts the attempt before anything is known about the password; the second takes it back when it was right.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from servicedesk.database import now, start_reading, start_writing
from servicedesk.directory.entries import DirectoryPerson
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory, LogIn
from servicedesk.errors import NotAllowedError
from servicedesk.people import queries, rules, throttle
from servicedesk.people.actions import break_glass
from servicedesk.people.actions.accounts import ByRole, take_over
from servicedesk.people.models import Person

_log = logging.getLogger("servicedesk.people")


class MustChangePasswordError(NotAllowedError):
    """The password is right, and lets nobody in before it is changed: somebody else knows it, or it is too old."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to log in that was counted: for the name as typed, and for the person where we know whose name it is.

    `is_beyond`: the person had too many, by whatever names. `glass` is set when the name is the break-glass account's, and
    `is_shared` when somebody in the directory has that name too. `no_ones` is a hash that nothing fits.
    """

    ids: tuple[int, ...]
    account: str
    person: str | None
    is_beyond: bool
    name: str
    network: str
    glass: break_glass.Glass | None
    is_shared: bool
    no_ones: str = field(repr=False)
    secret_key: str = field(repr=False)


def begin_attempt(name: str, *, network: str, secret_key: str) -> Attempt:
    """Count an attempt; raise TooManyAttemptsError when the name or the network had too many. The caller commits."""
    account = throttle.account_mark(name, secret_key=secret_key)
    ids = [throttle.note_attempt(account, throttle.network_of(network))]
    key = queries.find_account_key(name)
    person = throttle.person_mark(key, secret_key=secret_key) if key else None
    is_beyond = False
    if person:
        counted = throttle.note_person(person)
        is_beyond = counted is None
        ids += [counted] if counted else []
    glass, no_ones = break_glass.find_glass(name)
    is_shared = glass is not None and break_glass.has_namesake(name)
    return Attempt(
        tuple(ids), account, person, is_beyond, name, network, glass, is_shared, no_ones, secret_key
    )


def log_in(directory: LdapDirectory, attempt: Attempt, password: str, *, by_role: ByRole) -> Person | None:
    """Return the person, created or refreshed, or None for every reason not to let them in. The caller commits.

    Raises DirectoryUnavailableError when nobody can say; the attempt then does not count. Raises
    MustChangePasswordError.
    """
    if attempt.glass is not None:
        person = _log_in_by_glass(directory, attempt, attempt.glass, password, by_role)
    else:
        person = _log_in_by_directory(directory, attempt, password, by_role=by_role)
    if person is None:
        _log.warning("A log-in was refused", extra={"fields": {"network": attempt.network}})
        return None
    person.last_login_at = now()
    own = throttle.person_mark(queries.account_key_of(person), secret_key=attempt.secret_key)
    throttle.forget((attempt.account, own))
    return person


def _log_in_by_glass(
    directory: LdapDirectory,
    attempt: Attempt,
    glass: break_glass.Glass,
    password: str,
    by_role: ByRole,
) -> Person | None:
    """Let the break-glass admin in; a wrong password goes the way of all, or a silent directory would tell the account's name.

    The directory gets the password only for a namesake: what is nearly the account's is none of its business.
    """
    is_right = break_glass.opens(glass.password_hash, password)
    if is_right and not attempt.is_beyond:
        start_writing()
        return break_glass.note(rules.BREAK_GLASS_USED, glass, network=attempt.network)
    asked = password if attempt.is_shared else secrets.token_hex(8)
    try:
        person = _log_in_by_directory(directory, attempt, asked, by_role=by_role)
    except DirectoryUnavailableError:
        break_glass.note(rules.BREAK_GLASS_REFUSED, glass, network=attempt.network)
        raise
    if person is None:
        break_glass.note(rules.BREAK_GLASS_REFUSED, glass, network=attempt.network)
    return person


def _log_in_by_directory(
    directory: LdapDirectory, attempt: Attempt, password: str, *, by_role: ByRole
) -> Person | None:
    # Beyond the limit the same is asked for nobody, so that the answer takes as long (S5).
    is_nobodys = attempt.is_beyond or (attempt.glass is not None and not attempt.is_shared)
    name = secrets.token_hex(8) if is_nobodys else attempt.name
    asked_at = now()
    try:
        found = directory.try_password(name, password)
    except DirectoryUnavailableError:
        _take_as_long(attempt, password)
        start_writing()
        # A wrong password for the break-glass account was a guess all the same: it counts for the account, not for the name.
        throttle.take_back(attempt.ids if attempt.glass is None else attempt.ids[:1])
        raise
    is_refused = found.person is None and not found.must_change
    if is_refused:
        _take_as_long(attempt, password)
    left_ids = _who_left(directory, found.person) if found.person else []
    start_writing()
    person = _let_in(
        attempt, found, lambda known: take_over(known, by_role, asked_at=asked_at, left_ids=left_ids)
    )
    if person is None and not is_refused:
        # While others wait for the lock, and so rarely that they hardly do: the password was right.
        _take_as_long(attempt, password)
    return person


def _let_in(attempt: Attempt, found: LogIn, take: Callable[[DirectoryPerson], Person]) -> Person | None:
    """Return whom the directory has found, unless they had too many attempts or are closed here."""
    tried = throttle.person_mark(found.key, secret_key=attempt.secret_key) if found.key else attempt.person
    # By a name that we did not know as theirs: now the directory has said whose it is.
    if tried and tried != attempt.person and throttle.note_person(tried) is None:
        return None
    if found.must_change:
        raise MustChangePasswordError
    if found.person is None:
        return None
    person = take(found.person)
    # A re-check that asked later has found the account closed.
    return person if person.is_active else None


def _take_as_long(attempt: Attempt, password: str) -> None:
    """Compare a password with nothing: else the time of a refusal would tell the break-glass account's name."""
    if attempt.glass is None:
        break_glass.opens(attempt.no_ones, password)


def _who_left(directory: LdapDirectory, person: DirectoryPerson) -> list[int]:
    """Return who had this person's address and is gone, which nobody may have noticed here yet."""
    start_reading()
    others = queries.list_with_mail(person.mail, but=person.key) if person.mail else []
    start_writing()
    left_ids = []
    for person_id, key in others:
        try:
            other = directory.find_person(key)
        except DirectoryUnavailableError:
            # Two may have one address: nothing is taken from anybody because of silence.
            break
        if other is None or other.account in ("disabled", "expired"):
            left_ids.append(person_id)
    return left_ids
