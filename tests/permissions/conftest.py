"""One desk for all tests of permissions, empty or with the fixed world on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.web.settings import EXTENSION as SETTINGS
from tests.applications import application
from tests.conftest import instance
from tests.factories import sign_in
from tests.permissions import stage
from tests.permissions.stage import Stage
from tests.services.databases import Databases


@dataclass(frozen=True)
class Desk:
    """The application with the fixed world, and a browser for each of its people."""

    app: Flask
    stage: Stage
    browsers: dict[str | None, FlaskClient]
    cookies: dict[str, str]

    @property
    def instance_dir(self) -> Path:
        """Where the instance lies."""
        found = self.app.extensions[SETTINGS].instance_dir
        assert isinstance(found, Path)
        return found


@contextmanager
def _application(folder: Path, databases: Databases) -> Iterator[Flask]:
    with instance(folder, databases) as settings, application(settings) as app:
        yield app


@pytest.fixture(scope="module")
def desk(instances_dir: Path, filled_databases: Databases) -> Iterator[Flask]:
    """The application on a database of its own with the cast alone."""
    with _application(instances_dir / "desk", filled_databases) as app:
        yield app


@pytest.fixture(scope="module")
def staged(instances_dir: Path, filled_databases: Databases) -> Iterator[Desk]:
    """The application with the fixed world; shared by the tests of a module, which leave its objects as they are."""
    with _application(instances_dir / "staged", filled_databases) as app:
        settings = app.extensions[SETTINGS]
        with app.app_context():
            built = stage.build(settings.files_dir)
            db.session.commit()
            jobs.update_search()
        browsers: dict[str | None, FlaskClient] = {
            name: sign_in(app, built.ids[name]) for name in stage.PEOPLE
        }
        cookies = {name: _session_cookie(browser) for name, browser in browsers.items() if name}
        yield Desk(app, built, {None: app.test_client(), **browsers}, cookies)


def _session_cookie(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("sid")
    assert cookie is not None
    return str(cookie.value)
