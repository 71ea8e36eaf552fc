"""What somebody chose long ago, or in another spelling, is understood or counts as not chosen; it never costs a page."""

import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from config import SettingError
from servicedesk.database import db
from servicedesk.people.models import Person
from tests.conftest import settings_for
from tests.factories import Cast
from tests.incidents.library import file


def store(app: Flask, person_id: int, **fields: str) -> None:
    """Write what another machine or an older version had accepted."""
    with app.app_context():
        db.session.execute(update(Person).where(Person.id == person_id).values(**fields))
        db.session.commit()


@pytest.mark.parametrize(
    "stored",
    [
        {"time_zone": "US/Pacific-New"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../../etc/passwd"},
        {"language": "xx"}, {"language": "../en"}, {"theme": "neon"}, {"theme": "\"'><b>"},
    ],
)  # fmt: skip
def test_a_choice_that_is_not_known_here_counts_as_not_made(
    app: Flask, cast: Cast, employee: FlaskClient, caplog: pytest.LogCaptureFixture, stored: dict[str, str]
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    store(app, cast.ewa, **stored)
    with caplog.at_level(logging.WARNING, "servicedesk.people"):
        for path in ("/", "/profile", f"/incidents/{number}", "/incidents", "/none"):
            page = employee.get(path)
            assert page.status_code == (404 if path == "/none" else 200), path
            assert 'data-theme-choice="auto"' in page.text
    kind, value = next(iter(stored.items()))
    assert f"a {kind} that is not known here: {value!r}" in caplog.text
    choices = {"language": "", "time_zone": "", "theme": "dark"}
    assert employee.post("/profile", data=choices).status_code == 303


@pytest.mark.parametrize(
    ("stored", "today"),
    [
        ("US/Eastern", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("europe/warsaw", "Europe/Warsaw"),
    ],
)
def test_an_older_name_of_a_zone_is_shown_and_kept_under_todays(
    app: Flask, cast: Cast, employee: FlaskClient, stored: str, today: str
) -> None:
    store(app, cast.ewa, time_zone=stored)
    page = employee.get("/profile").text
    assert re.search(f'<option selected value="{today}">', page)
    assert f'value="{stored}"' not in page
    data = {"language": "", "time_zone": stored, "theme": "auto"}
    assert employee.post("/profile", data=data).status_code == 303
    with app.app_context():
        assert db.session.get_one(Person, cast.ewa).time_zone == today


def test_zones_to_choose_from_are_todays(employee: FlaskClient) -> None:
    page = employee.get("/profile").text
    for zone in ("US/Eastern", "Asia/Calcutta", "Etc/GMT+3"):
        assert f'value="{zone}"' not in page
    assert 'value="Europe/Amsterdam"' in page


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("TIME_ZONE", " europe/warsaw ", "Europe/Warsaw"),
        ("TIME_ZONE", "America/New York", "America/New_York"),
        ("TIME_ZONE", "Europe/Kiev", "Europe/Kyiv"),
        ("TIME_ZONE", "utc", "UTC"),
        ("LANGUAGE", " PL ", "pl"),
        ("LANGUAGE", "pl_PL.UTF-8", "pl"),
        ("LANGUAGE", "en-GB", "en"),
    ],
)
def test_settings_are_read_as_they_are_meant(tmp_path: Path, name: str, typed: str, read: str) -> None:
    settings = settings_for(tmp_path, **{name: typed})
    assert (settings.time_zone if name == "TIME_ZONE" else settings.default_language) == read


@pytest.mark.parametrize(
    ("name", "typed"), [("TIME_ZONE", "Warsaw"), ("TIME_ZONE", "CEST+2"), ("LANGUAGE", "polish")]
)
def test_settings_that_mean_nothing_are_refused_with_what_to_write(
    tmp_path: Path, name: str, typed: str
) -> None:
    with pytest.raises(SettingError, match=rf"{name} is '{re.escape(typed)}'\. Set it to "):
        settings_for(tmp_path, **{name: typed})
