"""A database server that says nothing at all: pages answer in time, and its connections do not stay for ever."""

import socket
import time
from pathlib import Path

from flask import Flask

from servicedesk.database import db
from tests.applications import application
from tests.conftest import settings_for
from tests.services.databases import IS_POSTGRESQL


def test_a_server_that_never_answers_keeps_no_page_waiting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://desk@127.0.0.1:{silent.getsockname()[1]}/desk"
        with application(settings_for(tmp_path, DATABASE_URL=url)) as app:
            began = time.monotonic()
            page = app.test_client().get("/readyz")
            assert page.status_code == 503
            assert time.monotonic() - began < 30


if IS_POSTGRESQL:  # SQLite has no server.

    def test_a_machine_that_is_gone_is_given_up_on_both_sides(app: Flask) -> None:
        with app.app_context():
            connection = db.session.connection()
            asked = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
            given = connection.exec_driver_sql(
                "SELECT reset_val FROM pg_settings WHERE name = 'tcp_keepalives_idle'"
            )
            assert given.scalar() == "10"
        assert (asked["connect_timeout"], asked["tcp_user_timeout"], asked["keepalives_idle"]) == (
            "5",
            "10000",
            "10",
        )


def test_what_the_address_says_goes_before(tmp_path: Path) -> None:
    url = "postgresql://desk@db.example.com/desk?connect_timeout=60&options=-csearch_path%3Ddesk"
    with application(settings_for(tmp_path, DATABASE_URL=url)) as app, app.app_context():
        given = app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert "connect_timeout" not in given
    assert "options" not in given
    assert given["tcp_user_timeout"] == 10_000
