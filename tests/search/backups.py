"""Copies of an instance's database, index and files, as a backup keeps them, to be put back on another day."""

import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from config import Settings
from servicedesk.database import db
from servicedesk.files.storage import set_aside_dir

_numbers = count(1)


class Backup:
    """The database, the index and the files as they were when this was made."""

    def __init__(self, app: Flask, settings: Settings, folder: Path) -> None:
        """Copy all three."""
        self._app, self._settings = app, settings
        self._number = next(_numbers)
        self._index = folder / f"index-{self._number}"
        self._files = folder / f"files-{self._number}"
        self._database = folder / f"database-{self._number}.db"
        shutil.copytree(settings.index_dir, self._index, copy_function=shutil.copy)
        settings.files_dir.mkdir(exist_ok=True)
        shutil.copytree(settings.files_dir, self._files)
        self._disconnect()
        if self._is_sqlite:
            _copy_sqlite(self._path, self._database)
        else:
            self._copy_postgresql(self._name, f"backup_{self._number}")

    def restore_database(self) -> None:
        """Put the database back in place of the one that is there."""
        self._disconnect()
        if self._is_sqlite:
            for path in self._path.parent.glob(f"{self._path.name}*"):
                path.unlink()
            _copy_sqlite(self._database, self._path)
        else:
            self._copy_postgresql(f"backup_{self._number}", self._name)

    def restore_index(self) -> None:
        """Put the index back in place of the one that is there."""
        shutil.rmtree(self._settings.index_dir, ignore_errors=True)
        shutil.copytree(self._index, self._settings.index_dir, copy_function=shutil.copy)

    def restore_files(self) -> None:
        """Put the files back in place of those that are there, those set aside included."""
        for folder in (self._settings.files_dir, set_aside_dir(self._settings.files_dir)):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._files, self._settings.files_dir)

    def _disconnect(self) -> None:
        with self._app.app_context():
            db.session.remove()
            db.engine.dispose()

    @property
    def _url(self) -> URL:
        return make_url(self._settings.database_url)

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def _path(self) -> Path:
        return Path(self._url.database or "")

    @property
    def _name(self) -> str:
        return self._url.database or ""

    def _copy_postgresql(self, source: str, target: str) -> None:
        url = self._url.set(drivername="postgresql", database="postgres")
        address = url.render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            names = {"source": sql.Identifier(source), "target": sql.Identifier(target)}
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {target} WITH (FORCE)").format(**names))
            connection.execute(sql.SQL("CREATE DATABASE {target} TEMPLATE {source}").format(**names))


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
