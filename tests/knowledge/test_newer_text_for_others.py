"""A newer text of an article that is for a group: editors outside see nothing of it, not even that there is one."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.knowledge import library

_SECRET = "CANARYLAYOFFS"


@pytest.fixture
def member(app: Flask, cast: Cast) -> FlaskClient:
    """An editor of the group."""
    with app.app_context():
        person = db.session.get_one(Person, cast.piotr)
        person.roles, person.groups, person.language = ["editor"], ["Finance"], "en"
        db.session.commit()
    return sign_in(app, cast.piotr)


@pytest.fixture
def hidden(app: Flask, member: FlaskClient) -> None:
    """An article for everyone with a newer draft for the group, and another one that is the same without."""
    for slug in ("page", "twin"):
        library.publish(app, slug, title="Page", body="Of doors and keys.\n")
    assert _send(member, 1, body=_SECRET, audience="group:Finance", note=_SECRET).status_code == 303


def _send(
    client: FlaskClient, based_on: int, press: str = "save", *, slug: str = "page", **fields: str
) -> TestResponse:
    sent = {
        "title": "Page",
        "body": "Of doors.",
        "audience": "everyone",
        "based_on": str(based_on),
        press: "1",
    }
    return client.post(f"/articles/{slug}/edit", data=sent | fields)


def _told(client: FlaskClient, path: str) -> str:
    """Return what a page says, with the article's address and all that is random taken out."""
    page = re.sub(r"\b(page|twin)\b", "SLUG", client.get(path).text)
    page = re.sub(
        r'(value|nonce)="[^"]{20,}"|data-article="\d+"|datetime="[^"]*"|/(revisions|numbers)/\d+', "", page
    )
    return page[page.index("<main") : page.index("</main>")]


def test_all_its_pages_read_as_if_there_were_none(
    app: Flask, cast: Cast, hidden: None, editor: FlaskClient
) -> None:
    for client in (editor, sign_in(app, cast.adam)):
        for end in ("", "/edit", "/revisions", "/revisions/1", "/revisions/2"):
            own = client.get(f"/articles/page{end}")
            assert own.status_code == client.get(f"/articles/twin{end}").status_code
            assert _SECRET not in own.text
        for end in ("", "/edit", "/revisions", "/revisions/1"):
            assert _told(client, f"/articles/page{end}") == _told(client, f"/articles/twin{end}")
        for shelf in ("drafts", "due", "published", "archived"):
            answer = client.get(f"/articles/edit?shelf={shelf}")
            assert answer.status_code == 200
            page = answer.text
            assert page.count("/articles/page") == page.count("/articles/twin"), shelf


def test_what_is_saved_there_meets_no_conflict_and_the_group_is_told(
    app: Flask, hidden: None, editor: FlaskClient, member: FlaskClient, employee: FlaskClient
) -> None:
    assert "/articles/page" in member.get("/articles/edit?shelf=drafts").text
    assert _send(editor, 1).status_code == _send(editor, 1, slug="twin").status_code == 303
    newest = re.findall(r'name="based_on"[^>]*value="(\d+)"', editor.get("/articles/page/edit").text)
    assert _send(editor, int(newest[0]), "publish", body="Of doors and windows.").status_code == 303
    assert "windows" in employee.get("/articles/page").text
    assert _SECRET not in editor.get("/articles/page/edit").text
    assert "could not see revision" not in editor.get("/articles/page/edit").text
    assert "/articles/page" in member.get("/articles/edit?shelf=drafts").text
    assert "/articles/page" not in editor.get("/articles/edit?shelf=drafts").text
    page = member.get("/articles/page/edit").text
    assert "Whoever saved a newer text could not see revision 2" in page
    assert _SECRET in member.get("/articles/page/revisions/2").text
    # One that was open since before meets a conflict, as always.
    assert _send(member, 2, body=f"{_SECRET} more", audience="group:Finance").status_code == 409
    assert _send(member, 4, body=f"{_SECRET} both", audience="group:Finance").status_code == 303
    assert "could not see revision" not in member.get("/articles/page/edit").text


def test_each_article_waits_on_the_shelf_by_its_own_numbers(hidden: None, editor: FlaskClient) -> None:
    for based_on in (1, 2, 3):
        assert _send(editor, based_on, "publish", slug="twin", body=f"Number {based_on}.").status_code == 303
    assert "/articles/twin" not in editor.get("/articles/edit?shelf=drafts").text
    assert _send(editor, 4, slug="twin").status_code == 303
    assert "/articles/twin" in editor.get("/articles/edit?shelf=drafts").text


def test_publishing_without_a_change_publishes_what_is_seen(
    hidden: None, editor: FlaskClient, member: FlaskClient, employee: FlaskClient
) -> None:
    assert _send(editor, 1, "publish", body="Of doors and keys.\n").status_code == 303
    assert "Of doors and keys" in employee.get("/articles/page").text
    assert _SECRET in member.get("/articles/page/edit").text


def test_a_save_of_the_group_meanwhile_is_no_conflict_outside_and_an_open_one_is(
    hidden: None, editor: FlaskClient, member: FlaskClient
) -> None:
    assert _send(member, 2, body=f"{_SECRET} again", audience="group:Finance").status_code == 303
    assert _send(editor, 1).status_code == 303
    assert _send(editor, 1, body="From a page of before.").status_code == 409
    page = member.get("/articles/page/edit").text
    assert [f"could not see revision {number}," in page for number in (1, 2, 3, 4)] == [
        False, False, True, False,
    ]  # fmt: skip


def test_it_is_verified_and_archived_as_any_other(
    app: Flask, hidden: None, editor: FlaskClient, employee: FlaskClient
) -> None:
    assert editor.post("/articles/page/verify").status_code == 303
    assert editor.post("/articles/page/archive").status_code == 303
    assert employee.get("/articles/page").status_code == 404


def test_what_is_only_for_the_group_stays_absent(
    app: Flask, editor: FlaskClient, cast: Cast, member: FlaskClient
) -> None:
    library.write_draft(app, "own", by_id=cast.edyta, title="Page", body="Of doors.\n")
    assert _send(member, 1, slug="own", body=_SECRET, audience="group:Finance").status_code == 303
    assert editor.get("/articles/own/edit").status_code == 404
