"""One attempt to send one claimed mail. The jobs process commits before (the claim) and after (what came of it)."""

import logging
from collections.abc import Callable

from servicedesk.database import now
from servicedesk.errors import InvalidInputError
from servicedesk.mail import outbox
from servicedesk.mail.messages import Letter, build_message
from servicedesk.mail.models import OutboxMail
from servicedesk.mail.settings import MailSettings
from servicedesk.mail.transport import Line, MailRefusedError, MailServerError

_log = logging.getLogger("servicedesk.mail")
Compose = Callable[[OutboxMail], Letter | None]


def attempt(mail: OutboxMail, line: Line, compose: Compose, settings: MailSettings) -> bool:
    """Write and send one claimed mail and record what came of it; False when the server cannot be used at all.

    `compose` returns None for somebody who may not be told any more.
    """
    letter = compose(mail)
    if letter is None:
        outbox.mark(mail, "withdrawn", now())
        return True
    try:
        message = build_message(mail, letter, from_address=settings.from_address, at=mail.created_at)
        line.send(message, f"{mail.id:08d}")
    except InvalidInputError as error:
        _log.error("Mail %d cannot be written: %s", mail.id, error)
        outbox.mark(mail, "failed", now(), error=str(error))
    except MailRefusedError as error:
        _log.warning("Mail %d was refused: %s", mail.id, error)
        outbox.mark_for_retry(mail, now(), error=str(error))
    except MailServerError as error:
        _log.warning("The mail server cannot be used: %s", error)
        outbox.mark_for_retry(mail, now(), error=str(error))
        outbox.hold_all(now())
        return False
    else:
        outbox.mark(mail, "sent", now())
    return True
