"""Files that came with a form that could not be used stay, are named, and are shown by the next save."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.files.models import StoredFile
from servicedesk.incidents.actions.drafts import get_draft
from servicedesk.knowledge.models import ArticleFile
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import send
from tests.incidents.library import file
from tests.knowledge import library
from tests.knowledge.test_pictures import _png

_TEXT = "Open the door.\n\n![The door](file:shot.png)\n"


@pytest.fixture
def slug(app: Flask) -> str:
    """A published article."""
    library.publish(app, "the-door", title="The door", body="Push.\n")
    return "the-door"


def fields(**more: Any) -> dict[str, Any]:
    """Return the form as the editor filled it in, with a picture."""
    picture = (io.BytesIO(_png()), "shot.png")
    usual = {"title": "The door", "body": _TEXT, "audience": "everyone", "based_on": "1", "files": picture}
    return {**usual, "save": "1", **more}


def base_of(page: str) -> str:
    """Return the revision that the form of a page builds on."""
    found = re.search(r'name="based_on"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_a_conflict_keeps_the_picture_and_saving_again_shows_it(
    app: Flask, editor: FlaskClient, admin: FlaskClient, slug: str
) -> None:
    path = f"/articles/{slug}/edit"
    without = {name: value for name, value in fields(body="Pull.\n").items() if name != "files"}
    assert admin.post(path, data=without).status_code == 303
    refused = editor.post(path, data=fields())
    assert refused.status_code == 409
    assert "These files came with it and are kept: shot.png" in refused.text
    assert "![The door](file:shot.png)" in refused.text
    again = fields(based_on=base_of(refused.text), publish="1")
    assert (
        editor.post(path, data={k: v for k, v in again.items() if k not in ("files", "save")}).status_code
        == 303
    )
    page = editor.get(f"/articles/{slug}").text
    address = re.search(r'src="(/articles/the-door/files/\d+)"', page)
    assert address is not None
    with editor.get(address[1]) as picture:
        assert picture.data == _png()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"title": ""}, 422),
        ({"body": "See [this](article:none-12345)", "publish": "1", "save": ""}, 422),
        ({"preview": "1", "save": ""}, 200),
        ({"time_minutes": "soon"}, 422),
    ],
)
def test_whatever_is_said_the_picture_stays(
    app: Flask, editor: FlaskClient, slug: str, more: dict[str, str], status: int
) -> None:
    answer = editor.post(f"/articles/{slug}/edit", data=fields(**more))
    assert answer.status_code == status
    assert "are kept: shot.png" in answer.text
    with app.app_context():
        assert db.session.scalars(select(ArticleFile.name)).all() == ["shot.png"]
        assert db.session.scalars(select(StoredFile.is_claimed)).all() == [True]


def test_of_several_files_one_that_is_refused_costs_neither_text_nor_the_others(
    app: Flask, editor: FlaskClient, slug: str
) -> None:
    both = [(io.BytesIO(b""), "empty.png"), (io.BytesIO(_png()), "shot.png")]
    answer = editor.post(f"/articles/{slug}/edit", data=fields(files=both))
    assert answer.status_code == 422
    assert "empty.png: This file is empty" in answer.text
    assert "are kept: shot.png" in answer.text
    assert library.get_state(app, slug).newest_number == 1


def test_an_answer_to_a_closed_incident_keeps_its_file_and_words(
    app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient
) -> None:
    number = file(app, cast.ewa, "The door is stuck", category="email")
    send(agent, app, number, "resolve", kind="not_needed", reason="other")
    send(agent, app, number, "state", state="closed")
    sent = {"text": "It is stuck again", "files": (io.BytesIO(_png()), "shot.png")}
    answer = employee.post(f"/incidents/{number}/answer", data=sent)
    assert answer.status_code == 409
    assert "It is stuck again" in answer.text
    assert "Reopen it to write more" in answer.text
    assert re.search(r'name="file_ids" value="\d+"', answer.text)


def test_what_may_not_be_filed_waits_in_the_draft_with_its_file(app: Flask, cast: Cast) -> None:
    employee = sign_in(app, cast.adam)
    with app.app_context():
        hr = db.session.execute(db.text("SELECT id FROM categories WHERE key = 'payroll'")).scalar_one()
    sent = {
        "text": "About pay", "requester": "ewa", "category_id": str(hr), "files": (io.BytesIO(_png()), "shot.png"),
    }  # fmt: skip
    assert employee.post("/incidents", data=sent).status_code == 403
    with app.app_context():
        draft = get_draft(cast.adam)
    assert draft.text == "About pay"
    assert len(draft.file_ids) == 1
