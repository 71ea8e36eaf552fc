"""How Alembic finds the database and the tables: both come from the Flask application."""

from typing import Any

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection, MetaData, func, select, text

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
    # Alembic believes that SQLite cannot take tables back, and would end the transaction after each migration.
    options: dict[str, Any] = {
        **current_app.extensions["migrate"].configure_args,
        "target_metadata": metadata,
        "include_object": include_object,
        "transactional_ddl": True,
    }
    with db.engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            _wait_for_others(connection)
            if context.get_context().get_current_revision() is None:
                # Without a password: somebody may have meant another one.
                click.echo(f"A new database: {connection.engine.url.set(query={})!r}")
            context.run_migrations()


def _wait_for_others(connection: Connection) -> None:
    """Let whoever comes second wait however long it takes, and then find everything done. SQLite has one writer anyhow."""
    if connection.dialect.name == "postgresql":
        most_ms = connection.scalar(text("SHOW lock_timeout"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
        connection.execute(select(func.set_config("lock_timeout", most_ms, True)))


run()
