"""On PostgreSQL somebody else holds what a filing needs: whoever waits is told in time, and keeps the text.

SQLite's lock is held in tests/reliability/test_locked_database.py.
"""

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from tests.services.databases import IS_POSTGRESQL

_TEXT = "The door of the archive does not open with my card."


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has one lock for all")
def test_a_filing_that_waits_for_too_long_is_told_and_keeps_its_text(
    app: Flask, employee: FlaskClient
) -> None:
    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    fields = {
        "title": "A door",
        "text": _TEXT,
        "impact": "3",
        "urgency": "2",
        "category_id": "",
        "contact": "",
    }
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE incidents")
        answer = employee.post("/incidents", data=fields)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert _TEXT in answer.text
    assert employee.post("/incidents", data=fields).status_code == 303
