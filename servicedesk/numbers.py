"""Numbers that people were told are never given twice, though an older database is put back.

The highest number of incidents, which mails, papers and heads remember, stands in a file beside the database. Where the
database has given fewer than the file says, it is an older one, and goes on behind all that may have been given.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import text

from servicedesk import database
from servicedesk.database import db

FILE = "numbers.json"
_TABLES = ("incidents",)
# So many may have been given since the file was written last.
_BEHIND = 100


def keep(instance_dir: Path) -> dict[str, int]:
    """Write the highest numbers down, or raise those of an older database; return what was raised. The caller commits."""
    path = instance_dir / FILE
    kept, given = _read(path), {table: _highest(table) for table in _TABLES}
    raised = {table: kept[table] + _BEHIND for table in _TABLES if given[table] < kept.get(table, 0)}
    if raised:
        database.start_writing()
        for table, number in raised.items():
            _raise(table, number)
    highest = {**given, **raised}
    if highest != kept:
        _write(path, highest)
    return raised


def _highest(table: str) -> int:
    """Return the highest number that the database ever gave."""
    if db.engine.dialect.name == "sqlite":
        asked, values = "SELECT seq FROM sqlite_sequence WHERE name = :table", {"table": table}
    else:
        # Another schema may have a sequence of the same name.
        asked = "SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)"
        values = {"table": table}
    return int(db.session.scalar(text(asked), values) or 0)


def _raise(table: str, number: int) -> None:
    if db.engine.dialect.name != "sqlite":
        raising = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :number)")
        db.session.execute(raising, {"table": table, "number": number})
        return
    db.session.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table})
    raising = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :number)")
    db.session.execute(raising, {"table": table, "number": number})


def _read(path: Path) -> Mapping[str, int]:
    """Return what was written; a file that is not ours raises ValueError, for nobody must lose it unseen."""
    try:
        return {str(table): int(number) for table, number in json.loads(path.read_text("ascii")).items()}
    except FileNotFoundError:
        return {}
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is damaged. Remove it if the database is the newest that there was."
        ) from error


def _write(path: Path, numbers: Mapping[str, int]) -> None:
    new = path.with_suffix(f".{os.getpid()}.new")
    with new.open("w", encoding="ascii") as file:
        json.dump(numbers, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
