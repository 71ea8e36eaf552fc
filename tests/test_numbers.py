"""A number that an incident had is never given again, though an older database is put back."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from config import Settings
from servicedesk import jobs, numbers
from servicedesk.database import db
from tests.factories import Cast
from tests.incidents.library import file, write_index
from tests.search.backups import Backup
from tests.services.databases import IS_POSTGRESQL


def _turn(app: Flask) -> None:
    with app.app_context():
        jobs.keep_numbers()
        db.session.remove()


@pytest.fixture
def backup(app: Flask, settings: Settings, cast: Cast, tmp_path: Path) -> Backup:
    """A backup with one incident."""
    write_index(app)
    file(app, cast.ewa, "First")
    _turn(app)
    return Backup(app, settings, tmp_path)


def test_an_older_database_goes_on_behind_what_was_given(app: Flask, cast: Cast, backup: Backup) -> None:
    given = [file(app, cast.ewa, f"Lost {number}") for number in range(3)]
    _turn(app)
    unwritten = file(app, cast.ewa, "Lost before the job's next turn")
    backup.restore_database()
    _turn(app)
    assert file(app, cast.ewa, "After the restore") > max(*given, unwritten)


def test_it_is_raised_once_and_numbers_have_no_other_gaps(app: Flask, cast: Cast, backup: Backup) -> None:
    assert file(app, cast.ewa, "Second") == 2
    _turn(app)
    backup.restore_database()
    _turn(app)
    first = file(app, cast.ewa, "After the restore")
    _turn(app)
    _turn(app)
    assert file(app, cast.ewa, "And one more") == first + 1


def test_a_damaged_file_is_told_and_not_written_over(app: Flask, settings: Settings, backup: Backup) -> None:
    path = settings.instance_dir / numbers.FILE
    assert json.loads(path.read_text()) == {"incidents": 1}
    path.write_text("[1")
    with pytest.raises(ValueError, match="is damaged"):
        _turn(app)
    assert path.read_text() == "[1"


if IS_POSTGRESQL:  # SQLite has no schemas.

    def test_a_sequence_of_the_same_name_in_another_schema_is_not_taken_for_ours(
        app: Flask, settings: Settings, cast: Cast
    ) -> None:
        with app.app_context():
            db.session.execute(text("ALTER SEQUENCE incidents_id_seq RENAME TO numbers_of_incidents"))
            db.session.execute(text("CREATE SCHEMA aaa"))
            db.session.execute(text("CREATE SEQUENCE aaa.incidents_id_seq START 5000"))
            db.session.execute(text("SELECT nextval('aaa.incidents_id_seq')"))
            db.session.commit()
        file(app, cast.ewa, "First")
        _turn(app)
        assert json.loads((settings.instance_dir / numbers.FILE).read_text()) == {"incidents": 1}
