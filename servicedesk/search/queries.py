"""What the index has yet to learn, and what of the learned must not count any more."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import Row, Select, String, cast, func, literal, select, union_all

from servicedesk.database import db
from servicedesk.search.models import IndexChange, IndexState
from servicedesk.search.texts import Forgotten

_MOST_CHANGED = 1000
_CHANGED, _STATE, _IDS = "changed", "state", "ids"
_changed = (
    select(literal(_CHANGED).label("kind"), cast(IndexChange.object_id, String).label("value"))
    .where(IndexChange.kind == "incident")
    .distinct()
    .limit(_MOST_CHANGED + 1)
    .subquery()
)
_PARTS = (
    select(_changed),
    select(literal(_STATE), IndexState.written),
    select(literal(_STATE), IndexState.begun),
)


def find_oldest_change() -> datetime | None:
    """Return since when the oldest change waits to be indexed."""
    return db.session.scalar(select(func.min(IndexChange.changed_at)))


def list_forgotten() -> Forgotten:
    """Return what must not count of what the index learned: incidents that changed since they were indexed.

    So what was restricted, reopened or unlinked a moment ago does not count from now on, whenever the index follows.
    Where very many wait, or the index belongs to another day or database, nothing counts.
    """
    return _forgotten(db.session.execute(union_all(*_PARTS)).all())


def list_ids_and_forgotten(ids: Select[int]) -> tuple[list[int], Forgotten]:
    """Return the ids of a query, and `list_forgotten`: asked at once, for it is asked while somebody types."""
    (id_,) = ids.subquery().columns
    joined = select(literal(_IDS), func.aggregate_strings(cast(id_, String), ","))
    rows = db.session.execute(union_all(*_PARTS, joined)).all()
    text = next(value for kind, value in rows if kind == _IDS)
    numbers: list[int] = np.fromstring(text or "", dtype=np.int64, sep=",").tolist()
    return numbers, _forgotten(rows)


def _forgotten(rows: Sequence[Row[str, str]]) -> Forgotten:
    changed = tuple(int(value) for kind, value in rows if kind == _CHANGED)
    states = frozenset(value for kind, value in rows if kind == _STATE and value)
    return Forgotten(changed, states if len(changed) <= _MOST_CHANGED else frozenset())
