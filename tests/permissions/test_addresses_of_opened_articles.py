"""No address, list of events or history tells the title that an article had while fewer people could read it."""

import io
import re

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person, SecurityEvent
from tests.conftest import MIGRATIONS
from tests.factories import Cast, sign_in

_SECRET = "Plan to close Zamość"
_WORDS = "plan-to-close-zamosc"
_OPEN = "How offices are closed"
_PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def editor(app: Flask, cast: Cast) -> FlaskClient:
    """An editor who is in two groups."""
    with app.app_context():
        db.session.get_one(Person, cast.edyta).groups = ["Board", "Finance"]
        db.session.commit()
    return sign_in(app, cast.edyta)


@pytest.fixture
def admin(app: Flask, cast: Cast) -> FlaskClient:
    """An admin who is in none."""
    return sign_in(app, cast.adam)


def _write(editor: FlaskClient, press: str, title: str = _SECRET, body: str = "Soon.") -> str:
    form = {"title": title, "body": body, "audience": "group:Board", "language": "en", press: "1"}
    return editor.post("/articles/new", data=form).headers["Location"].split("/")[2]


def _save(editor: FlaskClient, slug: str, press: str, based_on: int, **changes: object) -> str:
    form = {"title": _OPEN, "body": "Late.", "audience": "everyone", "widening": "y", **changes}
    saved = editor.post(f"/articles/{slug}/edit", data={**form, "based_on": based_on, press: "1"})
    assert saved.status_code == 303, saved.text
    return saved.headers["Location"].split("/")[2]


@pytest.mark.parametrize("first", ["publish", "save"])
def test_an_article_that_is_opened_gets_an_address_of_the_title_that_all_may_read(
    app: Flask, cast: Cast, editor: FlaskClient, admin: FlaskClient, first: str
) -> None:
    old = _write(editor, first)
    assert _WORDS in old
    new = _save(editor, old, "publish", 1)
    assert re.fullmatch(r"how-offices-are-closed-\d{5}", new)
    page = admin.get(f"/articles/{new}").text + admin.get(f"/articles/{new}/edit").text
    lists = "".join(admin.get(f"/articles{place}").text for place in ("", "/edit", "/edit?shelf=published"))
    assert _WORDS not in page + lists
    assert admin.get(f"/articles/{old}").status_code == 404
    assert sign_in(app, cast.ewa).get(f"/articles/{old}/edit").status_code == 403
    assert editor.get(f"/articles/{old}").headers["Location"] == f"/articles/{new}"
    assert editor.get(f"/articles/{old}/edit").status_code == 200


def test_a_draft_that_others_see_from_now_on_gets_one_at_once(
    editor: FlaskClient, admin: FlaskClient
) -> None:
    old = _write(editor, "save")
    assert "No drafts" in admin.get("/articles/edit").text
    new = _save(editor, old, "save", 1)
    desk = admin.get("/articles/edit").text
    assert f"/articles/{new}/edit" in desk
    assert _WORDS not in desk


def test_an_address_that_tells_nothing_else_stays(editor: FlaskClient, admin: FlaskClient) -> None:
    old = _write(editor, "publish", title=_OPEN)
    assert _save(editor, old, "publish", 1) == old
    assert _save(editor, old, "publish", 2, title="Another title") == old, "All have read the first one"


def test_pictures_are_shown_at_the_new_address(app: Flask, editor: FlaskClient, admin: FlaskClient) -> None:
    old = _write(editor, "publish")
    picture = (io.BytesIO(_PNG), "office.png")
    old = _save(
        editor, old, "save", 1, title=_SECRET, audience="group:Board", files=picture, body="Soon, soon."
    )
    (name,) = set(re.findall(r"file:(office[\w.-]*)", editor.get(f"/articles/{old}/edit").text)) or {
        "office.png"
    }
    new = _save(editor, old, "publish", 2, body=f"![Office](file:{name})")
    page = admin.get(f"/articles/{new}").text
    (address,) = set(re.findall(r'src="(/articles/[^"]+/files/\d+)"', page))
    assert address.startswith(f"/articles/{new}/")
    assert admin.get(address, buffered=True).status_code == 200
    assert _WORDS not in page


def test_the_list_of_events_names_neither_title_nor_group(
    app: Flask, cast: Cast, editor: FlaskClient, admin: FlaskClient
) -> None:
    slug = _write(editor, "publish")
    new = _save(editor, slug, "publish", 1, audience="group:Finance")
    listed = admin.get("/admin/security-events").text
    assert "Article opened to more people" in listed
    assert all(words not in listed for words in (_WORDS, "how-offices", "Board", "Finance", _OPEN))
    with app.app_context():
        number = db.session.scalars(select(Article.id)).one()
    assert f"/articles/numbers/{number}" in listed
    assert admin.get(f"/articles/numbers/{number}").status_code == 404
    assert admin.get(f"/articles/numbers/{number + 1}").status_code == 404
    assert editor.get(f"/articles/numbers/{number}").headers["Location"] == f"/articles/{new}"


def test_what_the_list_told_before_is_told_no_more(
    app: Flask, editor: FlaskClient, admin: FlaskClient, cast: Cast
) -> None:
    slug = _write(editor, "publish")
    with app.app_context():
        for detail in (f"{slug}: group:Board -> group:Finance", "gone-long-ago: group:Board -> staff"):
            event = SecurityEvent(kind="article-audience-widened", person_id=cast.edyta, detail=detail)
            db.session.add(event)
        db.session.commit()
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0011")
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    listed = admin.get("/admin/security-events")
    assert listed.status_code == 200
    assert all(words not in listed.text for words in (_WORDS, "Board", "gone-long-ago"))
