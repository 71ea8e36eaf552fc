"""The outbox: what must be told to whom, written in the same transaction as what it tells of."""

import hashlib
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, now


class OutboxMail(Model):
    """One mail to one recipient about one event; both together are unique, so a retry never writes it twice.

    The row holds facts, not text: `kind` names the event, `subject_kind` and `subject_id` what it is about, `facts`
    the ids that the words need. The words are written when it is sent, with the recipient's rights of that moment.
    `message_id` and `thread_id` are what stands before the @ of the headers. `state` is "waiting", "sending" (claimed
    until `claimed_until`), "sent", "failed" (given up) or "withdrawn" (the recipient may not be told any more).
    """

    __tablename__ = "outbox_mails"
    __table_args__ = (
        UniqueConstraint("event_key", "recipient_id"),
        Index("ix_outbox_mails_state_next", "state", "next_attempt_at"),
        Index("ix_outbox_mails_subject", "subject_kind", "subject_id", "recipient_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_key: Mapped[str] = mapped_column(String(120))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    facts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    message_id: Mapped[str] = mapped_column(String(160), unique=True)
    thread_id: Mapped[str] = mapped_column(String(160))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(Utc, default=now)
    claimed_until: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(Utc)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    # What stops it is about this mail alone: the server answered.
    is_refused: Mapped[bool] = mapped_column(default=False)

    @property
    def mark(self) -> str:
        """What no other mail has, also none that gets its number once an older database is put back; tells nothing of it."""
        return hashlib.sha256(f"{self.message_id} {self.created_at.timestamp()}".encode()).hexdigest()[:32]
