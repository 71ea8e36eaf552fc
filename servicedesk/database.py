"""The database: tables' base, time, and the transaction rules that hold on SQLite and PostgreSQL alike.

SQLite runs in WAL mode with synchronous=FULL: what was committed survives a crash of the program and of the
machine. A transaction that may write begins with BEGIN IMMEDIATE, because one that reads first and then asks for
the write lock fails at once when somebody else wrote meanwhile, whatever the time-out.
"""

import json
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from typing import TYPE_CHECKING, Any

import numpy as np
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Integer,
    MetaData,
    Select,
    String,
    any_,
    cast,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from servicedesk.database_errors import is_locked, is_of_a_bad_disk, is_read_only

PATIENCE_S = 10.0
_BUSY_TIMEOUT_MS = int(PATIENCE_S * 1000)
_LEAST_PATIENCE_MS = 100
_AT_A_TIME_MS = 50
_log = logging.getLogger("servicedesk.database")
_reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)
_gives_up_at: ContextVar[float] = ContextVar("gives_up_at", default=math.inf)
_patience_ms: ContextVar[int] = ContextVar("patience_ms", default=_BUSY_TIMEOUT_MS)


class _Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=_Base)

if TYPE_CHECKING:
    from psycopg import Connection as PostgresqlConnection

    class Model(DeclarativeBase):
        """Base of all tables."""
else:
    Model = db.Model


class Utc(TypeDecorator[datetime]):
    """An aware time in UTC. A naive one is refused: nobody could tell whose clock it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring the time to UTC; SQLite keeps it without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


def ids(query: Select[int]) -> list[int]:
    """Return thousands of ids as the one text that the database makes of them: a row for each takes twice as long."""
    (id_,) = query.subquery().columns
    joined = db.session.scalar(select(func.aggregate_strings(cast(id_, String), ",")))
    numbers: list[int] = np.fromstring(joined or "", dtype=np.int64, sep=",").tolist()
    return numbers


def is_among(column: Any, numbers: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of thousands of numbers, sent as one value instead of each by itself."""
    if db.engine.dialect.name == "sqlite":
        values = func.json_each(json.dumps(list(numbers))).table_valued("value")
        return column.in_(select(values.c.value))  # type: ignore[no-any-return]
    return column == any_(literal(list(numbers), ARRAY(Integer)))  # type: ignore[no-any-return]


@contextmanager
def reading() -> Iterator[None]:
    """Mark what happens inside as reading only: on SQLite it then takes no write lock."""
    token = _reads_only.set(True)
    try:
        yield
    finally:
        _reads_only.reset(token)


def start_reading() -> None:
    """Begin this request's transactions without the write lock, until `start_writing`."""
    _reads_only.set(True)
    _patience_ms.set(_BUSY_TIMEOUT_MS)


def start_writing(*, patience_ms: int = _BUSY_TIMEOUT_MS) -> None:
    """End what was read so far and begin the next transaction with the write lock. Loaded objects are read anew.

    What may as well be left out waits for the lock no longer than `patience_ms` (SQLite).
    """
    if _reads_only.get():
        db.session.rollback()
    _reads_only.set(False)
    _patience_ms.set(patience_ms)


def limit_waiting(patience_s: float) -> None:
    """Let all waiting for the write lock from here on end within this time, however often it is asked for (SQLite)."""
    _gives_up_at.set(time.monotonic() + patience_s)


def begin_anew() -> None:
    """Forget what this thread's last request asked for: whatever comes next begins as anything does that may write."""
    _reads_only.set(False)
    _patience_ms.set(_BUSY_TIMEOUT_MS)
    _gives_up_at.set(math.inf)


def refresh_statistics() -> None:
    """Let SQLite look at how its tables are filled, so that it chooses the right indexes; PostgreSQL does so by itself."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA analysis_limit=1000"))
        db.session.execute(text("ANALYZE"))


def one_at_a_time(what: int, *, of: int = 0) -> None:
    """Let transactions that do the same `what` `of` the same thing wait for each other until they end.

    Each then counts all before it. SQLite has one writer anyhow. On PostgreSQL two that begin together would not see
    each other's rows.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(what, of)))


def insert_missing(model: type[Any], *rows: Mapping[str, Any]) -> int:
    """Insert those of the rows whose unique values are free, and return how many were.

    A row with the same values that another transaction has inserted and not yet committed is waited for.
    """
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    table = model.__table__
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*table.primary_key)
    return len(db.session.execute(statement, list(rows)).all())


def close() -> None:
    """Give the connection back at the end of a request or job. That it died meanwhile changes nothing of what was done."""
    try:
        db.session.remove()
    except DBAPIError as error:
        _log.warning("A connection to the database was lost after its work was done", exc_info=error)
        db.session.registry.clear()


def set_up_engine(engine: Engine) -> None:
    """Set the rules on each new connection of the engine; call once, at start."""
    event.listen(engine, "handle_error", _leave_what_cannot_write)
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _prepare_postgresql)
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _leave_what_cannot_write(context: ExceptionContext) -> None:
    """Open new connections after what a connection may not recover from by itself.

    SQLite's stay read-only when the disk was so while they opened; PostgreSQL's stay with a server that is a standby now.
    """
    error = context.original_exception
    has_bad_disk = is_of_a_bad_disk(error)
    if not has_bad_disk and not is_read_only(error):
        return
    context.is_disconnect = True
    if has_bad_disk and context.connection is not None and not context.connection.closed:
        # A connection that is closed with a statement half done lives on in SQLite, and with it its write lock.
        if context.execution_context is not None and context.execution_context.cursor is not None:
            context.execution_context.cursor.close()
        with suppress(SqliteError):
            context.connection.connection.rollback()


def _prepare_postgresql(connection: "PostgresqlConnection[Any]", _record: Any) -> None:
    """Give up waiting for somebody else's lock when SQLite would, in place of holding a thread for ever."""
    connection.execute(f"SET lock_timeout = {_BUSY_TIMEOUT_MS}")
    connection.commit()


def _prepare_sqlite(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # Python would begin transactions on its own, deferred ones.
    connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}").close()
    _use_wal(connection, time.monotonic() + PATIENCE_S)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
        "mmap_size=0",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_wal(connection: SqliteConnection, give_up_at: float) -> None:
    """Switch a new file to WAL, which SQLite refuses at once while another process does the same."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except SqliteError as error:
            if not is_locked(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(_AT_A_TIME_MS / 1000)
        else:
            return


def _begin_sqlite(connection: Any) -> None:
    if _reads_only.get():
        connection.exec_driver_sql("BEGIN")
        return
    give_up_at = time.monotonic() + _left_ms() / 1000
    connection.exec_driver_sql(f"PRAGMA busy_timeout={_AT_A_TIME_MS}")
    try:
        if not _begin_writing(connection.connection.driver_connection, give_up_at):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")


def _begin_writing(connection: SqliteConnection, give_up_at: float) -> bool:
    """Take the write lock if it can be had in time; whatever else is wrong is left to the caller's own attempt.

    SQLite looks for the lock ever more seldom the longer it waits, so that whoever comes last gets it first, and some wait for
    seconds. Asked anew every few milliseconds, it treats all alike.
    """
    while time.monotonic() + _AT_A_TIME_MS / 1000 < give_up_at:
        try:
            connection.execute("BEGIN IMMEDIATE").close()
        except SqliteError as error:
            if not is_locked(error):
                return False
        else:
            return True
    return False


def _left_ms() -> int:
    left_ms = max(_LEAST_PATIENCE_MS, min(_BUSY_TIMEOUT_MS, (_gives_up_at.get() - time.monotonic()) * 1000))
    return min(_patience_ms.get(), int(left_ms))
