"""How often one may try to log in: per account and per network, counted in the database (security.md S4).

An attempt is written down before the password is looked at and taken back when it was right, so that a thousand
attempts at once are not all let through. Nothing typed is stored: somebody may type the password into the wrong field.
"""

import hashlib
import hmac
import ipaddress
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from servicedesk.database import db, now, one_at_a_time
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
    attempt = LoginFailure(account=account, network=network, at=at)
    db.session.add(attempt)
    db.session.flush()
    return attempt.id


def take_back(attempt_id: int) -> None:
    """Forget an attempt that says nothing about guessing: the directory did not answer."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.id == attempt_id))


def forget(account: str) -> None:
    """Start counting anew for an account whose password was right."""
    db.session.execute(delete(LoginFailure).where(LoginFailure.account == account))


def remove_old() -> int:
    """Delete what no longer counts and return how many rows that were."""
    rows = delete(LoginFailure).where(LoginFailure.at < now() - WINDOW)
    return db.session.execute(rows).rowcount  # type: ignore[attr-defined, no-any-return]


def account_mark(account: str, *, secret_key: str) -> str:
    """Return what an account is counted under: the same for all spellings of a name, and nothing one can read."""
    # Active Directory takes "éwa" and "ｅｗａ" for "ewa": each must not be ten tries of its own.
    letters = unicodedata.normalize("NFKD", account.strip().casefold())
    text = "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("ł", "l")
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
    since = at - WINDOW
    # Attempts at a time to come were written by a clock that was wrong.
    matches = (column == value, LoginFailure.at > since, LoginFailure.at < at + WINDOW)
    if (db.session.scalar(select(func.count()).where(*matches)) or 0) < most:
        return
    # One more is free when the oldest of the last `most` attempts leaves the window.
    oldest = (
        select(LoginFailure.at).where(*matches).order_by(LoginFailure.at.desc()).offset(most - 1).limit(1)
    )
    free_at = (db.session.scalar(oldest) or at) + WINDOW
    raise TooManyAttemptsError(
        N_("There were too many attempts to sign in. Wait a few minutes and try again."),
        retry_after_s=max(1, round((free_at - at).total_seconds())),
    )
