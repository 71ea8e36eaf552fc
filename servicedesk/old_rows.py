"""Rows that come with each mail, search or night, and so would grow for ever: which are old, and forgetting them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from servicedesk.database import db


def _whatever(_before: datetime) -> ColumnElement[bool]:
    return true()


@dataclass(frozen=True)
class OldRows:
    """A kind of rows that are old when `since` is before a given time. Where they are many it has an index.

    `is_over` says which may go at all, given that time.
    `hanging` are columns of other tables that point to `key`: what hangs on a row goes with it.
    """

    key: InstrumentedAttribute[Any]
    since: InstrumentedAttribute[datetime]
    is_over: Callable[[datetime], ColumnElement[bool]] = _whatever
    hanging: tuple[InstrumentedAttribute[Any], ...] = ()

    def count(self, before: datetime) -> int:
        """Return how many are old."""
        return db.session.scalar(select(func.count(self.key)).where(self._are_old(before))) or 0

    def count_all(self) -> int:
        """Return how many there are, old or not."""
        return db.session.scalar(select(func.count(self.key))) or 0

    def list_keys(self, before: datetime, *, limit: int) -> Sequence[Any]:
        """Return the keys of old ones, the oldest first."""
        old = select(self.key).where(self._are_old(before)).order_by(self.since).limit(limit)
        return db.session.scalars(old).all()

    def forget(self, keys: Sequence[Any], before: datetime) -> int:
        """Delete those that are still old and nobody is changing; return how many. The caller commits."""
        still = select(self.key).where(self.key.in_(keys), self._are_old(before))
        found = db.session.scalars(still.with_for_update(skip_locked=True)).all()
        for column in (*self.hanging, self.key):
            rows = delete(column.class_).where(column.in_(found))
            db.session.execute(rows, execution_options={"synchronize_session": False})
        return len(found)

    def _are_old(self, before: datetime) -> ColumnElement[bool]:
        return and_(self.since < before, self.is_over(before))
