"""A brake for each sweep that ends or removes things because they are old or unknown.

What touches unusually many at once is more likely a wrong database, disk or clock than a desk that has aged: then nothing
is done, and admins are told. They may say that it is right; else it goes on after a week in which they knew.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicedesk import notices
from servicedesk.errors import N_

HELD_FOR = timedelta(days=7)
_log = logging.getLogger("servicedesk.brakes")


@dataclass(frozen=True)
class Brake:
    """How many a sweep may touch: it is held when they are more than `number` and more than `share` of all there are."""

    name: str
    number: int
    share: float

    def allows(self, touched: int, total: int, *, at: datetime, is_known: bool = False) -> bool:
        """Tell whether the sweep may go on; if not, say so to the log and to admins. The caller commits."""
        key = f"sweep.{self.name}"
        if is_known or touched <= self.number or touched <= self.share * total:
            notices.clear(key)
            return True
        facts: dict[str, str | int] = {"sweep": self.name, "touched": touched, "total": total}
        notice = notices.record(key, _HELD, facts, at=at)
        if notice.since_at <= at - HELD_FOR:
            notices.clear(key)
            return True
        _log.error(
            "The sweep %s would touch %d of %d: nothing was done",
            self.name,
            touched,
            total,
            extra={"fields": facts},
        )
        return False


_HELD = N_(
    "Tidying (%(sweep)s) would touch %(touched)s of %(total)s, which is unusually many. Nothing was done. Check that "
    "this is the right database with the right files and that the clock is right; then run “flask jobs sweep --i-know”. "
    "Otherwise it is done after a week."
)
