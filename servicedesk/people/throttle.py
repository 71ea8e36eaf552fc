"""How often one may try to log in: per account and per network, counted in the database (security.md S4).

An attempt is written down before the password is looked at and taken back when it was right, so that a thousand
attempts at once are not all let through. Nothing typed is stored: somebody may type the password into the wrong field.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from servicedesk.database import db, now, one_at_a_time
from servicedesk.directory.names import account_key
from servicedesk.errors import N_, TooManyAttemptsError
from servicedesk.people.models import LoginFailure

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 10
MOST_PER_NETWORK = 100
_COUNTING = 7_160_101  # Any number that nothing else waits with.


def note_attempt(account: str, network: str) -> int:
    """Write one attempt down and return its id; raise TooManyAttemptsError when there were too many."""
    one_at_a_time(_COUNTING)
    at = now()
    _refuse_beyond(MOST_PER_ACCOUNT, LoginFailure.account, account, at)
    _refuse_beyond(MOST_PER_NETWORK, LoginFailure.network, network, at)
    return _write(account, network, at)


def note_person(person: str) -> int | None:
    """Count the attempt for the person too whom it is made for; None when there were too many.

    Said in another way than by None, that would tell whose name is whose: two names of nobody are never one account.
    """
    one_at_a_time(_COUNTING)
    at = now()
    return None if _count(LoginFailure.account, person, at) >= MOST_PER_ACCOUNT else _write(person, "", at)


def take_back(attempt_ids: Collection[int]) -> None:
    """Forget an attempt that says nothing about guessing: the directory did not answer."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.id.in_(attempt_ids)))


def forget(accounts: Collection[str]) -> None:
    """Start counting anew for a name and a person whose password was right."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.account.in_(accounts)))


def remove_old() -> int:
    """Delete what no longer counts and return how many rows that were."""
    rows = delete(LoginFailure).where(LoginFailure.at < now() - WINDOW)
    return db.session.execute(rows).rowcount  # type: ignore[attr-defined, no-any-return]


def account_mark(typed: str, *, secret_key: str) -> str:
    """Return what a typed name is counted under: the same for all ways to type one, and nothing one can read."""
    # Active Directory takes "éwa" and "ｅｗａ" for "ewa": each must not be ten tries of its own.
    return _mark(account_key(typed), secret_key)


def person_mark(key: str, *, secret_key: str) -> str:
    """Return what a person is counted under, by whatever name."""
    return _mark(f"person\0{key}", secret_key)


def _mark(text: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def network_of(address: str | None) -> str:
    """Return the network that attempts are counted for: /24 for IPv4, /64 for IPv6, where one host has many addresses."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))


def _refuse_beyond(most: int, column: InstrumentedAttribute[str], value: str, at: datetime) -> None:
    if _count(column, value, at) < most:
        return
    # One more is free when the oldest of the last `most` attempts leaves the window.
    oldest = (
        select(LoginFailure.at)
        .where(*_matches(column, value, at))
        .order_by(LoginFailure.at.desc())
        .offset(most - 1)
        .limit(1)
    )
    free_at = (db.session.scalar(oldest) or at) + WINDOW
    raise TooManyAttemptsError(
        N_("There were too many attempts to sign in. Wait a few minutes and try again."),
        retry_after_s=max(1, round((free_at - at).total_seconds())),
    )


def _count(column: InstrumentedAttribute[str], value: str, at: datetime) -> int:
    return db.session.scalar(select(func.count()).where(*_matches(column, value, at))) or 0


def _matches(column: InstrumentedAttribute[str], value: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    # Attempts at a time to come were written by a clock that was wrong.
    return column == value, LoginFailure.at > at - WINDOW, LoginFailure.at < at + WINDOW


def _write(account: str, network: str, at: datetime) -> int:
    attempt = LoginFailure(account=account, network=network, at=at)
    db.session.add(attempt)
    db.session.flush()
    return attempt.id
