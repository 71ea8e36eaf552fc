"""One event, one JSON line, whatever somebody typed (reliability.md R22)."""

import io
import json
import logging
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.web.log_lines import JsonLines


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


def test_a_very_long_value_is_one_short_line() -> None:
    lines = lines_of("a" * 1_000_000, value="b" * 1_000_000, names=["c" * 1_000_000] * 3)
    assert len(lines) == 1
    assert len(lines[0]) < 100_000
    assert json.loads(lines[0])["value"].endswith("(1000000 letters)")


class _Unshowable:
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_what_json_has_no_word_for_is_a_line_all_the_same() -> None:
    endless: list[object] = []
    endless.append(endless)
    values = {"a": math.nan, "b": math.inf, "c": _Unshowable(), "d": {1: {2}}, "e": "\ud800", "f": endless}
    (line,) = lines_of("x", **values)
    read = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert read["a"] == "nan"
    assert read["d"] == {"1": [2]}


def test_a_message_that_cannot_be_filled_in_is_a_line() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%d of %d", ("one",), None)
    assert "cannot be filled in" in json.loads(JsonLines().format(record))["message"]


_PROCESS = """
import atexit, logging, threading, warnings
import wsgi
from sqlalchemy.exc import SAWarning
warnings.warn("a warning of a library", SAWarning)
logging.getLogger("gunicorn.error").propagate = True
logging.getLogger("a.library").error("%s", "with\\na break")
class Bad:
    def __del__(self): raise ValueError("nobody can be told")
Bad()
thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()
atexit.register(lambda: 1 / 0)
raise RuntimeError("the end\\nof it")
"""


def test_all_that_a_process_says_is_json(tmp_path: Path) -> None:
    environment = {**os.environ, "SERVICEDESK_INSTANCE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", _PROCESS], cwd=Path(__file__).parents[2], env=environment,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert done.stdout == ""
    told = " ".join(f"{line['message']} {line.get('traceback', '')}" for line in said)
    for words in (
        "a warning of a library",
        "with\na break",
        "nobody can be told",
        "A thread has ended",
        "the end\nof it",
    ):
        assert words in told
    assert told.count("ZeroDivisionError") >= 2


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
