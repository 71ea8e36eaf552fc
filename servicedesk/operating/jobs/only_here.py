"""The jobs run once: one process of an instance, and one machine of a database.

Two would build the index anew against each other for ever, and send mails that the other is sending.
"""

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from servicedesk.database import db

_WORKING = 7_160_107  # Any number that nothing else waits with.
_log = logging.getLogger("servicedesk.jobs")
IsStillOurs = Callable[[], bool]


@contextmanager
def only_here(instance_dir: Path) -> Iterator[IsStillOurs]:
    """Hold the locks that let only one process do this work; those of a dead holder are free. Raises ClickException.

    What it gives tells whether the work is still this process's own: a server that was restarted has forgotten its locks.
    """
    with (instance_dir / "jobs.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise click.ClickException("The jobs are running already in another process.") from error
        if db.engine.dialect.name != "postgresql":
            yield lambda: True
            return
        lock = _LockOfServer()
        try:
            if not lock.is_ours():
                raise click.ClickException("The jobs are running already on another machine.")
            yield lock.is_ours
        finally:
            lock.close()


class _LockOfServer:
    """An advisory lock, held as long as its connection lives."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def is_ours(self) -> bool:
        """Take the lock or see that it is still held. True also while no server answers: then nobody else works either."""
        try:
            if self._connection is not None:
                self._connection.execute(select(1))
                return True
            connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(select(func.pg_try_advisory_lock(_WORKING))):
                self._connection = connection
                return True
            connection.close()
        except DBAPIError as error:
            _log.warning("The database server does not answer: %s", type(error).__name__)
            self.close()
            return True
        return False

    def close(self) -> None:
        """Give the lock back and end the connection, with which it would go a moment later: a pool would keep both."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.execute(select(func.pg_advisory_unlock(_WORKING)))
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
