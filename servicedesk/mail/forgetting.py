"""Mails whose way has ended, to be forgotten when they are old. No answer needs the row: it names its incident itself."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from servicedesk.mail.models import OutboxMail
from servicedesk.old_rows import OldRows


def _has_ended(before: datetime) -> ColumnElement[bool]:
    """Select mails that go nowhere any more; one that had waited for long counts from when it left."""
    has_ended = OutboxMail.state.in_(("sent", "withdrawn", "failed"))
    return and_(has_ended, or_(OutboxMail.sent_at.is_(None), OutboxMail.sent_at < before))


ENDED_MAILS = OldRows(OutboxMail.id, OutboxMail.created_at, is_over=_has_ended)
