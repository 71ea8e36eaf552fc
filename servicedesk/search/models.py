"""The queue of what must be indexed anew, written in the same transaction as the change itself."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, now


class IndexChange(Model):
    """An article or incident whose text, links or state changed. `kind` is "article" or "incident"."""

    __tablename__ = "index_changes"
    __table_args__ = (Index("ix_index_changes_kind_object_id", "kind", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    object_id: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Utc, default=now)
