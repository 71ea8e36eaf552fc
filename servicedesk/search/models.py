"""What the index has yet to learn: written in the transaction of the change, so nothing is forgotten."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, now


class IndexChange(Model):
    """An article or incident whose text, state or links changed since the index saw it. Numbers only grow."""

    __tablename__ = "index_changes"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads a plain dict here.

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Utc, default=now)


class IndexState(Model):
    """Which index belongs to the database as it is now: one row, which a backup keeps with the rest.

    `written` names the state of the index that has all changes but the queued ones, `begun` the one that is being
    written. An index that names neither is of another day, or of another database. `last_change` is the number of the
    last change that was written.
    """

    __tablename__ = "index_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    written: Mapped[str] = mapped_column(String(32), default="")
    begun: Mapped[str] = mapped_column(String(32), default="")
    last_change: Mapped[int] = mapped_column(default=0)
