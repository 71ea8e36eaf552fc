"""Files that come with a form: their bytes are on the disk before the transaction begins that speaks of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import g, request
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from servicedesk.errors import ServiceDeskError
from servicedesk.files import actions as files
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.storage import StoredBytes
from servicedesk.web.settings import current_settings


def store(*_: Any, **__: Any) -> None:
    """Write all of them, for `slow_work.first`; what one has against it is said when its row is made."""
    root, by_id = current_settings().files_dir, int(current_user.get_id())
    sent = really_sent(file for _, file in request.files.items(multi=True))
    g.stored_files = {file: _try_to_store(file, by_id=by_id, root=root) for file in sent}


def really_sent(values: Iterable[object] | None) -> list[FileStorage]:
    """Return the files of a form's field: not what is no file, nor the nameless one that browsers send for an empty field."""
    return [value for value in values or () if isinstance(value, FileStorage) and value.filename]


def make_row(sent: FileStorage) -> StoredFile:
    """Add the row of a file whose bytes are stored. Raises what storing them raised, and what `files.add` raises."""
    outcome: StoredBytes | ServiceDeskError = g.stored_files[sent]
    if isinstance(outcome, ServiceDeskError):
        raise outcome
    return files.add(outcome, sent.filename, by_id=int(current_user.get_id()))


def _try_to_store(sent: FileStorage, *, by_id: int, root: Path) -> StoredBytes | ServiceDeskError:
    try:
        files.check_limits(by_id)
        return storage.write(sent.stream, root)
    except ServiceDeskError as error:
        return error
    finally:
        sent.stream.seek(0)  # Who compares it with what came before reads it from its beginning.
