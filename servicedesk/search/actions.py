"""Telling the index that something changed."""

from typing import Literal

from servicedesk.database import db
from servicedesk.search.models import IndexChange


def note_change(kind: Literal["article", "incident"], object_id: int) -> None:
    """Queue an article or incident for the jobs process to index; the caller commits it with the change."""
    db.session.add(IndexChange(kind=kind, object_id=object_id))
