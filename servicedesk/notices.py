"""What admins must be told while it lasts: one row for each matter, taken away when it is over. The caller commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import JSON, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, db


class OperatingNotice(Model):
    """A matter that an admin has to look at. `message` is a sentence to be translated, `facts` what it is filled with."""

    __tablename__ = "operating_notices"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    message: Mapped[str] = mapped_column(String(500))
    facts: Mapped[dict[str, str | int]] = mapped_column(JSON, default=dict)
    since_at: Mapped[datetime] = mapped_column(Utc)
    seen_at: Mapped[datetime] = mapped_column(Utc)


def record(key: str, message: str, facts: Mapping[str, str | int], *, at: datetime) -> OperatingNotice:
    """Write a matter down, or that it lasts; return its row, which knows since when."""
    notice = db.session.get(OperatingNotice, key)
    if notice is None:
        notice = OperatingNotice(key=key, since_at=at)
        db.session.add(notice)
    notice.message, notice.facts, notice.seen_at = message, dict(facts), at
    return notice


def is_recorded(key: str) -> bool:
    """Whether a matter lasts."""
    return db.session.get(OperatingNotice, key) is not None


def clear(key: str) -> None:
    """Take a matter away that is over."""
    db.session.execute(delete(OperatingNotice).where(OperatingNotice.key == key))


def list_notices() -> Sequence[OperatingNotice]:
    """Return all matters, the oldest first."""
    return db.session.scalars(
        select(OperatingNotice).order_by(OperatingNotice.since_at, OperatingNotice.key)
    ).all()
