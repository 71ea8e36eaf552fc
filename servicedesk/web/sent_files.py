"""Files that come with a form: their bytes are on the disk before the transaction begins that speaks of them."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import g, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage

from servicedesk import database, notices
from servicedesk.errors import N_, ServiceDeskError
from servicedesk.files import actions as files
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.storage import StoredBytes
from servicedesk.web.settings import current_settings

_log = logging.getLogger("servicedesk.files")
_UNSTORED = "files.unstored"
_CANNOT_STORE = N_(
    "A file that somebody sent could not be stored in %(folder)s (%(reason)s). Make room there, or let the desk write "
    "there. This goes away with the next file that is stored."
)


def store(*_: Any, **__: Any) -> None:
    """Write all of them, for `slow_work.first`; what one has against it is said when its row is made."""
    root, by_id = current_settings().files_dir, int(current_user.get_id())
    sent = really_sent(file for _, file in request.files.items(multi=True))
    g.stored_files = {file: _try_to_store(file, by_id=by_id, root=root) for file in sent}
    _tell_admins(list(g.stored_files.values()), root)


def really_sent(values: Iterable[object] | None) -> list[FileStorage]:
    """Return the files of a form's field: not what is no file, nor the nameless one that browsers send for an empty field."""
    return [value for value in values or () if isinstance(value, FileStorage) and value.filename]


def make_row(sent: FileStorage) -> StoredFile:
    """Add the row of a file whose bytes are stored. Raises what storing them raised, and what `files.add` raises."""
    outcome: StoredBytes | ServiceDeskError = g.stored_files[sent]
    if isinstance(outcome, ServiceDeskError):
        raise outcome
    return files.add(outcome, sent.filename, by_id=int(current_user.get_id()))


def _tell_admins(outcomes: list[StoredBytes | ServiceDeskError], root: Path) -> None:
    """Tell them of a disk that takes no files, in a transaction of its own; the next file that it takes ends that."""
    refused = [one for one in outcomes if isinstance(one, storage.NoSpaceError)]
    is_told = notices.is_recorded(_UNSTORED) if outcomes else False
    has_stored = not refused and any(isinstance(one, StoredBytes) for one in outcomes)
    is_news = has_stored if is_told else bool(refused)
    if not is_news:
        return
    try:
        database.start_writing()
        if refused:
            facts = {"folder": str(root), "reason": str(refused[0].__cause__ or "")}
            notices.record(_UNSTORED, _CANNOT_STORE, facts, at=database.now())
        else:
            notices.clear(_UNSTORED)
        database.db.session.commit()
    except SQLAlchemyError as error:  # As on a disk that both lie on. The log has it.
        database.db.session.rollback()
        _log.warning("The admins could not be told of a disk that takes no files: %s", error)


def _try_to_store(sent: FileStorage, *, by_id: int, root: Path) -> StoredBytes | ServiceDeskError:
    try:
        files.check_limits(by_id)
        return storage.write(sent.stream, root)
    except ServiceDeskError as error:
        return error
    finally:
        sent.stream.seek(0)  # Who compares it with what came before reads it from its beginning.
