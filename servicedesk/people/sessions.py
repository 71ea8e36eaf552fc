"""Server-side web sessions: a random id in a cookie of its own, stored hashed (security.md S1–S3)."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from servicedesk.database import db, now
from servicedesk.people import rules
from servicedesk.people.models import Person, WebSession

# A session's last use is written down at most this often.
TOUCH_EVERY = timedelta(minutes=1)


def cookie_name(*, is_https: bool) -> str:
    """Return the cookie's name; with https a browser then refuses it from anybody but this very host."""
    return "__Host-sid" if is_https else "sid"


def start(person: Person, *, network: str, browser: str) -> str:
    """Begin a session for the person and return what the cookie must hold. The caller commits."""
    cookie = secrets.token_urlsafe(32)
    db.session.add(
        WebSession(
            id_hash=_hash(cookie),
            public_id=secrets.token_hex(8),
            person_id=person.id,
            expires_at=now() + rules.ABSOLUTE_LIFETIME,
            network=network[:64],
            browser=browser[:200],
        )
    )
    return cookie


def find_live(cookie: str) -> WebSession | None:
    """Return the session whose id stands in the cookie, if it may still be used, with its person."""
    found = _find(cookie)
    return found if found and _is_confirmed(found.person) else None


def find_unconfirmed(cookie: str) -> Person | None:
    """Return whose session it is if it may be used as soon as the directory confirms them."""
    found = _find(cookie)
    return found.person if found and not _is_confirmed(found.person) else None


def _find(cookie: str) -> WebSession | None:
    if not cookie:
        return None
    found = db.session.scalar(select(WebSession).where(WebSession.id_hash == _hash(cookie)))
    if found is None or not rules.is_live(
        last_used_at=found.last_used_at, expires_at=found.expires_at, at=now()
    ):
        return None
    return found if found.person.is_active else None


def _is_confirmed(person: Person) -> bool:
    return person.is_break_glass or rules.is_confirmed(person.state_checked_at, at=now())


def touch(web_session: WebSession) -> None:
    """Write down that the session is in use."""
    rows = update(WebSession).where(WebSession.id_hash == web_session.id_hash)
    db.session.execute(rows.values(last_used_at=now()), execution_options={"synchronize_session": False})


def end(cookie: str) -> None:
    """End the session whose id stands in the cookie, if there is one."""
    if cookie:
        db.session.execute(delete(WebSession).where(WebSession.id_hash == _hash(cookie)))


def end_one(person_id: int, public_id: str) -> bool:
    """End one session of the person; tell whether there was one."""
    rows = delete(WebSession).where(WebSession.person_id == person_id, WebSession.public_id == public_id)
    return bool(db.session.execute(rows).rowcount)  # type: ignore[attr-defined]


def end_all(person_ids: Collection[int], *, but: str | None = None) -> int:
    """End all sessions of these people, except the one with the public id `but`; return how many."""
    rows = delete(WebSession).where(WebSession.person_id.in_(person_ids))
    if but is not None:
        rows = rows.where(WebSession.public_id != but)
    return db.session.execute(rows).rowcount  # type: ignore[attr-defined, no-any-return]


def end_older(changes: Mapping[int, datetime | None]) -> None:
    """End the sessions that each person began before the password was changed: whoever knew the old one may have begun it."""
    longest_ago = now() - rules.ABSOLUTE_LIFETIME
    for person_id, changed_at in changes.items():
        # No session lives longer: nearly everybody's password is older than that.
        if changed_at is not None and changed_at > longest_ago:
            own = WebSession.person_id == person_id, WebSession.created_at < changed_at
            db.session.execute(delete(WebSession).where(*own))


def remove_dead() -> int:
    """Delete sessions that can no longer be used and return how many that were; only by a clock that is believed.

    One that began at a time to come, by a clock that was wrong, would last until then.
    """
    at = now()
    rows = delete(WebSession).where(
        (WebSession.expires_at <= at)
        | (WebSession.last_used_at <= at - rules.IDLE_LIFETIME)
        | (WebSession.expires_at > at + rules.ABSOLUTE_LIFETIME + rules.MOST_AHEAD)
    )
    return db.session.execute(rows).rowcount  # type: ignore[attr-defined, no-any-return]


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()
