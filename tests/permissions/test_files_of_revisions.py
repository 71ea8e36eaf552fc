"""A file that was uploaded for a group stays the group's until a revision for others shows it, and its name tells nothing."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in

_PNG = b"\x89PNG\r\n\x1a\n"
_FORM = {"title": "The office", "body": "It moves.", "audience": "group:Board"}


@pytest.fixture
def member(app: Flask, cast: Cast) -> FlaskClient:
    """An editor who is in the group."""
    with app.app_context():
        db.session.get_one(Person, cast.edyta).groups = ["Board"]
        db.session.commit()
    return sign_in(app, cast.edyta)


@pytest.fixture
def outsider(app: Flask, cast: Cast) -> FlaskClient:
    """An admin who is not."""
    return sign_in(app, cast.adam)


def _save(
    browser: FlaskClient, slug: str, based_on: int, *names: str, press: str = "save", **changes: str
) -> None:
    sent = [(io.BytesIO(_PNG + bytes([based_on])), name) for name in names]
    form = {**_FORM, **changes, "based_on": based_on, "widening": "y", "files": sent, press: "1"}
    saved = browser.post(f"/articles/{slug}/edit", data=form, content_type="multipart/form-data")
    assert saved.status_code == 303, saved.text


@pytest.fixture
def slug(member: FlaskClient) -> str:
    """An article for everyone with two files of the time when it was the group's: one was shown then, the other never."""
    first = member.post("/articles/new", data={**_FORM, "language": "en", "publish": "1"})
    slug = first.headers["Location"].split("/")[2]
    _save(member, slug, 1, "unused.png", "layoffs.png", body="![Who](file:layoffs.png)")
    _save(member, slug, 2, press="publish", audience="everyone", body="It moves in May.")
    return slug


def _status(browser: FlaskClient, slug: str, number: int) -> int:
    return browser.get(f"/articles/{slug}/files/{number}", buffered=True).status_code


def test_files_that_no_open_revision_shows_stay_the_groups(
    member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    assert [_status(member, slug, number) for number in (1, 2)] == [200, 200]
    assert [_status(outsider, slug, number) for number in (1, 2)] == [404, 404]
    page = outsider.get(f"/articles/{slug}/edit").text
    assert "unused" not in page
    assert "layoffs" not in page


def test_a_revision_for_others_that_shows_a_file_opens_it(
    app: Flask, cast: Cast, member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    _save(member, slug, 3, press="publish", audience="everyone", body="![Plan](file:unused.png)")
    assert [_status(outsider, slug, number) for number in (1, 2)] == [200, 404]
    assert _status(sign_in(app, cast.ewa), slug, 1) == 200


def test_the_name_of_an_upload_tells_nothing_of_hidden_ones(
    member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    for number, name in enumerate(("layoffs.png", "unused.png", "nobody-has-this.png"), start=3):
        _save(outsider, slug, number, name, audience="everyone", body=f"Text {number}")
    page = outsider.get(f"/articles/{slug}/edit").text
    assert all(f"file:{name}.png)" in page for name in ("layoffs", "unused", "nobody-has-this"))
    _save(outsider, slug, 6, "layoffs.png", audience="everyone", body="Text 6")
    assert "file:layoffs-2.png)" in outsider.get(f"/articles/{slug}/edit").text
    _save(outsider, slug, 7, press="publish", audience="everyone", body="![Mine](file:layoffs.png)")
    shown = outsider.get(f"/articles/{slug}").text
    assert f"/articles/{slug}/files/3" in shown
    assert f"/articles/{slug}/files/2" not in shown
