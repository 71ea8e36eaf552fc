"""What the desk remembers of its own work."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from servicedesk.database import Model, Utc


class JobRun(Model):
    """When a job of the background last went well, and what kind of failure it has had since ("" for none)."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    every_s: Mapped[int]
    went_well_at: Mapped[datetime | None] = mapped_column(Utc)
    failed_at: Mapped[datetime | None] = mapped_column(Utc)
    failure: Mapped[str] = mapped_column(String(80), default="")
