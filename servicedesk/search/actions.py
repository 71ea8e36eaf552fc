"""Telling the index that something changed."""

from typing import Literal

from servicedesk.database import db
from servicedesk.search.models import IndexChange

Kind = Literal["article", "incident"]


def note_change(kind: Kind, object_id: int) -> None:
    """Queue an article or incident for indexing; the caller commits it together with the change."""
    db.session.add(IndexChange(kind=kind, object_id=object_id))
