"""Forgetting what would grow for ever (decision 0021): never unusually many at once, and a little at a time."""

import logging
from datetime import datetime, timedelta

from servicedesk import database
from servicedesk.brakes import Brake
from servicedesk.database import db
from servicedesk.incidents.suggestions.forgetting import ANSWERS, VISITS_LEFT
from servicedesk.mail.forgetting import ENDED_MAILS
from servicedesk.old_rows import OldRows
from servicedesk.people.forgetting import SYNCS
from servicedesk.portions import portions

KINDS = (
    (ENDED_MAILS, Brake("mails", number=500, share=0.1)),
    (ANSWERS, Brake("answers", number=500, share=0.1)),
    (VISITS_LEFT, Brake("visits", number=500, share=0.1)),
    (SYNCS, Brake("syncs", number=50, share=0.1)),
)
_DELETED_AT_ONCE = 500
_LISTED_AT_ONCE = 20_000
_log = logging.getLogger("servicedesk.jobs")


def forget_old(at: datetime, *, kept: timedelta, is_known: bool = False) -> None:
    """Forget what was kept for so long at this time, which the caller believes."""
    before = at - kept
    for kind, brake in KINDS:
        if _may_go(kind, brake, before, at=at, is_known=is_known):
            _log.info("Forgot %d old rows: %s", _forget(kind, before), brake.name)


def _may_go(kind: OldRows, brake: Brake, before: datetime, *, at: datetime, is_known: bool) -> bool:
    """Count with no lock held. All are counted only where it matters."""
    database.start_reading()
    old = kind.count(before)
    total = kind.count_all() if old > brake.number else old
    database.start_writing()
    is_allowed = brake.allows(old, total, at=at, is_known=is_known)
    db.session.commit()
    return is_allowed and old > 0


def _forget(kind: OldRows, before: datetime) -> int:
    """Forget all of them, and return how many: what is left to the next turn would be unusually many again."""
    total, goes_on = 0, True
    while goes_on:
        database.start_reading()
        keys, done = kind.list_keys(before, limit=_LISTED_AT_ONCE), 0
        for some in portions(keys, of=_DELETED_AT_ONCE):
            database.start_writing()
            done += kind.forget(some, before)
            db.session.commit()
        total += done
        goes_on = done > 0 and len(keys) == _LISTED_AT_ONCE
    return total
