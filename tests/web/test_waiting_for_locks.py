"""Somebody else holds what a filing needs: whoever waits is told in time, and keeps the text."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk import database
from servicedesk.database import db
from tests.services.databases import IS_POSTGRESQL

_TEXT = "The door of the archive does not open with my card."


@contextmanager
def _held_by_somebody_else(app: Flask) -> Iterator[None]:
    with app.app_context():
        url = db.engine.url
    if IS_POSTGRESQL:
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as other:
            other.execute("LOCK TABLE incidents IN EXCLUSIVE MODE")  # Reading goes on, as on SQLite.
            yield
    else:
        with closing(sqlite3.connect(str(url.database))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


def test_a_filing_that_waits_for_too_long_is_told_and_keeps_its_text(
    app: Flask, employee: FlaskClient
) -> None:
    fields = {
        "title": "A door",
        "text": _TEXT,
        "impact": "3",
        "urgency": "2",
        "category_id": "",
        "contact": "",
    }
    with _held_by_somebody_else(app):
        answer = employee.post("/incidents", data=fields)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert _TEXT in answer.text
    assert employee.post("/incidents", data=fields).status_code == 303


@pytest.mark.parametrize("words", ["desk show", "doctor", "kb export {}", "people sync --dry-run"])
def test_commands_that_only_read_need_no_lock_and_so_keep_none(
    app: Flask, tmp_path: Path, words: str
) -> None:
    """What they ask of a directory, write to a disk or print to `less` may take long."""
    with _held_by_somebody_else(app):
        began = time.monotonic()
        result = app.test_cli_runner().invoke(args=words.format(tmp_path / "tree").split())
        assert time.monotonic() - began < database.PATIENCE_S, result.output
    assert result.exit_code in (0, 1), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output


def test_a_sync_that_finds_all_in_step_needs_no_lock(app: Flask, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(3):
        (tree / f"door-{number}.md").write_text(f"# Door {number}\n\nPush it {number} times.\n")
    words = ["kb", "sync", "--path", str(tree), "--from-files-only"]
    assert "3 articles from files" in app.test_cli_runner().invoke(args=words).output
    with _held_by_somebody_else(app):
        began = time.monotonic()
        result = app.test_cli_runner().invoke(args=words)
        assert time.monotonic() - began < database.PATIENCE_S, result.output
    assert "3 in step" in result.output
