"""Running a job: its failure is nobody else's, and both a failure and a run that does not end are told."""

import logging
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, get_ident
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from servicedesk import database
from servicedesk.clock import Jumps
from servicedesk.database import db, now
from servicedesk.operating.actions import note_job
from servicedesk.operating.queries import is_job_noted
from servicedesk.operating.rules import LONGEST_RUN, OVERDUE
from servicedesk.search.generations import WriterBusyError

_log = logging.getLogger("servicedesk.jobs")
_LOOKS_AT_CLOCK_EVERY_S = 1.0
_last_failures: dict[str, str] = {}


@dataclass(frozen=True)
class Job:
    """Work that repeats. `run` commits what it does. Nothing is tidied at start, when a wrong database would be new.

    Nobody can end a thread from outside, so what takes longer than `longest` goes on, and somebody is told. One that
    `follows_clock` comes also at once when the clock jumped.
    """

    name: str
    every: timedelta
    run: Callable[[], None]
    begins_after: timedelta = timedelta(0)
    longest: timedelta = LONGEST_RUN
    follows_clock: bool = False


@dataclass
class _Run:
    """A job that runs now, and in which thread."""

    job: Job
    thread: int = field(default_factory=get_ident)
    began: float = field(default_factory=monotonic)
    is_logged: bool = False


_runs: dict[str, _Run] = {}


def run_safely(job: Job) -> bool:
    """Run one job; a failure is logged and undone, and is nobody else's. Return whether it went well."""
    _runs[job.name] = _Run(job)
    try:
        job.run()
    except WriterBusyError:
        _log.info("Job %s waits until the other process has written the index", job.name)
        return False
    except Exception as error:  # noqa: BLE001 - one failing job must never stop the others.
        _log_failure(job, error)
        _note(job, type(error).__name__)
        return False
    finally:
        del _runs[job.name]
        database.close()
    _last_failures.pop(job.name, None)
    _note(job, "")
    return True


def wait_for_turn(job: Job, jumps: Jumps, stop: Event) -> None:
    """Wait until the job comes again, or until `stop` is set."""
    comes_at = monotonic() + job.every.total_seconds()
    while not stop.is_set() and (left_s := comes_at - monotonic()) > 0:
        if job.follows_clock and jumps.has_jumped():
            _log.warning("The clock jumped: the job %s comes at once", job.name)
            return
        stop.wait(min(left_s, _LOOKS_AT_CLOCK_EVERY_S) if job.follows_clock else left_s)


def has_failed(name: str) -> bool:
    """Tell whether a job did not go well the last time that this process ran it."""
    return name in _last_failures


def tell_overdue() -> None:
    """Tell of each run that takes longer than it may: admins and monitoring until it ends, the log once, with where it stands."""
    for run in list(_runs.values()):
        lasts_s = monotonic() - run.began
        if lasts_s <= run.job.longest.total_seconds():
            continue
        _note(run.job, OVERDUE)
        if not run.is_logged:
            run.is_logged = True
            _log.error(
                "Job %s has been running for %d s and stands here:\n%s", run.job.name, lasts_s, _place(run)
            )


def _place(run: _Run) -> str:
    frame = sys._current_frames().get(run.thread)
    return "".join(traceback.format_stack(frame)) if frame else "It has ended."


def _note(job: Job, failure: str) -> None:
    """Let admins see how the job goes: once a minute, and at once when that changes."""
    try:
        database.start_reading()
        if is_job_noted(job.name, now(), failure=failure):
            return
        database.start_writing()
        note_job(job.name, now(), every_s=int(job.every.total_seconds()), failure=failure)
        db.session.commit()
    except SQLAlchemyError as error:
        _log.warning("How the job %s went could not be written down: %r", job.name, error)
    finally:
        database.close()


def _log_failure(job: Job, error: Exception) -> None:
    """Say where it failed, once: a job that fails every second for the same reason must not fill the disk."""
    reason = repr(error)
    is_known = _last_failures.get(job.name) == reason
    _last_failures[job.name] = reason
    _log.error("Job %s failed: %s", job.name, reason, exc_info=None if is_known else error)
