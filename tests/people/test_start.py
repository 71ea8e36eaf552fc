"""What the web server asks of the directory before it lets anybody in (security.md L2)."""

import gc
from types import SimpleNamespace

import pytest
from flask import Flask

from servicedesk import gunicorn
from tests.people.conftest import MakeApp, ldap_settings
from tests.services.slapd import start_slapd


def start(app: Flask) -> None:
    """Do what gunicorn does once the application is loaded."""
    try:
        gunicorn.when_ready(SimpleNamespace(app=SimpleNamespace(wsgi=lambda: app)))
    finally:
        gc.unfreeze()


def test_a_directory_that_takes_an_empty_password_stops_the_start_unless_that_is_acknowledged(
    make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    careless = start_slapd(tmp_path_factory.mktemp("careless") / "slapd", extra_config="allow bind_anon_dn")
    try:
        with pytest.raises(SystemExit):
            start(make_app(**ldap_settings(careless)))
        assert "with an empty password" in caplog.text
        start(make_app(**ldap_settings(careless), LDAP_ALLOW_EMPTY_BIND="yes"))
    finally:
        careless.program.stop()


def test_a_directory_that_is_down_does_not_stop_the_start(
    offline_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    start(offline_app)
    assert "does not answer at start" in caplog.text
    assert offline_app.test_client().get("/login").status_code == 200
