"""Whether the machine's clock may be believed when by it something has become old.

The database keeps the newest time that was believed. A clock that stands far from it, ahead or behind, is not: nothing is
ended by it. It is believed again when it is back, when an admin says that it is right, or when it has gone on evenly for a
day: so a desk that was off for weeks, which looks the same as a clock that jumped, goes on by itself.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from servicedesk import notices
from servicedesk.database import Model, Utc, db, now
from servicedesk.errors import N_

LONGEST_STEP = timedelta(hours=2)
WATCHED_FOR = timedelta(hours=24)
MOST_BACK = timedelta(minutes=5)
_LEAST_JUMP_S = 60.0
_WORTH_TELLING = timedelta(days=4)
_KEY = "clock"
_ONLY_ROW = 1


class ClockReading(Model):
    """One row. `watched_s`: for how many seconds the clock has gone on evenly since it left what was believed."""

    __tablename__ = "clock_readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    newest_at: Mapped[datetime] = mapped_column(Utc)
    last_at: Mapped[datetime] = mapped_column(Utc)
    watched_s: Mapped[int] = mapped_column(default=0)


def look(at: datetime) -> bool:
    """Write down what the clock says and tell whether it may be believed. The caller commits."""
    reading = db.session.get(ClockReading, _ONLY_ROW, with_for_update=True)
    if reading is None:
        db.session.add(ClockReading(id=_ONLY_ROW, newest_at=at, last_at=at))
        return True
    step, reading.last_at = at - reading.last_at, at
    goes_evenly = -MOST_BACK <= step <= LONGEST_STEP
    if not -MOST_BACK <= at - reading.newest_at <= LONGEST_STEP:
        seconds = max(0, round(step.total_seconds()))
        reading.watched_s = reading.watched_s + seconds if goes_evenly else 0
        if reading.watched_s < WATCHED_FOR.total_seconds():
            _tell(reading, at)
            return False
        reading.newest_at = at
    reading.newest_at, reading.watched_s = max(reading.newest_at, at), 0
    notices.clear(_KEY)
    return True


def believe(at: datetime) -> None:
    """Take the clock as it is, because an admin has looked at it. The caller commits."""
    reading = db.session.get(ClockReading, _ONLY_ROW, with_for_update=True)
    if reading is None:
        reading = ClockReading(id=_ONLY_ROW)
        db.session.add(reading)
    reading.newest_at, reading.last_at, reading.watched_s = at, at, 0
    notices.clear(_KEY)


def _ahead_of_steady_s() -> float:
    return now().timestamp() - time.monotonic()


@dataclass
class Jumps:
    """Notices, by a clock that nobody sets, that the machine's clock was set or that the machine slept."""

    _ahead_s: float = field(default_factory=_ahead_of_steady_s)

    def has_jumped(self) -> bool:
        """Tell whether that happened since this was asked last."""
        before, self._ahead_s = self._ahead_s, _ahead_of_steady_s()
        return abs(self._ahead_s - before) > _LEAST_JUMP_S


def _tell(reading: ClockReading, at: datetime) -> None:
    """Tell admins, unless the desk was only off for a night or a weekend."""
    if abs(at - reading.newest_at) < _WORTH_TELLING:
        return
    facts = {"clock": f"{at:%Y-%m-%d %H:%M} UTC", "newest": f"{reading.newest_at:%Y-%m-%d %H:%M} UTC"}
    notices.record(
        _KEY,
        N_(
            "The clock of this machine says %(clock)s, but the newest time known is %(newest)s. Until that is clear "
            "nothing is tidied away or closed. If the clock is right, run “flask jobs sweep --i-know”."
        ),
        facts,
        at=at,
    )
