"""One desk for all tests of permissions."""

from collections.abc import Iterator

import pytest
from flask import Flask

from servicedesk.app import create_app
from servicedesk.database import db
from tests.conftest import settings_for
from tests.services.databases import Databases


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, filled_databases: Databases) -> Iterator[Flask]:
    """The application on a database of its own with the cast; shared by the tests of a module."""
    instance_dir = tmp_path_factory.mktemp("desk")
    url = filled_databases.copy(instance_dir)
    app = create_app(settings_for(instance_dir, DATABASE_URL=url))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    filled_databases.drop(url)
