"""The application as it runs on https behind one proxy."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.people import sessions
from servicedesk.people.models import Person
from tests.applications import application, leave_database
from tests.conftest import settings_for
from tests.factories import Cast

HTTPS = "https://help.example.com"


@pytest.fixture
def https_app(settings: config.Settings) -> Iterator[Flask]:
    """The application on https, with its protection against forged forms switched on."""
    more = {
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": "https://help.example.com",
        "TRUSTED_PROXIES": "1",
    }
    with application(settings_for(settings.instance_dir, **more), forms_need_token=True) as app:
        yield app


@pytest.fixture
def own_app(settings: config.Settings) -> Iterator[Flask]:
    """An application that no other test has, so that addresses may be added."""
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    leave_database(app)


@pytest.fixture
def csrf_app(app: Flask) -> Flask:
    """The application on plain http with its protection against forged forms switched on."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def sign_in_with_https(app: Flask, name: str) -> FlaskClient:
    """Return a browser in which somebody of the cast is signed in by https."""
    client = app.test_client()
    with app.app_context():
        person = db.session.get_one(Person, getattr(Cast.load(), name))
        cookie = sessions.start(person, network="10.0.0.1", browser="tests")
        db.session.commit()
    client.set_cookie("__Host-sid", cookie, domain="help.example.com", secure=True)
    return client
