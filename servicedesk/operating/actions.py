"""Remembering how background work goes. The caller commits."""

from datetime import datetime

from servicedesk.database import db
from servicedesk.operating.models import JobRun


def note_job(name: str, at: datetime, *, every_s: int, failure: str = "") -> None:
    """Write down that a job went well, or what kind of failure it had."""
    run = db.session.get(JobRun, name)
    if run is None:
        run = JobRun(name=name)
        db.session.add(run)
    run.every_s, run.failure = every_s, failure[:80]
    if failure:
        run.failed_at = at
    else:
        run.went_well_at = at
