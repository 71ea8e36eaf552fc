"""/healthz and /readyz: a word, and no details (security.md X22)."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from servicedesk.database import db


def stamp(app: Flask, *, with_newest: bool) -> None:
    """Write into the database which migration it has."""
    script = ScriptDirectory(str(Path(app.root_path).parent / "migrations"))
    with app.app_context():
        connection = db.session.connection()
        context = MigrationContext.configure(connection)
        context._ensure_version_table()
        connection.execute(text("DELETE FROM alembic_version"))
        for head in script.get_heads() if with_newest else ["an-older-one"]:
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        db.session.commit()


def test_the_process_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.mimetype == "text/plain"


def test_it_is_ready_with_the_newest_tables(app: Flask, client: FlaskClient) -> None:
    stamp(app, with_newest=True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_it_is_not_ready_with_older_tables_and_does_not_say_why(app: Flask, client: FlaskClient) -> None:
    stamp(app, with_newest=False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "fail")


def test_without_a_database_it_lives_but_is_not_ready(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        if db.engine.dialect.name == "sqlite":
            Path(db.engine.url.database or "").unlink()
            Path(db.engine.url.database or "").mkdir()
        else:
            db.session.execute(text("DROP TABLE IF EXISTS alembic_version"))
            db.session.execute(text("CREATE TABLE alembic_version (nothing int)"))
            db.session.commit()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "fail")
    assert client.get("/login").status_code == 200
