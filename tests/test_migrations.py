"""The migrated schema is the one that the models describe, and the way back is open."""

import os
import subprocess
import sys
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

import config
from servicedesk import database
from servicedesk.database import db
from tests.services.databases import IS_POSTGRESQL

_MIGRATIONS = str(Path(__file__).parents[1] / "migrations")


def test_the_migrated_schema_equals_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        options = {
            "include_object": lambda _object, name, kind, *_: (
                kind != "table" or "fulltext" not in (name or "")
            )
        }
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert differences == []


def test_going_back_leaves_no_table(app: Flask) -> None:
    with app.app_context():
        flask_migrate.downgrade(directory=_MIGRATIONS, revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]


def test_machines_that_migrate_at_once_wait_for_each_other(app: Flask, settings: config.Settings) -> None:
    """As two units do that both begin with an upgrade, on an instance that has no database yet."""
    for _ in range(2):
        _forget_everything(app)
        upgrades = [_upgrade(settings) for _ in range(3)]
        said = [upgrade.communicate(timeout=120)[1] for upgrade in upgrades]
        assert [upgrade.returncode for upgrade in upgrades] == [0, 0, 0], said
        with app.app_context():
            assert "incidents" in inspect(db.engine).get_table_names()


if IS_POSTGRESQL:  # SQLite has one writer.

    def test_a_machine_that_migrates_waits_for_another_however_long_it_takes(
        app: Flask, settings: config.Settings
    ) -> None:
        with app.app_context(), db.engine.connect() as other:
            other.execute(text("SELECT pg_advisory_xact_lock(7160106)"))
            upgrade = _upgrade(settings)
            with pytest.raises(subprocess.TimeoutExpired):
                upgrade.communicate(timeout=database.PATIENCE_S + 5)
            other.rollback()
            _, said = upgrade.communicate(timeout=60)
        assert upgrade.returncode == 0, said


def _forget_everything(app: Flask) -> None:
    with app.app_context():
        if IS_POSTGRESQL:
            db.session.execute(text("DROP SCHEMA public CASCADE"))
            db.session.execute(text("CREATE SCHEMA public"))
            db.session.commit()
            return
        db.session.remove()
        db.engine.dispose()
        for path in Path(str(db.engine.url.database)).parent.glob("servicedesk.db*"):
            path.unlink()


def _upgrade(settings: config.Settings) -> subprocess.Popen[str]:
    given = {
        "INSTANCE_DIR": str(settings.instance_dir), "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key, "PUBLIC_URL": "http://localhost",
    }  # fmt: skip
    environ = {**os.environ, **{f"SERVICEDESK_{name}": value for name, value in given.items()}}
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    return subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
