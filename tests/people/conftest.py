"""An application whose directory is a real OpenLDAP server with a company in it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

import config
from servicedesk.database import db
from servicedesk.people.models import LoginFailure
from tests.applications import application
from tests.conftest import settings_for
from tests.directory.company import company_ldif, group_ldif, person_dn
from tests.services.programs import free_port
from tests.services.slapd import BASE, DESK_DN, DESK_PASSWORD, SlapdServer, start_slapd

GROUPS = {"roles": {"agent": ["IT staff"], "admin": ["Admins"]}, "teams": {"service-desk": ["IT staff"]}}
MakeApp = Callable[..., Flask]
LogIn = Callable[..., TestResponse]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start OpenLDAP with the company in it."""
    admins = group_ldif("Admins", [person_dn("gone")])
    server = start_slapd(tmp_path_factory.mktemp("people") / "slapd", ldif=company_ldif() + admins)
    yield server
    server.program.stop()


@pytest.fixture
def make_app(settings: config.Settings) -> Iterator[MakeApp]:
    """Return a way to make applications on one database, each with settings of its own."""
    with ExitStack() as made:

        def make(**more: str) -> Flask:
            given = {"DATABASE_URL": settings.database_url, "GROUPS": json.dumps(GROUPS)} | more
            return made.enter_context(application(settings_for(settings.instance_dir, **given)))

        yield make


def ldap_settings(server: SlapdServer, url: str | None = None) -> dict[str, str]:
    """Return the settings, without their prefix, with which an application uses this server."""
    return {
        "LDAP_URLS": url or server.ldaps_url,
        "LDAP_CA_CERTS_FILE": str(server.ca_file),
        "LDAP_BIND_DN": DESK_DN,
        "LDAP_BIND_PASSWORD": DESK_PASSWORD,
        "LDAP_PEOPLE_BASE": f"ou=people,{BASE}",
        "LDAP_GROUPS_BASE": f"ou=groups,{BASE}",
    }


@pytest.fixture
def company_app(make_app: MakeApp, company: SlapdServer) -> Flask:
    """The application on the company's directory."""
    return make_app(**ldap_settings(company))


@pytest.fixture
def offline_app(make_app: MakeApp) -> Flask:
    """The application with a directory that nobody serves."""
    return make_app(LDAP_URLS=f"ldap://127.0.0.1:{free_port()}", LDAP_BIND_PASSWORD="x")


def log_in(client: FlaskClient, name: str, password: str, **more: str) -> TestResponse:
    """Send the log-in form."""
    return client.post("/login", data={"username": name, "password": password, **more})


def forget_attempts(app: Flask) -> None:
    """Let everybody try again."""
    with app.app_context():
        db.session.execute(delete(LoginFailure))
        db.session.commit()


def csrf_token(html: str) -> str:
    """Return the token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, "the page has no form with a token"
    return found[1]


def settings_of(app: Flask) -> config.Settings:
    """Return the application's settings."""
    settings = app.extensions["servicedesk.settings"]
    assert isinstance(settings, config.Settings)
    return settings
