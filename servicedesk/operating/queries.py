"""What waits, and how the background work goes: a few cheap questions, for a page and for monitoring."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.mail import outbox
from servicedesk.operating import rules
from servicedesk.operating.models import JobRun
from servicedesk.people.queries import list_accounts_to_recheck
from servicedesk.search.queries import find_oldest_change

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
_NOTED_FOR = timedelta(minutes=1)
_LONGEST_UNASKED = timedelta(minutes=30)
MAIL, HELD_MAIL, INDEX, ACCOUNTS = "mail", "held mail", "index", "accounts"


def migrations_found() -> frozenset[str]:
    """Return which migrations the database has."""
    return frozenset(MigrationContext.configure(db.session.connection()).get_current_heads())


@cache
def migrations_expected() -> frozenset[str]:
    """Return which migrations it must have for this version."""
    return frozenset(ScriptDirectory(str(_MIGRATIONS)).get_heads())


@cache
def migrations_known() -> frozenset[str]:
    """Return all migrations that these files have, old and new."""
    return frozenset(script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions())


def list_job_runs() -> Sequence[JobRun]:
    """Return what is known of each job."""
    return db.session.scalars(select(JobRun).order_by(JobRun.name)).all()


def list_silent_jobs(at: datetime) -> list[JobRun]:
    """Return the jobs that have not gone well for longer than they may take, or whose run does not end."""
    return [run for run in list_job_runs() if is_silent(run, at) or run.failure == rules.OVERDUE]


def is_silent(run: JobRun, at: datetime) -> bool:
    """Tell whether a job has not gone well for longer than it may take."""
    since = run.went_well_at or run.failed_at
    return since is None or abs(at - since) > rules.longest_pause(run.every_s)


def is_job_noted(name: str, at: datetime, *, failure: str) -> bool:
    """Tell whether it was written down lately that the job went like this."""
    run = db.session.get(JobRun, name)
    if run is None or run.failure != failure:
        return False
    noted_at = run.failed_at if failure else run.went_well_at
    if noted_at is None:
        return False
    return (
        abs(at - noted_at) < _NOTED_FOR
    )  # A clock that went back would else keep us silent until it is there again.


def late_queues(at: datetime) -> dict[str, datetime]:
    """Return since when each queue waits that waits longer than it should, by the queue's name."""
    oldest_held = outbox.find_oldest_held()
    oldest_mail, oldest_change = outbox.find_oldest_waiting(), find_oldest_change()
    late = {}
    if oldest_mail is not None and at - oldest_mail > rules.LONGEST_MAIL_WAIT:
        late[MAIL] = oldest_mail
    if oldest_held is not None and at - oldest_held > rules.LONGEST_MAIL_WAIT:
        late[HELD_MAIL] = oldest_held
    if oldest_change is not None and at - oldest_change > rules.LONGEST_INDEX_WAIT:
        late[INDEX] = oldest_change
    if list_accounts_to_recheck(checked_before=at - _LONGEST_UNASKED):
        late[ACCOUNTS] = at - _LONGEST_UNASKED
    return late


def database_time() -> datetime | None:
    """Return what time a database on another machine thinks it is; None where it is a file on this one."""
    if db.engine.dialect.name == "sqlite":
        return None
    return db.session.scalar(select(func.clock_timestamp()))
