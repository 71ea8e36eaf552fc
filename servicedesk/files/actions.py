"""Uploading and claiming files. The caller commits; only then is a file there for anybody."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement, delete, func, select, update

from servicedesk.database import db, now, one_at_a_time
from servicedesk.errors import N_, InvalidInputError, TooManyAttemptsError
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.names import shown_name
from servicedesk.files.storage import StoredBytes

MOST_FILES = 20
LARGEST_TOTAL_BYTES = 2_000_000_000
MOST_UPLOADS_AN_HOUR = 60
_COUNTING = 7_160_103  # Any number that nothing else waits with.
# As long as drafts: whoever comes back to one finds its files.
UNSENT_KEPT = timedelta(days=60)


def upload(stream: IO[bytes], client_name: str | None, *, by_id: int, root: Path) -> StoredFile:
    """Store what somebody sends; it belongs to nothing until it is claimed.

    Raises InvalidInputError, TooManyAttemptsError, storage.NoSpaceError.
    """
    check_limits(by_id)
    return add(storage.write(stream, root), client_name, by_id=by_id)


def add(written: StoredBytes, client_name: str | None, *, by_id: int) -> StoredFile:
    """Add the row of bytes that are on the disk. Raises InvalidInputError, TooManyAttemptsError."""
    one_at_a_time(_COUNTING, of=by_id)
    check_limits(by_id)
    file = StoredFile(
        storage_name=written.storage_name,
        name=shown_name(client_name),
        media_type=written.media_type,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        uploaded_by_id=by_id,
    )
    db.session.add(file)
    db.session.flush()
    return file


def claim(file_ids: Sequence[int], *, by_id: int) -> list[StoredFile]:
    """Take files for good, each once, by whom uploaded them (security.md A12). Raises InvalidInputError."""
    wanted = list(dict.fromkeys(file_ids))
    if not wanted:
        return []
    if len(wanted) > MOST_FILES:
        raise InvalidInputError(
            N_("At most 20 files can be sent at once. Remove some and send the rest afterwards."),
            field="files",
        )
    taken = db.session.scalars(
        update(StoredFile)
        .where(
            StoredFile.id.in_(wanted), StoredFile.uploaded_by_id == by_id, StoredFile.is_claimed.is_(False)
        )
        .values(is_claimed=True)
        .returning(StoredFile)
    ).all()
    if len(taken) != len(wanted):
        raise InvalidInputError(
            N_("One of the files is not there any more. Remove it and attach it again."), field="files"
        )
    return sorted(taken, key=lambda file: wanted.index(file.id))


def list_unclaimed(file_ids: Sequence[int], *, by_id: int) -> list[StoredFile]:
    """Return those of the files that somebody uploaded and has not sent yet, in the given order."""
    wanted = list(dict.fromkeys(file_ids))[:MOST_FILES]
    if not wanted:
        return []
    found = db.session.scalars(
        select(StoredFile).where(
            StoredFile.id.in_(wanted), StoredFile.uploaded_by_id == by_id, StoredFile.is_claimed.is_(False)
        )
    )
    return sorted(found, key=lambda file: wanted.index(file.id))


def discard(file_id: int, *, by_id: int) -> None:
    """Remove a file that its uploader does not want to send after all; anything else is left alone."""
    _forget(StoredFile.id == file_id, StoredFile.uploaded_by_id == by_id)


def forget_unclaimed(*, older_than: timedelta = UNSENT_KEPT) -> int:
    """Remove the rows of what nobody sent for as long as drafts are kept; return how many. The bytes are then set aside."""
    return _forget(StoredFile.uploaded_at < now() - older_than)


def count_unclaimed(*, older_than: timedelta = UNSENT_KEPT) -> int:
    """Return how many rows `forget_unclaimed` would remove."""
    is_old = StoredFile.is_claimed.is_(False), StoredFile.uploaded_at < now() - older_than
    return db.session.scalar(select(func.count(StoredFile.id)).where(*is_old)) or 0


def _forget(*conditions: ColumnElement[bool]) -> int:
    """Rows go first, and the bytes when that is committed: a row without bytes would be a lost file."""
    gone = db.session.scalars(
        delete(StoredFile).where(StoredFile.is_claimed.is_(False), *conditions).returning(StoredFile.id)
    ).all()
    return len(gone)


def check_limits(by_id: int) -> None:
    """Refuse one more file when there are too many. Raises InvalidInputError, TooManyAttemptsError."""
    own = StoredFile.uploaded_by_id == by_id
    total = db.session.scalar(select(func.coalesce(func.sum(StoredFile.size_bytes), 0)).where(own))
    if int(total or 0) >= LARGEST_TOTAL_BYTES:
        raise InvalidInputError(
            N_("Your files take 2 GB, which is the limit. Send your text without this one."), field="files"
        )
    recent = db.session.scalar(
        select(func.count())
        .select_from(StoredFile)
        .where(own, StoredFile.uploaded_at.between(now() - timedelta(hours=1), now() + timedelta(hours=1)))
    )
    if int(recent or 0) >= MOST_UPLOADS_AN_HOUR:
        raise TooManyAttemptsError(
            N_("That were many files in one hour. Send your text now and add this file later."),
            retry_after_s=600,
        )
