"""Only our own address is answered (security.md X16, F5)."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import HTTPS


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example:80",
        "[::1",
        "a b",
        "",
    ],
)
def test_another_host_gets_400_and_no_page(client: FlaskClient, host: str) -> None:
    for path in ("/login", "/", "/no-such-page", "/static/css/theme.css"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_another_host_is_a_line_of_the_log_and_no_failure_of_ours(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Strangers try it all day: the log would be full of what nobody can mend."""
    caplog.set_level(logging.INFO)
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400
    assert (
        client.post("/login", data={"username": "ewa"}, headers={"Host": "evil.example"}).status_code == 400
    )
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO"]
    assert not any(record.exc_info for record in caplog.records)


def test_another_host_gets_400_for_a_form_too(client: FlaskClient) -> None:
    data = {"username": "ewa", "password": "x"}
    assert client.post("/login", data=data, headers={"Host": "evil.example"}).status_code == 400


def test_a_forwarded_host_counts_only_from_a_trusted_proxy(client: FlaskClient, https_app: Flask) -> None:
    headers = {"X-Forwarded-Host": "evil.example"}
    assert client.get("/login", headers=headers).status_code == 200
    behind_proxy = https_app.test_client()
    assert behind_proxy.get("/login", base_url=HTTPS).status_code == 200
    assert behind_proxy.get("/login", headers=headers, base_url=HTTPS).status_code == 400
