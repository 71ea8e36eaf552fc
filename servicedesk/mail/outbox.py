"""Putting mails into the outbox, and claiming them one by one to be sent. The caller commits."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from servicedesk import clock
from servicedesk.database import db
from servicedesk.errors import N_, ConflictError, NotFoundError
from servicedesk.mail.models import OutboxMail

GIVE_UP_AFTER = timedelta(days=5)
_CLAIM_LASTS = timedelta(minutes=5)
_FIRST_PAUSE_S = 60
_LONGEST_PAUSE_S = 4 * 3600
_LONGEST_PAUSE = timedelta(seconds=_LONGEST_PAUSE_S)
_SERVER_PAUSE_S = 30
_HELD_FOR = timedelta(hours=1)
# What stands as the last error of a mail that is held.
HELD = "unconfirmed"
_LONGEST_ERROR = 500


@dataclass(frozen=True)
class Event:
    """Something that people are told of: what happened (unique `key`, `kind`) to what, with the ids that the words need."""

    key: str
    kind: str
    subject_kind: str
    subject_id: int
    facts: Mapping[str, int]


def put(event: Event, recipient_id: int) -> None:
    """Queue one mail about the event for one person.

    Its name is random: it tells servers on the way nothing of what happened, and after a restore, when numbers of events
    come again, no mailbox takes the mail for one that it has had.
    """
    db.session.add(
        OutboxMail(
            event_key=event.key,
            recipient_id=recipient_id,
            kind=event.kind,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            facts=dict(event.facts),
            message_id=secrets.token_hex(16),
            thread_id=f"{event.subject_kind}-{event.subject_id}",
        )
    )


def claim_next(at: datetime) -> OutboxMail | None:
    """Claim the mail that is due for longest, or one whose sender died; None when there is none.

    Mails about one thing reach one person in the order in which they were written: a later one waits for the earlier.
    """
    # One question a kind of due mail, each answered from the index by its first row, not by sorting all that wait.
    candidates = [
        select(OutboxMail.id)
        .where(is_due, _is_first_in_line())
        .order_by(OutboxMail.next_attempt_at, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxMail)
        .scalar_subquery()
        for is_due in _kinds_of_due(at)
    ]
    claimed = (
        update(OutboxMail)
        .where(OutboxMail.id == func.coalesce(*candidates), or_(*_kinds_of_due(at)))
        .values(state="sending", claimed_until=at + _CLAIM_LASTS, attempts=OutboxMail.attempts + 1)
        .returning(OutboxMail.id)
        .execution_options(synchronize_session=False)
    )
    mail_id = db.session.scalar(claimed)
    return None if mail_id is None else db.session.get_one(OutboxMail, mail_id, populate_existing=True)


def release_claims(at: datetime) -> int:
    """Let what somebody claimed who is dead go out now, not when the claim ends; return how many mails that were.

    Only for the one process that sends, before it begins.
    """
    claimed = update(OutboxMail).where(OutboxMail.state == "sending")
    released = db.session.execute(claimed.values(state="waiting", claimed_until=None, next_attempt_at=at))
    return released.rowcount  # type: ignore[attr-defined, no-any-return]


def mark(
    mail: OutboxMail, state: Literal["sent", "withdrawn", "failed"], at: datetime, *, error: str = ""
) -> None:
    """End the mail's way."""
    mail.state, mail.claimed_until, mail.last_error = state, None, error[:_LONGEST_ERROR]
    if state == "sent":
        mail.sent_at = at


def mark_for_retry(mail: OutboxMail, at: datetime, *, error: str, is_refused: bool = False) -> None:
    """Try again after a pause that grows and varies, so that a server that comes back is not overrun; give up in the end.

    `is_refused` says that the server answered and it is this mail that does not go out.
    """
    mail.is_refused = is_refused
    # One that was written by a wrong clock only looks old, and by a wrong clock all look old.
    if at >= mail.created_at + GIVE_UP_AFTER and mail.attempts > 1 and clock.look(at):
        mark(mail, "failed", at, error=error)
        return
    pause_s = min(_FIRST_PAUSE_S * 2 ** min(mail.attempts - 1, 12), _LONGEST_PAUSE_S)
    pause_s = pause_s * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, no secret.
    mail.state, mail.claimed_until, mail.last_error = "waiting", None, error[:_LONGEST_ERROR]
    mail.next_attempt_at = at + timedelta(seconds=pause_s)


def hold(mail: OutboxMail, at: datetime) -> None:
    """Let a mail wait until its reader is confirmed (`let_go`), however long that is: nothing was tried that could fail."""
    mail.state, mail.claimed_until, mail.last_error = "waiting", None, HELD
    mail.attempts, mail.next_attempt_at = mail.attempts - 1, at + _HELD_FOR


def let_go(recipient_ids: Select[int], at: datetime) -> None:
    """Let what is held for these people go out now."""
    held = _is_held(), OutboxMail.recipient_id.in_(recipient_ids)
    db.session.execute(update(OutboxMail).where(*held).values(next_attempt_at=at, last_error=""))


def select_recipients_waiting() -> Select[int]:
    """Select the ids of those to whom a mail has not gone out yet."""
    return select(OutboxMail.recipient_id).where(OutboxMail.state == "waiting")


def hold_all(at: datetime) -> None:
    """Let everything wait a little: the server does not answer, and asking for each mail would only take time."""
    until = at + timedelta(seconds=_SERVER_PAUSE_S)
    due = and_(OutboxMail.state == "waiting", OutboxMail.next_attempt_at < until)
    db.session.execute(update(OutboxMail).where(due).values(next_attempt_at=until))


def withdraw(subject_kind: str, subject_id: int, *, keep_recipient_ids: set[int]) -> set[int]:
    """Withdraw what is not yet sent about something from everybody but those named; return from whom something was."""
    withdrawn = db.session.scalars(
        update(OutboxMail)
        .where(
            OutboxMail.subject_kind == subject_kind,
            OutboxMail.subject_id == subject_id,
            OutboxMail.state == "waiting",
            OutboxMail.recipient_id.not_in(keep_recipient_ids),
        )
        .values(state="withdrawn")
        .returning(OutboxMail.recipient_id)
        .execution_options(synchronize_session=False)
    )
    return set(withdrawn)


def find_oldest_waiting() -> datetime | None:
    """Return when the oldest mail was written that waits for the server and is not held.

    One that the server has refused, with what stands behind it, waits for its mailbox: one such mailbox must not hide for
    days that mail stands still. A server that has taken nothing since refuses all, and that is no matter of a mailbox.
    """
    waiting = OutboxMail.state.in_(("waiting", "sending")), ~_is_held(), _is_first_in_line()
    oldest = select(func.min(OutboxMail.created_at)).where(*waiting)
    not_tried = db.session.scalar(oldest.where(OutboxMail.is_refused.is_(False)))
    refused = db.session.scalar(oldest.where(OutboxMail.is_refused.is_(True)))
    if refused is None or (not_tried is not None and not_tried <= refused):
        return not_tried
    sent = OutboxMail.state == "sent", OutboxMail.sent_at > refused
    return not_tried if db.session.scalar(select(OutboxMail.id).where(*sent).limit(1)) else refused


def count_refused(before: datetime) -> int:
    """Return how many mails the server has refused that were written before then, and that are tried again."""
    refused = OutboxMail.state == "waiting", OutboxMail.is_refused.is_(True), OutboxMail.created_at < before
    return db.session.scalar(select(func.count(OutboxMail.id)).where(*refused)) or 0


def find_oldest_held() -> datetime | None:
    """Return when the oldest mail was written that waits for its reader to be confirmed."""
    return db.session.scalar(select(func.min(OutboxMail.created_at)).where(_is_held()))


def find_newest() -> datetime | None:
    """Return when the newest mail was written."""
    return db.session.scalar(select(OutboxMail.created_at).order_by(OutboxMail.id.desc()).limit(1))


def list_failed(*, limit: int = 50, offset: int = 0) -> list[OutboxMail]:
    """Return the mails that were given up, newest first, for admins to see."""
    failed = select(OutboxMail).where(OutboxMail.state == "failed").order_by(OutboxMail.id.desc())
    return list(db.session.scalars(failed.limit(limit).offset(offset)))


def count_failed() -> int:
    """Return how many mails were given up."""
    return db.session.scalar(select(func.count(OutboxMail.id)).where(OutboxMail.state == "failed")) or 0


def try_again(mail_id: int, at: datetime, *, mark: str) -> None:
    """Send a mail that was given up with the next ones. Raises NotFoundError, and ConflictError if it is not given up.

    Or if the mail of this number has another mark: after a restore it may be another than the page showed.
    """
    mail = db.session.get(OutboxMail, mail_id)
    if mail is None:
        raise NotFoundError(N_("There is no such mail."))
    if mail.mark != mark:
        raise ConflictError(N_("Another mail stands in this place by now. Look at the list again."))
    given_up = OutboxMail.id == mail_id, OutboxMail.state == "failed"
    found = db.session.scalar(
        update(OutboxMail)
        .where(*given_up)
        .values(state="waiting", next_attempt_at=at, is_refused=False)
        .returning(OutboxMail.id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise ConflictError(N_("This mail is on its way already. Somebody else has tried it again."))


def _is_held() -> ColumnElement[bool]:
    return and_(OutboxMail.state == "waiting", OutboxMail.last_error == HELD)


def _is_first_in_line() -> ColumnElement[bool]:
    """Select mails behind no other about the same thing to the same person.

    Asked as "it is the first", not as "none is before it": with statistics SQLite 3.40.1 drops an `id < …` that stands
    beside `state IN …` in such a subquery. Each mail then waited for itself, and for ever.
    """
    in_line = aliased(OutboxMail)
    first = select(func.min(in_line.id)).where(
        in_line.subject_kind == OutboxMail.subject_kind,
        in_line.subject_id == OutboxMail.subject_id,
        in_line.recipient_id == OutboxMail.recipient_id,
        in_line.state.in_(("waiting", "sending")),
    )
    return OutboxMail.id == first.scalar_subquery()


def _kinds_of_due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Select what may be tried now. Times further ahead than any pause were written by a clock that was wrong."""
    next_at, until = OutboxMail.next_attempt_at, OutboxMail.claimed_until
    is_waiting, is_claimed = OutboxMail.state == "waiting", OutboxMail.state == "sending"
    return (
        and_(is_claimed, or_(until < at, until > at + 2 * _CLAIM_LASTS)),
        and_(is_waiting, next_at <= at),
        and_(is_waiting, next_at > at + 2 * _LONGEST_PAUSE),
    )
