"""Databases whose planner believes that the tables are full: filled, looked at, and emptied again.

What is chosen by statistics then is chosen as on a desk that has run for a year, and no test sees a row that it did not make.
"""

import itertools
import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    inspect,
    text,
)

from servicedesk import database
from servicedesk.database import db, now

IS_WANTED = os.environ.get("TEST_STATISTICS") == "1"
_ROWS = 1000
_FEW = {"teams": 8, "categories": 20, "sync_runs": 20, "known_problems": 30}
_FIRST_ID = 1_000_000
_MARK = "statistics-"
# One parent has several children, one incident several mails to the same person.
_CHILDREN = 4
_CHOICES = {
    ("outbox_mails", "state"): ("sent", "sent", "sent", "waiting", "failed", "sending"),
    ("outbox_mails", "subject_kind"): ("incident",),
}
_ONE_OF = re.compile(r"(\w+) IN \(([^)]*)\)")


def leave_statistics() -> None:
    """Leave the statistics of full tables in the current application's database, whose rows stay as they are."""
    counters = _counters()
    for table in db.metadata.sorted_tables:
        count = _FEW.get(table.name, _ROWS)
        db.session.execute(insert(table), list(itertools.islice(_rows(table), count)))
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))
    database.refresh_statistics()
    db.session.commit()
    for table in reversed(db.metadata.sorted_tables):
        first, *_ = table.primary_key.columns
        is_ours = first.startswith(_MARK) if isinstance(first.type, String) else first >= _FIRST_ID
        db.session.execute(delete(table).where(is_ours))
    for name, value in counters.items():
        db.session.execute(
            text("UPDATE sqlite_sequence SET seq = :value WHERE name = :name"), {"name": name, "value": value}
        )
    db.session.commit()


def give_pages_back() -> None:
    """Leave no empty pages of SQLite behind, which a full disk would not stop anybody from filling. Statistics stay."""
    if db.engine.dialect.name != "sqlite":
        return
    connection = db.engine.raw_connection()
    try:
        connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
    finally:
        connection.close()


def _counters() -> dict[str, int]:
    """Return where SQLite's own counters stand: of each table, for those that have one, zero before the first row."""
    if db.engine.dialect.name != "sqlite" or "sqlite_sequence" not in inspect(db.engine).get_table_names(
        sqlite_include_internal=True
    ):
        return {}
    known = {
        name: int(value) for name, value in db.session.execute(text("SELECT name, seq FROM sqlite_sequence"))
    }
    return {table.name: known.get(table.name, 0) for table in db.metadata.sorted_tables}


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    unique = {
        column.name
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
        for column in constraint.columns
    }
    unique |= {column.name for column in table.columns if column.unique or column.primary_key}
    choices = {
        match[1]: tuple(part.strip(" '") for part in match[2].split(","))
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
        for match in _ONE_OF.finditer(str(constraint.sqltext))
    }
    choices |= {column: values for (name, column), values in _CHOICES.items() if name == table.name}
    for number in itertools.count():
        yield {
            column.name: _value(column, number, choices.get(column.name), is_unique=column.name in unique)
            for column in table.columns
        }


def _value(column: Column[Any], number: int, choices: tuple[str, ...] | None, *, is_unique: bool) -> Any:
    """Return what stands in this column of a row; people and what they wrote are as many as a desk of some size has."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return _parent(key.column, number, is_unique=is_unique, is_optional=bool(column.nullable))
    if choices:
        return choices[number % len(choices)]
    if isinstance(column.type, String):
        return _text(column.type.length or 200, number, is_unique=is_unique)
    return _other(column, number)


def _parent(key: Column[Any], number: int, *, is_unique: bool, is_optional: bool) -> Any:
    tables = [table.name for table in db.metadata.sorted_tables]
    if is_optional and (
        key.table.name in ("incidents", "articles", "article_revisions") or key.table.name not in tables
    ):
        return None
    count = _FEW.get(key.table.name, _ROWS)
    place = (number if is_unique else number // _CHILDREN) % count
    return f"{_MARK}{place}" if isinstance(key.type, String) else _FIRST_ID + place


def _text(length: int, number: int, *, is_unique: bool) -> str:
    if is_unique:
        return f"{_MARK}{number}"
    return "abc"[number % 3] if length <= 24 else f"some words {number % 500}"


def _other(column: Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Boolean):
        return number % 4 != 0
    if isinstance(kind, Integer):
        return _FIRST_ID + number if column.primary_key else number // 8
    if isinstance(kind, Float):
        return number / 7
    if isinstance(kind, Date) and not isinstance(kind, DateTime):
        return date(2026, 1, 1) + timedelta(days=number % 300)
    return now() - timedelta(minutes=number * 30)
