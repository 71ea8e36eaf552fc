"""Bytes on disk: written beside, flushed, renamed, flushed again; only then does a row speak of them.

A crash at any moment leaves at worst bytes that no row knows; those are set aside later. Names on disk
are random and never the client's, in a directory that only this program reads.
"""

import contextlib
import errno
import hashlib
import logging
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from servicedesk.errors import N_, InvalidInputError, NotFoundError, UnavailableError
from servicedesk.files import sniffing

_log = logging.getLogger("servicedesk.files")
LARGEST_BYTES = 25_000_000
_CHUNK_BYTES = 256 * 1024
_PROBE_BYTES = 4096
_STORAGE_NAME = re.compile(r"[0-9a-f]{48}")
TEMPORARY_SUFFIX = ".part"


class NoSpaceError(UnavailableError):
    """The disk did not take the bytes; nothing of them is kept."""


class MissingBytesError(UnavailableError):
    """A row knows bytes that are not on the disk: the disk may be of an older day, so they may come back."""


@dataclass(frozen=True)
class StoredBytes:
    """Bytes that are safe on disk but belong to no row yet."""

    storage_name: str
    media_type: str
    size_bytes: int
    sha256: str


def write(stream: IO[bytes], root: Path) -> StoredBytes:
    """Store what the stream holds. Raises InvalidInputError (empty, too large), NoSpaceError."""
    storage_name = secrets.token_hex(24)
    target = place_of(storage_name, root)
    temporary = target.with_suffix(TEMPORARY_SUFFIX)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = _write_flushed(stream, temporary, storage_name)
        temporary.rename(target)
        _flush_directory(target.parent)
    except OSError as error:
        _log.error("A file could not be stored in %s: %s", root, error)
        with contextlib.suppress(
            OSError
        ):  # Where nothing can be written there may be nothing to remove, either.
            temporary.unlink(missing_ok=True)
        raise NoSpaceError(
            N_("The file could not be stored. Send your text without it; the desk was told.")
        ) from error
    except InvalidInputError:
        temporary.unlink(missing_ok=True)
        raise
    return written


def path_of(storage_name: str, root: Path) -> Path:
    """Return where stored bytes lie, put back if they were set aside. Raises MissingBytesError."""
    path = place_of(storage_name, root)
    if not is_there(path):
        _put_back(path, root)
    if not is_there(path):
        raise unreadable(path, "it is not on the disk")
    return path


def unreadable(path: Path, why: object) -> MissingBytesError:
    """Return the failure of a file that the database knows and that cannot be read, written down for admins."""
    _log.error("A file that the database knows cannot be read: %s: %s", path, why)
    return MissingBytesError(
        N_("This file is missing on the desk's disk. The admins are told; try again later.")
    )


def why_not_writable(root: Path) -> str:
    """Return what the system has against a new file there, "" if nothing: rights, room, or a disk that only reads.

    A folder that is not there yet is not made, for whoever asks may be another than who stores: its parent is tried.
    """
    try:
        folder = next(each for each in (root, *root.parents) if os.path.lexists(each))
        probe = folder / f"{secrets.token_hex(24)}{TEMPORARY_SUFFIX}"
        try:
            with probe.open("xb") as file:
                file.write(b"\0" * _PROBE_BYTES)
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def remove(storage_name: str, root: Path) -> None:
    """Delete stored bytes; those that are gone already are no failure."""
    place_of(storage_name, root).unlink(missing_ok=True)


def place_of(storage_name: str, root: Path) -> Path:
    """Return where bytes of this name belong. Raises NotFoundError for what is no such name."""
    # The first two letters make a directory, so that none grows to a million entries.
    if not _STORAGE_NAME.fullmatch(storage_name):
        raise NotFoundError(N_("This file is not there any more."))
    return root / storage_name[:2] / storage_name


def set_aside_dir(root: Path) -> Path:
    """Return where bytes lie that no row knew: see setting_aside.py."""
    return root.parent / "set-aside" / root.name


def move(source: Path, target: Path) -> None:
    """Move bytes whole or not at all; `files/` may be a disk of its own. Raises OSError, FileNotFoundError among them."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        unfinished = target.with_suffix(TEMPORARY_SUFFIX)
        shutil.copy2(source, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
        source.unlink(missing_ok=True)


def _put_back(path: Path, root: Path) -> None:
    aside = set_aside_dir(root) / path.name
    if not is_there(aside):
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # Another request was quicker.
            move(aside, path)
    except OSError as error:
        _log.error("A file could not be put back to %s: %s", path, error)


def is_there(path: Path) -> bool:
    """Tell whether it can be reached: what lies in a folder that nobody may enter is as good as missing."""
    try:
        return path.is_file()
    except OSError:
        return False


def _write_flushed(stream: IO[bytes], path: Path, storage_name: str) -> StoredBytes:
    digest, size, first = hashlib.sha256(), 0, b""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > LARGEST_BYTES:
                raise InvalidInputError(
                    N_("One file may have at most 25 MB. Make it smaller or leave it out."), field="files"
                )
            first = first or chunk[: sniffing.BYTES_NEEDED]
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size == 0:
        raise InvalidInputError(N_("This file is empty. Choose it again or leave it out."), field="files")
    return StoredBytes(storage_name, sniffing.media_type(first), size, digest.hexdigest())


def _flush_directory(path: Path) -> None:
    """Without this the rename itself may not survive a power failure; likewise the directory's own entry."""
    for directory in (path, path.parent):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
