"""What ends and removes what is old: only by a clock that may be believed, and never unusually many at once."""

import logging
from datetime import timedelta
from pathlib import Path

from servicedesk import clock, database, notices, numbers
from servicedesk.brakes import Brake
from servicedesk.database import db, now
from servicedesk.errors import N_
from servicedesk.files import actions as files
from servicedesk.files import setting_aside
from servicedesk.incidents.actions import drafts, resolving
from servicedesk.operating.jobs import forgetting
from servicedesk.people import actions as people
from servicedesk.portions import portions
from servicedesk.web import sent_forms

_log = logging.getLogger("servicedesk.jobs")
_CLOSED_AT_ONCE = 20
_CLOSING = Brake("incidents", number=50, share=0.5)
_DRAFTS = Brake("drafts", number=20, share=0.2)
_UPLOADS = Brake("uploads", number=50, share=0.2)
_FILES = Brake("files", number=50, share=0.1)


def close_resolved(*, is_known: bool = False) -> None:
    """Close what has been resolved for a week."""
    at = now()
    database.start_reading()
    due = resolving.list_closable(at)
    database.start_writing()
    is_allowed = clock.look(at) and _CLOSING.allows(
        len(due), resolving.count_resolved(), at=at, is_known=is_known
    )
    db.session.commit()
    for some in portions(due if is_allowed else (), of=_CLOSED_AT_ONCE):
        database.start_writing()
        resolving.close_resolved(some, now())
        db.session.commit()


def tidy(files_dir: Path, *, kept: timedelta, is_known: bool = False) -> None:
    """Remove what is old, set aside files that no row knows, and freshen the statistics."""
    database.start_writing()
    at = now()
    is_believed = clock.look(at)
    if is_believed:
        if _DRAFTS.allows(drafts.count_old(), drafts.count_all(), at=at, is_known=is_known):
            drafts.forget_old()
        if _UPLOADS.allows(files.count_unclaimed(), setting_aside.count_files(), at=at, is_known=is_known):
            files.forget_unclaimed()
        people.remove_old_rows()
        sent_forms.forget_old()
    database.refresh_statistics()
    db.session.commit()
    if is_believed:
        forgetting.forget_old(at, kept=kept, is_known=is_known)
        _tidy_files(files_dir, is_known=is_known)


def _tidy_files(files_dir: Path, *, is_known: bool) -> None:
    """Look at the disk with no lock held: there may be a million files."""
    at = now()
    database.start_reading()
    setting_aside.put_back(files_dir)
    unknown, missing = setting_aside.find_unknown(files_dir, at), setting_aside.find_missing(files_dir)
    database.start_writing()
    _tell_missing(missing, files_dir)
    is_allowed = _FILES.allows(len(unknown.paths), unknown.total, at=at, is_known=is_known)
    db.session.commit()
    if is_allowed:
        setting_aside.set_aside(unknown.paths, files_dir)
    database.start_reading()
    setting_aside.delete_long_aside(files_dir, at.date())


def _tell_missing(missing: list[str], files_dir: Path) -> None:
    key = "files.missing"
    if not missing:
        notices.clear(key)
        return
    facts: dict[str, str | int] = {
        "missing": len(missing),
        "total": setting_aside.count_files(),
        "name": missing[0],
        "folder": str(files_dir),
    }
    notices.record(
        key,
        N_(
            "Files that the database knows are missing on the disk: %(missing)s of %(total)s, the first is %(name)s. "
            "Put them back from a backup into %(folder)s; whoever asks for one is told that it is missing."
        ),
        facts,
        at=now(),
    )


def keep_numbers(instance_dir: Path) -> None:
    """Write down which numbers were given, or raise those of an older database that was put back."""
    database.start_reading()
    raised = numbers.keep(instance_dir)
    db.session.commit()
    if raised:
        _log.warning("The database is older than the numbers that were given; it goes on from %s", raised)
