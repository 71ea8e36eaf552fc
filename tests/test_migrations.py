"""The migrated schema is the one that the models describe, and the way back is open."""

from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from servicedesk.database import db

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
