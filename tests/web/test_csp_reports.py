"""Browsers tell what the content security policy stopped; anybody can, so little comes of it."""

import json
import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from servicedesk.web import csp_reports

REPORT = {
    "type": "csp-violation",
    "body": {
        "documentURL": "http://localhost/x",
        "blockedURL": "inline",
        "effectiveDirective": "script-src-elem",
        "sample": "secret",
    },
}


@pytest.fixture(autouse=True)
def _forget_recent() -> Iterator[None]:
    csp_reports._recent.clear()
    yield
    csp_reports._recent.clear()


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """Return the fields of all lines about the policy."""
    return [vars(record)["fields"] for record in caplog.records if record.name == "servicedesk.csp"]


def test_a_report_becomes_a_line_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.post("/csp-reports", data=json.dumps([REPORT]), content_type="application/reports+json")
    assert answer.status_code == 204
    assert lines(caplog) == [
        {"documentURL": "http://localhost/x", "blockedURL": "inline", "effectiveDirective": "script-src-elem"}
    ]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'[{"body": 1}]', b"[" * 5000, b'{"body": null}']
)
def test_nonsense_is_no_failure(client: FlaskClient, caplog: pytest.LogCaptureFixture, body: bytes) -> None:
    caplog.set_level(logging.WARNING)
    answer = client.post("/csp-reports", data=body, content_type="application/reports+json")
    assert answer.status_code in (204, 422)
    assert "Traceback" not in caplog.text


def test_a_flood_leaves_few_lines(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(60):
        assert client.post("/csp-reports", data=json.dumps([REPORT])).status_code == 204
    assert len(lines(caplog)) == 20


def test_a_large_report_is_refused(client: FlaskClient) -> None:
    assert client.post("/csp-reports", data=b"x" * 70_000).status_code == 413
