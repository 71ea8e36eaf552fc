"""How long the outbox tells of a mail whose way has ended. No answer needs the row: it names its incident itself."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from servicedesk.mail.models import OutboxMail
from servicedesk.old_rows import OldRows

KEPT = timedelta(days=400)


def _has_ended(before: datetime) -> ColumnElement[bool]:
    """Select mails that go nowhere any more; one that had waited for long counts from when it left."""
    has_ended = OutboxMail.state.in_(("sent", "withdrawn", "failed"))
    return and_(has_ended, or_(OutboxMail.sent_at.is_(None), OutboxMail.sent_at < before))


ENDED_MAILS = OldRows(OutboxMail.id, OutboxMail.created_at, KEPT, is_over=_has_ended)
