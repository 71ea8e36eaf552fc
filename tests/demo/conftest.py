"""The demo company, loaded once for all tests that only look at it, and empty instances for those that load."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.demo.company import read_company
from tests.conftest import MIGRATIONS, settings_for

if TYPE_CHECKING:
    from tests.services.databases import Databases

MakeApp = Callable[[Path], Flask]


@pytest.fixture(scope="session")
def make_empty_app(filled_databases: "Databases") -> Iterator[MakeApp]:
    """Makes applications whose database has no tables yet."""
    made: list[tuple[Flask, str]] = []

    def make(folder: Path) -> Flask:
        folder.mkdir(exist_ok=True)
        url = filled_databases.copy(folder)
        groups = json.dumps(read_company().settings_groups())
        app = create_app(settings_for(folder, DATABASE_URL=url, GROUPS=groups))
        made.append((app, url))
        with app.app_context():
            flask_migrate.downgrade(directory=str(MIGRATIONS), revision="base")
            db.session.remove()
        return app

    yield make
    for app, url in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        filled_databases.drop(url)


@pytest.fixture(scope="session")
def demo(make_empty_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The demo company as `flask demo prepare` makes it; tests only look at it."""
    app = make_empty_app(tmp_path_factory.mktemp("demo") / "instance")
    run(app.test_cli_runner(), "prepare")
    return app


def run(runner: FlaskCliRunner, command: str) -> str:
    """Run a command of `flask demo` and return what it printed."""
    result = runner.invoke(args=["demo", command])
    assert result.exit_code == 0, result.output
    return result.output
