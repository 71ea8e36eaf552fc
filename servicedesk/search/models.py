"""What the index has yet to learn: written in the transaction of the change, so nothing is forgotten."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, now


class IndexChange(Model):
    """An article or incident whose text, state or links changed since the index saw it."""

    __tablename__ = "index_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Utc, default=now)
