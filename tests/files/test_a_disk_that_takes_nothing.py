"""The folder of the files takes nothing, gives nothing, or does not let back what was set aside: people and admins are told."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

import config
from servicedesk.database import db, now
from servicedesk.files import actions, setting_aside
from servicedesk.files.storage import set_aside_dir
from servicedesk.jobs import JOBS
from servicedesk.notices import list_notices
from servicedesk.operating.jobs.running import run_safely
from tests.factories import Cast

_FORM = {"title": "The lamp", "text": "It is dark.", "impact": "3", "urgency": "2", "category_id": "", "contact": ""}  # fmt: skip
_TIDYING = next(job for job in JOBS if job.name == "tidying")


def _break(folder: Path) -> None:
    """Put something in the folder's place that is none: also the administrator of the machine cannot write there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("Not a folder.")


def _send(client: FlaskClient) -> str:
    """File with a picture; return the page, or "" if it was taken."""
    picture = (io.BytesIO(b"bytes"), "shot.txt")
    answer = client.post("/incidents", data={**_FORM, "files": picture}, content_type="multipart/form-data")
    assert answer.status_code in (303, 422), answer.text
    return "" if answer.status_code == 303 else answer.text


def _told(app: Flask) -> list[str]:
    with app.app_context():
        return [notice.key for notice in list_notices()]


def _doctor(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["doctor"]).output


def _upload(app: Flask, by_id: int, root: Path) -> str:
    with app.app_context():
        stored = actions.upload(io.BytesIO(b"bytes"), "a.txt", by_id=by_id, root=root)
        db.session.commit()
        return stored.storage_name


def _tidy(app: Flask) -> None:
    with app.app_context():
        assert run_safely(_TIDYING)


def test_who_sends_a_file_keeps_what_was_typed_and_the_admins_are_told_until_one_is_stored(
    app: Flask, employee: FlaskClient, admin: FlaskClient, settings: config.Settings
) -> None:
    _break(settings.files_dir)
    page = _send(employee)
    assert "the desk was told" in page
    assert all(_FORM[name] in page for name in ("title", "text"))
    assert _told(app) == ["files.unstored"]
    state = admin.get("/admin/state").get_data(as_text=True)
    assert "A file that somebody sent could not be stored" in state
    assert "Nothing can be stored in" in state
    settings.files_dir.unlink()
    assert _send(employee) == ""
    assert _told(app) == []


def test_the_upload_of_a_page_says_so_as_well(
    app: Flask, employee: FlaskClient, settings: config.Settings
) -> None:
    _break(settings.files_dir)
    answer = employee.post("/incidents/uploads", data={"file": (io.BytesIO(b"bytes"), "shot.txt")})
    assert answer.status_code == 503, answer.text
    assert "the desk was told" in answer.text
    assert _told(app) == ["files.unstored"]


def test_doctor_finds_a_folder_that_takes_nothing(app: Flask, settings: config.Settings) -> None:
    assert "Files that people send can be stored." in _doctor(app)
    assert not settings.files_dir.exists(), "It would belong to who asked, and not to who stores."
    _break(settings.files_dir)
    assert f"Nothing can be stored in {settings.files_dir}" in _doctor(app)


def test_doctor_finds_that_nothing_can_be_set_aside(app: Flask, settings: config.Settings) -> None:
    folder = set_aside_dir(settings.files_dir).parent
    _break(folder)
    assert f"Nothing can be stored in {folder}" in _doctor(app)


def test_a_file_that_cannot_be_put_back_is_missing_and_stays(
    app: Flask, cast: Cast, employee: FlaskClient, admin: FlaskClient, settings: config.Settings
) -> None:
    """Also after sixty days on which it was seen aside: a row knows it."""
    root = settings.files_dir
    with app.app_context():
        own = actions.upload(io.BytesIO(b"bytes"), "a.txt", by_id=cast.ewa, root=root)
        actions.claim([own.id], by_id=cast.ewa)
        name = own.storage_name
        db.session.commit()
    place = root / name[:2] / name
    with app.app_context():
        setting_aside.set_aside([place], root)
    place.parent.rmdir()
    _break(place.parent)
    begin = now()
    for day in range(65):
        with time_machine.travel(begin + timedelta(days=day), tick=True), app.app_context():
            setting_aside.delete_long_aside(root, now().date())
    _tidy(app)
    assert (set_aside_dir(root) / name).read_bytes() == b"bytes"
    assert "files.missing" in _told(app)
    place.parent.unlink()
    _tidy(app)
    assert place.read_bytes() == b"bytes"
    assert "files.missing" not in _told(app)


@pytest.mark.parametrize("is_aside", [True, False])
def test_who_asks_for_a_file_that_cannot_be_reached_is_told(
    app: Flask, cast: Cast, employee: FlaskClient, settings: config.Settings, *, is_aside: bool
) -> None:
    assert _send(employee) == ""
    root = settings.files_dir
    (place,) = root.glob("??/*")
    if is_aside:
        with app.app_context():
            setting_aside.set_aside([place], root)
    else:
        place.unlink()
    place.parent.rmdir()
    _break(place.parent)
    answer = employee.get("/incidents/1/files/1")
    assert answer.status_code == 503, answer.text
    assert "missing on the desk&#39;s disk" in answer.text or "missing on the desk's disk" in answer.text


if os.geteuid() != 0:  # root reads everything.

    def test_who_asks_for_a_file_that_nobody_may_read_is_told(
        employee: FlaskClient, settings: config.Settings
    ) -> None:
        assert _send(employee) == ""
        (place,) = settings.files_dir.glob("??/*")
        for each, mode in ((place, 0o600), (place.parent, 0o700)):
            each.chmod(0)
            assert employee.get("/incidents/1/files/1").status_code == 503
            each.chmod(mode)
