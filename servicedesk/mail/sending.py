"""Sending one claimed mail: first the words, then the server, with no transaction open meanwhile; then what came of it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.errors import N_, InvalidInputError
from servicedesk.mail import outbox
from servicedesk.mail.messages import Letter, Parcel, build_parcel
from servicedesk.mail.models import OutboxMail
from servicedesk.mail.settings import MailSettings
from servicedesk.mail.transport import Line, MailRefusedError, MailServerError

_log = logging.getLogger("servicedesk.mail")


class UnconfirmedReaderError(Exception):
    """Whether the recipient may be told cannot be said now: the mail has to wait."""


Compose = Callable[[OutboxMail], Letter | None]


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt. With "server" no other mail can be sent now either."""

    kind: Literal["sent", "withdrawn", "held", "unusable", "broken", "refused", "server"]
    error: str = ""


def attempt(mail_id: int, line: Line, compose: Compose, settings: MailSettings) -> Outcome:
    """Write and send a mail that is claimed and committed.

    `compose` returns None for who may not be told any more, and raises UnconfirmedReaderError for who may not be told yet.
    Nothing is written here; `record` does that, so that a slow server never holds the database.
    """
    try:
        parcel = _write(mail_id, compose, settings)
        if parcel is None:
            return Outcome("withdrawn")
        line.send(parcel)
    except UnconfirmedReaderError:
        return Outcome("held")
    except InvalidInputError as error:
        return Outcome("unusable", str(error))
    except MailRefusedError as error:
        return Outcome("refused", str(error))
    except MailServerError as error:
        return Outcome("server", str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one mail is no reason to keep the next.
        _log.error("Mail %d could not be written", mail_id, exc_info=error)
        return Outcome("broken", N_("The mail could not be written."))
    return Outcome("sent")


def _write(mail_id: int, compose: Compose, settings: MailSettings) -> Parcel | None:
    """Write the mail and end the transaction that read what it says; None for who may not be told any more."""
    database.start_reading()
    mail = db.session.get_one(OutboxMail, mail_id)
    letter = compose(mail)
    if letter is None:
        return None
    parcel = build_parcel(mail, letter, from_address=settings.from_address, at=mail.created_at)
    db.session.rollback()
    return parcel


def record(mail_id: int, outcome: Outcome) -> None:
    """Write down what came of an attempt; the caller commits."""
    database.start_writing()
    mail = db.session.get_one(OutboxMail, mail_id)
    at = now()
    if outcome.kind in ("sent", "withdrawn"):
        outbox.mark(mail, "sent" if outcome.kind == "sent" else "withdrawn", at)
        return
    if outcome.kind == "held":
        outbox.hold(mail, at)
        return
    _log.warning("Mail %d was not sent (%s): %s", mail_id, outcome.kind, outcome.error)
    if outcome.kind == "unusable":
        outbox.mark(mail, "failed", at, error=outcome.error)
    else:
        outbox.mark_for_retry(mail, at, error=outcome.error, is_refused=outcome.kind != "server")
    if outcome.kind == "server":
        outbox.hold_all(at)
