"""A copy of the whole desk, made while people work: its database as it was at one moment, then what else its folder holds."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from servicedesk.database import db
from servicedesk.errors import ServiceDeskError
from servicedesk.files.storage import TEMPORARY_SUFFIX

DUMP = "database.dump"
_CACHES = frozenset({"index", "dictionaries"})
_NOT_COPIED = frozenset({".lock", TEMPORARY_SUFFIX})


class BackupError(ServiceDeskError):
    """No backup was made; the sentence says why."""


def back_up(instance_dir: Path, target: Path) -> None:
    """Make the folder `target`, laid out as an instance: it is there whole or not at all. Raises BackupError.

    The database comes first: the bytes of all files that it knows are on the disk by then.
    """
    target = target.resolve()
    if target.exists():
        raise BackupError(f"{target} is there already. Name a new folder.")
    if target.is_relative_to(instance_dir):
        raise BackupError(f"{target} lies in the desk's own folder. Name one outside of {instance_dir}.")
    try:
        with tempfile.TemporaryDirectory(
            prefix=f"{target.name}.", suffix=".unfinished", dir=target.parent
        ) as made:
            whole = Path(made) / target.name
            whole.mkdir(mode=0o700)
            database = _copy_database(db.engine.url, whole)
            for _ in range(2):  # A file may have moved between two folders while they were copied.
                _copy_others(instance_dir, whole, database=database)
            os.sync()
            whole.rename(target)
            os.sync()
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"No backup was made: {error}") from error


def _copy_database(url: URL, folder: Path) -> str:
    """Write the database as it is now into the folder, and return the name of its file."""
    if url.get_backend_name() == "sqlite":
        name = Path(url.database or "").name
        _copy_sqlite(folder / name)
        return name
    _dump_postgresql(url, folder / DUMP)
    return DUMP


def _copy_sqlite(path: Path) -> None:
    """Copy it in one step, so that nobody who writes meanwhile makes it begin anew; its log (WAL) is in the copy."""
    with closing(db.engine.raw_connection()) as ours, closing(sqlite3.connect(path)) as copy:
        driver: Any = ours.driver_connection
        driver.backup(copy)
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise BackupError(f"No backup was made, for the database is damaged: {said}")


def _dump_postgresql(url: URL, path: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupError("No backup was made, for pg_dump is missing: apt install postgresql-client")
    # Without the password, which anybody on this machine would see in the list of processes.
    address = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    ).render_as_string()
    command = [program, "--no-password", "--format=custom", f"--file={path}", f"--dbname={address}"]
    environment = {**os.environ, "PGPASSWORD": str(url.password)} if url.password else None
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BackupError(f"No backup was made. {done.stderr.strip()}")


def _copy_others(source: Path, target: Path, *, database: str) -> None:
    """Copy everything that is neither a cache nor the database; also what we do not know."""
    for entry in sorted(source.iterdir()):
        if entry.name in _CACHES or entry.name.startswith(database):
            continue
        if not entry.is_dir():
            _copy(entry, target / entry.name)
            continue
        for folder, _, names in os.walk(entry):  # The entry itself may be a link to a network disk.
            for name in names:
                path = Path(folder) / name
                _copy(path, target / path.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    if source.suffix in _NOT_COPIED or target.exists() or not source.is_file():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:  # It moved meanwhile: the second round finds it.
        return
