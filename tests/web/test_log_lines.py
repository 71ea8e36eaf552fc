"""One event, one JSON line, whatever somebody typed (reliability.md R22)."""

import io
import json
import logging

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.web.requests import JsonLines


def lines_of(message: str, **fields: object) -> list[str]:
    """Return what is written for one event."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    try:
        raise ValueError(message)
    except ValueError:
        record = logging.LogRecord("servicedesk.test", logging.ERROR, __file__, 1, "%s", (message,), None)
    record.fields = fields
    handler.handle(record)
    return stream.getvalue().splitlines()


@given(st.text(alphabet=st.characters(), max_size=200), st.text(alphabet=st.characters(), max_size=50))
def test_anything_is_one_line_of_json(message: str, value: str) -> None:
    lines = lines_of(message, value=value)
    assert len(lines) == 1
    read = json.loads(lines[0])
    assert read["message"] == message
    assert read["value"] == value


def test_line_breaks_and_terminal_codes_stay_inside() -> None:
    lines = lines_of('x\n{"level": "info", "message": "forged"}\r\x1b[2J\u2028\x85')
    assert len(lines) == 1
    assert lines[0].isascii()
    assert "\x1b" not in lines[0]


def test_a_very_long_value_is_one_line() -> None:
    assert len(lines_of("a" * 1_000_000)) == 1


def test_a_request_is_one_event_that_names_no_query(client: FlaskClient, caplog) -> None:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.INFO, "servicedesk")
    client.get("/login?next=/search?q=what-i-typed")
    records = [record for record in caplog.records if record.name == "servicedesk.requests"]
    assert len(records) == 1
    assert records[0].getMessage() == "GET /login"
    assert "what-i-typed" not in caplog.text + str(vars(records[0]))
    fields = vars(records[0])["fields"]
    assert fields["status"] == 200
    assert fields["took_ms"] >= 0
    assert fields["person"] is None
