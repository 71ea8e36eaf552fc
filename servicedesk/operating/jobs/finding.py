"""Incidents whose words were taken out of the full text are made findable again, a few at a time."""

from servicedesk import database
from servicedesk.database import db
from servicedesk.incidents.actions import finding
from servicedesk.portions import portions

_AT_ONCE = 20


class IncidentsUnfindableError(Exception):
    """Some incidents cannot be found by their words: somebody has to look."""


def make_findable() -> None:
    """Write their words anew; fail at the end where that was not possible, so that admins see it."""
    database.start_reading()
    unfindable = finding.list_unfindable()
    failed = 0
    for some in portions(unfindable, of=_AT_ONCE):
        database.start_writing()
        failed += finding.make_findable(some)
        db.session.commit()
    if failed:
        raise IncidentsUnfindableError(f"{failed} incidents cannot be found by their words.")
