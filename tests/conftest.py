"""One application on a real database and a real index for each test, and a fixed cast of people.

No application context stays open around a request: a lost commit would not show. Ask the database anew before asserting.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.incidents.suggestions import budget
from tests.applications import application
from tests.factories import Cast, make_cast, sign_in
from tests.services import statistics

if TYPE_CHECKING:  # pytest imports it as a plugin, before which nobody else may.
    from tests.services.databases import Databases

pytest_plugins = ["tests.services.databases", "tests.services.fixtures", "tests.drill"]

_HERE = Path(__file__).parent
_PATIENCE_S = 20.0
MIGRATIONS = _HERE.parent / "migrations"
_GROUPS = {
    "browser": "browser",
    "directory": "directory",
    "people": "directory",
    "reliability": "reliability",
}


def settings_for(instance_dir: Path, **more: str) -> config.Settings:
    """Return settings for a test's own instance; `more` are settings without their prefix."""
    environ = {
        "INSTANCE_DIR": str(instance_dir),
        "SECRET_KEY": "a-test-key-0123456789-abcdefghijklmnop",
        "PUBLIC_URL": "http://localhost",
        "SUGGESTIONS_A_MINUTE": "100000",  # tests/incidents/test_suggestion_rate.py asks too often.
    }
    return config.load({f"{config.PREFIX}{name}": value for name, value in {**environ, **more}.items()})


@pytest.fixture(scope="session")
def filled_databases(databases: "Databases", tmp_path_factory: pytest.TempPathFactory) -> "Databases":
    """Databases whose template has all tables and the cast."""
    app = create_app(settings_for(tmp_path_factory.mktemp("template"), DATABASE_URL=databases.template_url))
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        if statistics.IS_WANTED:
            statistics.leave_statistics()
        make_cast()
        db.session.commit()
        statistics.give_pages_back()
        db.session.remove()
        db.engine.dispose()
    return databases


@pytest.fixture(scope="session")
def instances_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all instances of this process lie, each in its place."""
    return tmp_path_factory.mktemp("instances")


@pytest.fixture
def settings(instances_dir: Path, filled_databases: "Databases") -> Iterator[config.Settings]:
    """Settings of an instance that has a database with the cast and nothing else."""
    with instance(instances_dir / "first", filled_databases) as settings:
        yield settings


@pytest.fixture
def second_settings(instances_dir: Path, filled_databases: "Databases") -> Iterator[config.Settings]:
    """Settings of another such instance."""
    with instance(instances_dir / "second", filled_databases) as settings:
        yield settings


@contextmanager
def instance(folder: Path, databases: "Databases") -> Iterator[config.Settings]:
    """Make the instance in this place anew: where settings are the same, so may be the application."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    url = databases.copy(folder)
    yield settings_for(folder, DATABASE_URL=url)
    databases.drop(url)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for suggestions as long as a busy test machine takes."""
    monkeypatch.setattr(budget, "LIMIT_S", _PATIENCE_S)


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    """The application."""
    with application(settings) as app:
        yield app


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The ids of the fixed cast: who they are stands in tests/factories.py."""
    with app.app_context():
        return Cast.load()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def employee(app: Flask, cast: Cast) -> FlaskClient:
    """Ewa's browser: an employee."""
    return sign_in(app, cast.ewa)


@pytest.fixture
def colleague(app: Flask, cast: Cast) -> FlaskClient:
    """Olek's browser: another employee, who reads Polish."""
    return sign_in(app, cast.olek)


@pytest.fixture
def agent(app: Flask, cast: Cast) -> FlaskClient:
    """Anna's browser: IT staff in the service desk team."""
    return sign_in(app, cast.anna)


@pytest.fixture
def editor(app: Flask, cast: Cast) -> FlaskClient:
    """Edyta's browser: an editor."""
    return sign_in(app, cast.edyta)


@pytest.fixture
def admin(app: Flask, cast: Cast) -> FlaskClient:
    """Adam's browser: an admin."""
    return sign_in(app, cast.adam)


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a slow server in one process, first of all, and mark those that drive a browser.

    What begins last would go on alone when everything else is done.
    """
    for item in items:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder == "browser":
            item.add_marker(pytest.mark.browser)
        if folder in _GROUPS:
            item.add_marker(pytest.mark.xdist_group(_GROUPS[folder]))
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped where everything has to be there."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"Skipped although CI=true: {report.longrepr}"
    return report
