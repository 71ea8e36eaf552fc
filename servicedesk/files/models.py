"""Stored files: the row that says what the bytes under a random name are."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc, now


class StoredFile(Model):
    """Uploaded bytes. `storage_name` is random, never the client's; `media_type` is what the bytes show.

    A file belongs to nothing until it is claimed; an unclaimed one is removed after a day. Who may read it is
    decided by what claimed it (an incident's message, an article), never here.
    """

    __tablename__ = "stored_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    storage_name: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)
    is_claimed: Mapped[bool] = mapped_column(default=False)

    @property
    def is_image(self) -> bool:
        """Whether a browser may show it inline."""
        return self.media_type.startswith("image/")
