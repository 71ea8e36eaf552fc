"""Writing articles: drafts, publishing, conflicts, proposals, revisions; no text is ever lost."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.people.models import Person, SecurityEvent
from servicedesk.search.models import IndexChange
from tests.factories import Cast
from tests.knowledge import library

_FORM = {"title": "New article", "body": "## Steps\n\n- [ ] Do it\n", "audience": "everyone"}
_PNG = (
    b"\x89PNG\r\n\x1a\n"
    + b"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + b"\x00" * 40
)


def _save(client: FlaskClient, slug: str, based_on: int, press: str = "save", **fields: str) -> int:
    sent = {**_FORM, "based_on": str(based_on), press: "1", **fields}
    return client.post(f"/articles/{slug}/edit", data=sent).status_code


def _create(client: FlaskClient, press: str = "save", **fields: str) -> str:
    """Write an article and return the address it got."""
    answer = client.post("/articles/new", data={**_FORM, "language": "en", press: "1", **fields})
    assert answer.status_code == 303
    return answer.location.removesuffix("/edit").removeprefix("/articles/")


def test_a_draft_is_seen_by_readers_only_after_publishing(
    app: Flask, editor: FlaskClient, employee: FlaskClient
) -> None:
    slug = _create(editor)
    assert employee.get(f"/articles/{slug}").status_code == 404
    assert _save(editor, slug, 1, "publish", title="Published title") == 303
    assert "Published title" in employee.get(f"/articles/{slug}").text
    with app.app_context():
        article_id = library.get_state(app, slug).id
        assert (article_id, "article") in {
            (row.object_id, row.kind) for row in db.session.scalars(select(IndexChange))
        }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("tags", "x" * 41, "At most 40 letters each. Shorten “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx …”."),
        ("tags", ", ".join(f"tag-{n}" for n in range(21)), "At most 20 of these, not 21."),
        ("keywords", ", ".join(f"word {n}" for n in range(61)), "At most 60 of these, not 61."),
        ("facts_needed", "\n".join(f"fact {n}" for n in range(13)), "At most 12 of these, not 13."),
    ],
)
def test_a_list_that_is_too_long_is_refused_and_never_cut(
    editor: FlaskClient, field: str, value: str, said: str
) -> None:
    sent = {**_FORM, "language": "en", "save": "1", field: value}
    answer = editor.post("/articles/new", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert value in answer.text
    assert editor.get("/articles/edit").text.count("New article") == 0


def test_a_newer_draft_leaves_the_published_text_as_it_is(
    app: Flask, editor: FlaskClient, employee: FlaskClient
) -> None:
    slug = _create(editor, "publish")
    assert _save(editor, slug, 1, title="Half done", audience="staff", category="x") == 303
    page = employee.get(f"/articles/{slug}")
    assert (page.status_code, "Half done" in page.text) == (200, False)
    assert "Half done" in editor.get(f"/articles/{slug}/edit").text
    assert '>Drafts <span class="facet-count">1</span>' in editor.get("/articles/edit").text


def test_the_preview_needs_no_javascript_and_saves_nothing(app: Flask, editor: FlaskClient) -> None:
    slug = _create(editor)
    sent = {**_FORM, "body": "Some **bold** [x](article:nowhere)", "based_on": "1", "preview": "1"}
    page = editor.post(f"/articles/{slug}/edit", data=sent).text
    assert "Some <strong>bold</strong>" in page
    assert "These links lead to no article: nowhere" in page
    assert library.get_state(app, slug).newest_number == 1
    piece = editor.post(
        "/articles/preview", data={"body": "Some **bold**", "slug": slug, "language": "en"}
    ).text
    assert piece.lstrip().startswith('<div class="article-body')


def test_who_saves_second_keeps_their_text_and_is_told(
    app: Flask, cast: Cast, editor: FlaskClient, admin: FlaskClient
) -> None:
    slug = _create(editor)
    assert _save(admin, slug, 1, body="From Adam.") == 303
    sent = {**_FORM, "body": "From Edyta.", "based_on": "1", "publish": "1"}
    answer = editor.post(f"/articles/{slug}/edit", data=sent)
    assert answer.status_code == 409
    assert "From Edyta." in answer.text
    assert 'name="based_on" type="hidden" value="2"' in answer.text
    assert library.get_state(app, slug).newest_number == 2
    assert _save(editor, slug, 2, body="From Edyta.") == 303
    assert [one.body for one in library.get_state(app, slug).revisions][1:] == [
        "From Adam.",
        "From Edyta.",
    ]


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(app: Flask, editor: FlaskClient) -> None:
    answer = editor.post("/articles/new", data={**_FORM, "title": "", "language": "en", "save": "1"})
    assert answer.status_code == 422
    assert "Write a title." in answer.text
    assert "- [ ] Do it" in answer.text
    unknown = {**_FORM, "language": "en", "publish": "1", "body": "[x](article:nowhere)"}
    answer = editor.post("/articles/new", data=unknown)
    assert answer.status_code == 422
    assert "does not exist" in answer.text
    assert "[x](article:nowhere)" in answer.text
    nested = editor.post("/articles/new", data={**_FORM, "language": "en", "save": "1", "body": "> " * 30})
    assert nested.status_code == 422


def test_a_field_that_the_form_does_not_have_is_refused(editor: FlaskClient) -> None:
    assert (
        editor.post(
            "/articles/new", data={**_FORM, "language": "en", "save": "1", "state": "published"}
        ).status_code
        == 422
    )


def test_a_wider_audience_has_to_be_confirmed_and_is_recorded(
    app: Flask, editor: FlaskClient, employee: FlaskClient
) -> None:
    slug = _create(editor, "publish", audience="staff")
    answer = editor.post(f"/articles/{slug}/edit", data={**_FORM, "based_on": "1", "publish": "1"})
    assert answer.status_code == 422
    assert "More people than before" in answer.text
    assert employee.get(f"/articles/{slug}").status_code == 404
    assert _save(editor, slug, 1, "publish", widening="y") == 303
    assert employee.get(f"/articles/{slug}").status_code == 200
    number = library.get_state(app, slug).id
    with app.app_context():
        (recorded,) = db.session.scalars(
            select(SecurityEvent).where(SecurityEvent.kind == "article-audience-widened")
        )
        assert recorded.detail == str(number)


def test_nobody_publishes_for_a_group_they_are_not_in(editor: FlaskClient) -> None:
    sent = {**_FORM, "language": "en", "publish": "1", "audience": "group:Finance"}
    assert editor.post("/articles/new", data=sent).status_code == 422


def test_agents_propose_and_see_only_their_own_proposals(
    app: Flask, cast: Cast, agent: FlaskClient, editor: FlaskClient
) -> None:
    slug = _create(agent)
    library.write_draft(app, "others-draft", by_id=cast.piotr)
    assert agent.get("/articles/others-draft/edit").status_code == 404
    assert "Others draft" not in agent.get("/articles/edit").text
    assert "New article" in agent.get("/articles/edit").text
    assert (
        agent.post(f"/articles/{slug}/edit", data={**_FORM, "based_on": "1", "publish": "1"}).status_code
        == 403
    )
    assert library.get_state(app, slug).state == "draft"
    assert _save(editor, slug, 1, "publish") == 303
    assert agent.get(f"/articles/{slug}/edit").status_code == 403


def test_employees_have_no_editor(employee: FlaskClient) -> None:
    for address in ("/articles/edit", "/articles/new"):
        assert employee.get(address).status_code == 403
    assert employee.post("/articles/new", data=_FORM).status_code == 403


def test_groups_keep_their_articles_from_editors_and_admins_outside(
    app: Flask, cast: Cast, editor: FlaskClient, admin: FlaskClient
) -> None:
    library.publish(app, "bonus", title="Bonus rules", audience="group:Finance")
    for who in (editor, admin):
        for address in (
            "/articles/bonus",
            "/articles/bonus/edit",
            "/articles/bonus/revisions",
            "/articles/bonus/revisions/1",
        ):
            assert who.get(address).status_code == 404
        assert who.post("/articles/bonus/archive").status_code == 404
        assert "Bonus" not in who.get("/articles/edit?shelf=published").text
    assert "Finance: 1" in admin.get("/articles/edit").text
    assert "Finance" not in editor.get("/articles/edit").text
    with app.app_context():
        person = db.session.get_one(Person, cast.edyta)
        person.groups = ["Finance"]
        db.session.commit()
    assert editor.get("/articles/bonus/edit").status_code == 200


def test_a_revision_that_was_for_a_group_stays_with_the_group(
    app: Flask, cast: Cast, editor: FlaskClient, admin: FlaskClient
) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.edyta).groups = ["Finance"]
        db.session.commit()
    slug = _create(editor, "publish", audience="group:Finance", body="Secret bonus table.")
    _save(editor, slug, 1, "publish", body="Now open.", widening="y")
    assert admin.get(f"/articles/{slug}/revisions/1").status_code == 404
    assert admin.get(f"/articles/{slug}/revisions/2?against=1").status_code == 404
    assert "Secret" not in admin.get(f"/articles/{slug}/revisions/2").text
    assert "Revision 1" not in admin.get(f"/articles/{slug}/revisions").text
    assert "Secret" in editor.get(f"/articles/{slug}/revisions/2").text


def test_revisions_show_what_changed_in_words(editor: FlaskClient) -> None:
    slug = _create(editor, body="One two three.\n\nStays.\n")
    _save(editor, slug, 1, body="One 2 three.\n\nStays.\n", note="Numbers", tags="new-tag")
    listed = editor.get(f"/articles/{slug}/revisions").text
    assert listed.index("Revision 2") < listed.index("Revision 1")
    page = editor.get(f"/articles/{slug}/revisions/2").text
    assert '<del><span class="visually-hidden">[removed: </span>two<' in page
    assert '<ins><span class="visually-hidden">[added: </span>2<' in page
    assert "new-tag" in page


def test_archived_articles_are_gone_for_readers_and_come_back(
    app: Flask, editor: FlaskClient, employee: FlaskClient
) -> None:
    slug = _create(editor, "publish")
    assert editor.post(f"/articles/{slug}/archive").status_code == 303
    assert employee.get(f"/articles/{slug}").status_code == 404
    assert "New article" in editor.get("/articles/edit?shelf=archived").text
    assert _save(editor, slug, 1, "publish") == 303
    assert employee.get(f"/articles/{slug}").status_code == 200


def test_verifying_moves_the_review_a_year_ahead(app: Flask, editor: FlaskClient) -> None:
    slug = _create(editor, "publish", review_on="2020-01-01")
    assert "New article" in editor.get("/articles/edit?shelf=due").text
    editor.post(f"/articles/{slug}/verify")
    assert "New article" not in editor.get("/articles/edit?shelf=due").text


@pytest.mark.parametrize("title", ["Edit", "New", "Preview", "Zażółć gęślą jaźń", "!!!", "x" * 200])
def test_every_title_gets_an_address_of_its_own(editor: FlaskClient, title: str) -> None:
    first, second = _create(editor, title=title), _create(editor, title=title)
    assert first != second
    assert editor.get(f"/articles/{first}/edit").status_code == 200
    assert editor.get(f"/articles/{second}/edit").status_code == 200


def test_an_address_does_not_tell_that_a_hidden_article_has_the_title(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    library.publish(app, "layoffs-in-may", title="Layoffs in May", audience="group:Finance")
    library.write_draft(app, "office-closes", title="Office closes", by_id=cast.edyta)
    for title, stem in (
        ("Layoffs in May", "layoffs-in-may"),
        ("Office closes", "office-closes"),
        ("Nobody wrote this", "nobody-wrote-this"),
        ("Edit", "edit"),
    ):
        assert re.fullmatch(rf"{stem}-\d{{5}}", _create(agent, title=title))


def test_an_image_is_shown_to_readers_of_the_text_that_uses_it(
    app: Flask, editor: FlaskClient, employee: FlaskClient
) -> None:
    slug = _create(editor, "publish")
    sent = {
        **_FORM,
        "based_on": "1",
        "save": "1",
        "body": "![Menu](file:the-menu.png)",
        "files": (BytesIO(_PNG), "The Menu.PNG"),
    }
    assert editor.post(f"/articles/{slug}/edit", data=sent).status_code == 303
    number = 1
    address = f"/articles/{slug}/files/{number}"
    assert (
        f'src="{address}"'
        in editor.post(
            f"/articles/{slug}/edit", data={**sent, "files": "", "preview": "1", "based_on": "2"}
        ).text
    )
    assert editor.get(address, buffered=True).status_code == 200
    assert employee.get(address).status_code == 404
    assert _save(editor, slug, 2, "publish", body="![Menu](file:the-menu.png)") == 303
    answer = employee.get(address, buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert employee.get("/articles/other/files/1").status_code == 404


def test_a_script_in_a_picture_is_only_ever_a_download(app: Flask, editor: FlaskClient) -> None:
    """SVG is a page in disguise (security.md X4)."""
    slug = _create(editor)
    svg = (BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), "logo.svg")
    editor.post(f"/articles/{slug}/edit", data={**_FORM, "based_on": "1", "save": "1", "files": svg})
    answer = editor.get(f"/articles/{slug}/files/1", buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
