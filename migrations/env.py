"""How Alembic finds the database and the tables: both come from the Flask application."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import MetaData, func, select

from servicedesk.database import db

# Full-text tables differ by database; the migration makes them by servicedesk/incidents/fulltext.py.
_NOT_COMPARED = "incident_fulltext"
_MIGRATING = 7_160_106  # Any number that nothing else waits with.


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave out what the models do not describe."""
    return not (kind == "table" and name is not None and name.startswith(_NOT_COMPARED))


def run() -> None:
    """Migrate in one transaction, so that a migration that is cut short leaves no half of itself."""
    metadata: MetaData = db.metadata
    options: dict[str, Any] = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, include_object=include_object, **options
        )
        with context.begin_transaction():
            # Whoever comes second waits, and then finds everything done. SQLite has one writer anyhow.
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            context.run_migrations()


run()
