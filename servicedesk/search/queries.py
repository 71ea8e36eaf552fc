"""What the index has yet to learn."""

from datetime import datetime

from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.search.models import IndexChange


def find_oldest_change() -> datetime | None:
    """Return since when the oldest change waits to be indexed."""
    return db.session.scalar(select(func.min(IndexChange.changed_at)))
