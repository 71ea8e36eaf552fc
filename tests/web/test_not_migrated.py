"""New files over a database that was not migrated yet: pages say "later", commands say what to do, nothing is a traceback."""

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from tests.conftest import MIGRATIONS


@pytest.fixture
def empty_app(app: Flask) -> Flask:
    """The application over a database without tables."""
    with app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="base")
        db.session.remove()
    return app


def test_pages_say_that_they_will_be_back(empty_app: Flask, client: FlaskClient) -> None:
    page = client.post("/login", data={"username": "ewa", "password": "x"})
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "30"


@pytest.mark.parametrize("words", ["kb import kb_articles", "kb sync", "desk show", "people undo 1"])
def test_commands_say_what_to_do(empty_app: Flask, words: str) -> None:
    result = empty_app.test_cli_runner().invoke(args=words.split())
    assert result.exit_code == 1
    assert result.output == "Error: The database has not the tables of this version. Run: flask db upgrade\n"
