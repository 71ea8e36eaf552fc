"""What was drafted from an incident is closed with it: draft, published text, revisions, files, index, files on disk.

The words of an incident are the incident's, wherever they were copied to.
"""

import re
from collections.abc import Callable
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.indexing import article_texts
from servicedesk.knowledge.models import Article
from servicedesk.people.models import SecurityEvent
from servicedesk.people.rules import ARTICLE_WIDENED
from tests.conftest import MIGRATIONS
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, read, send, team_id
from tests.incidents.library import file, write_index
from tests.permissions.secrets import mark

_TITLE, _ANSWER = mark("title of a lonely matter"), mark("answer to a lonely matter")
_CLEAN = "How to take a week off"
Close = Callable[[Flask, FlaskClient, int], None]


def _move(key: str) -> Close:
    def move(app: Flask, agent: FlaskClient, number: int) -> None:
        assert send(agent, app, number, "team", team_id=team_id(app, key)).status_code == 303

    return move


def _set_class(visibility: str) -> Close:
    def change(app: Flask, _agent: FlaskClient, _number: int) -> None:
        desk, network = team_id(app, "service-desk"), team_id(app, "network")
        of_desk = TeamMember.team_id == desk
        with app.app_context():
            db.session.execute(update(Team).where(Team.id == desk).values(visibility=visibility))
            db.session.execute(update(TeamMember).where(of_desk).values(team_id=network))
            db.session.commit()

    return change


WAYS = {
    "moved to a restricted team": _move("hr"),
    "moved to a team that keeps to itself": _move("legal"),
    "its team became restricted": _set_class("restricted"),
    "its team keeps to itself now": _set_class("team"),
}
ways = pytest.mark.parametrize("close", WAYS.values(), ids=WAYS)


@pytest.fixture
def number(app: Flask, cast: Cast, agent: FlaskClient) -> int:
    """An incident of Ewa's that Anna answered, and from which she proposed an article."""
    number = file(app, cast.ewa, f"My holiday {_TITLE} is wrong", category="email")
    answer(agent, app, number, f"Take it again {_ANSWER}.")
    assert send(agent, app, number, "resolve", kind="proposed").status_code == 303
    return number


def _slug(app: Flask, number: int) -> str:
    with app.app_context():
        drafted = select(Article.slug).join(Incident, Incident.proposed_article_id == Article.id)
        return db.session.scalars(drafted.where(Incident.id == number)).one()


def _form(app: Flask, slug: str, **changes: object) -> dict[str, object]:
    with app.app_context():
        article = db.session.scalars(select(Article).where(Article.slug == slug)).one()
        newest = article.revisions[-1]
        return {
            "title": newest.title, "body": newest.body, "audience": newest.audience, "based_on": newest.number,
            **changes,
        }  # fmt: skip


def _publish(app: Flask, browser: FlaskClient, slug: str, **changes: object) -> int:
    form = _form(app, slug, publish="yes", **changes)
    return browser.post(f"/articles/{slug}/edit", data=form).status_code


def _pages(browser: FlaskClient, slug: str) -> dict[str, int]:
    places = ("", "/edit", "/revisions", "/revisions/1")
    return {place: browser.get(f"/articles/{slug}{place}").status_code for place in places}


def _lists(browser: FlaskClient) -> str:
    addresses = (
        "/articles/edit", "/articles/edit?shelf=published", f"/articles/edit?text={_TITLE}", "/articles", "/queue?state=all",
        "/search?q=holiday", "/incidents/suggestions?text=my+holiday+is+wrong", "/api/v1/suggestions?text=my+holiday",
    )  # fmt: skip
    typed = f'value="{_TITLE}"'
    return "".join(browser.get(address).text for address in addresses).replace(typed, "")


@ways
def test_a_proposed_draft_is_withdrawn_the_moment_its_incident_is_closed(
    app: Flask, cast: Cast, agent: FlaskClient, number: int, close: Close
) -> None:
    slug = _slug(app, number)
    people = {name: sign_in(app, getattr(cast, name)) for name in ("anna", "piotr", "edyta", "ewa")}
    assert people["edyta"].get(f"/articles/{slug}/edit").status_code == 200
    close(app, agent, number)
    for name, browser in people.items():
        assert set(_pages(browser, slug).values()) <= {404, 403 if name == "ewa" else 404}, name
        seen = _lists(browser)
        assert _ANSWER not in seen, name
        assert name == "ewa" or _TITLE not in seen, name
    assert _publish(app, people["edyta"], slug) == 404
    form = _form(app, slug)
    assert people["edyta"].post("/articles/preview", data={"body": "x", "slug": slug}).status_code == 404
    copy = {**form, "language": "pl", "translation_of": slug, "save": "yes"}
    assert people["edyta"].post("/articles/new", data=copy).status_code == 422


@ways
def test_a_published_one_is_taken_from_its_readers_with_all_its_traces(
    app: Flask, cast: Cast, agent: FlaskClient, number: int, tmp_path: Path, close: Close
) -> None:
    slug, editor, reader = _slug(app, number), sign_in(app, cast.edyta), sign_in(app, cast.olek)
    assert _publish(app, editor, slug) == 303
    write_index(app)
    assert _ANSWER in reader.get(f"/articles/{slug}").text
    assert _TITLE in _lists(reader)
    close(app, agent, number)
    for browser in (reader, editor, agent, sign_in(app, cast.ewa)):
        assert browser.get(f"/articles/{slug}").status_code == 404
    assert _TITLE not in _lists(reader) + _lists(editor)
    with app.app_context():
        jobs.update_search()
        assert all(_TITLE not in text.title for text in article_texts())
    told = editor.get("/articles/edit").text
    assert "1 article is closed, for the incident that it was drafted from" in told
    exported, synced = tmp_path / "exported", tmp_path / "synced"
    synced.mkdir()
    app.test_cli_runner().invoke(args=["kb", "export", str(exported)])
    app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(synced)])
    assert [
        path for path in (*exported.rglob("*.md"), *synced.rglob("*.md")) if _TITLE in path.read_text()
    ] == []


def test_a_file_of_a_closed_article_is_named_and_left_alone(
    app: Flask, cast: Cast, agent: FlaskClient, number: int, tmp_path: Path
) -> None:
    slug = _slug(app, number)
    _publish(app, sign_in(app, cast.edyta), slug)
    app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(tmp_path)])
    written = next(tmp_path.rglob("*.md"))
    before = written.read_text().replace(_ANSWER, "another word")
    written.write_text(before)
    _move("hr")(app, agent, number)
    done = app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(tmp_path)])
    assert done.exit_code == 1
    assert "drafted from an incident that only one team may read" in done.output
    assert written.read_text() == before
    assert sign_in(app, cast.olek).get(f"/articles/{slug}").status_code == 404


def test_the_team_that_has_the_incident_reads_what_was_drafted_and_nobody_publishes_it(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug = _slug(app, number)
    _move("legal")(app, agent, number)
    assert _pages(sign_in(app, cast.lena), slug) == {
        "": 404,
        "/edit": 200,
        "/revisions": 200,
        "/revisions/1": 200,
    }
    admin = sign_in(app, cast.adam)  # Admins see what is one team's own, but not what is restricted.
    assert admin.get(f"/articles/{slug}/edit").status_code == 200
    assert _publish(app, admin, slug) == 403
    _move("hr")(app, sign_in(app, cast.lena), number)
    assert admin.get(f"/articles/{slug}/edit").status_code == 404
    assert sign_in(app, cast.hanna).get(f"/articles/{slug}/revisions/1").status_code == 200


def test_back_with_a_team_that_hides_nothing_the_draft_is_back_as_well(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug, hanna = _slug(app, number), sign_in(app, cast.hanna)
    _move("hr")(app, agent, number)
    send(hanna, app, number, "team", team_id=team_id(app, "network"), is_confirmed="y")
    assert read(app, number).team_id == team_id(app, "network")
    assert agent.get(f"/articles/{slug}/edit").status_code == 200


def test_whoever_moves_it_is_asked_about_the_published_article_and_told_that_it_is_closed(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug = _slug(app, number)
    assert "open_article_ids" not in agent.get(f"/incidents/{number}").text
    _publish(app, sign_in(app, cast.edyta), slug)
    page = agent.get(f"/incidents/{number}").text
    assert 'name="open_article_ids"' in page
    assert f'href="/articles/{slug}"' in page
    assert "It may stay open: I have read it" in page
    _move("hr")(app, agent, number)
    assert "1 article that was drafted from it is closed with it" in agent.get("/queue").text


def test_what_its_mover_vouches_for_stays_but_not_the_revisions_before_it(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug, editor = _slug(app, number), sign_in(app, cast.edyta)
    assert _publish(app, editor, slug, title=_CLEAN, body="Ask early.\n") == 303
    with app.app_context():
        article_id = db.session.scalars(select(Article.id).where(Article.slug == slug)).one()
    moved = send(agent, app, number, "team", team_id=team_id(app, "hr"), open_article_ids=[article_id])
    assert moved.status_code == 303
    slug = _slug(app, number)
    assert slug.startswith("how-to-take-a-week-off-")
    assert _CLEAN in sign_in(app, cast.olek).get(f"/articles/{slug}").text
    assert _pages(editor, slug) == {"": 200, "/edit": 200, "/revisions": 200, "/revisions/1": 404}
    revisions = (
        editor.get(f"/articles/{slug}/revisions").text + editor.get(f"/articles/{slug}/revisions/2").text
    )
    assert _TITLE not in revisions
    assert _ANSWER not in revisions
    assert (
        _pages(sign_in(app, cast.hanna), slug)["/revisions/1"] == 403
    )  # Nothing of hers to change any more.


def test_nobody_vouches_for_an_article_that_they_do_not_see_whole(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug, editor = _slug(app, number), sign_in(app, cast.edyta)
    _publish(app, editor, slug, title=_CLEAN, body="Ask early.\n")
    editor.post(f"/articles/{slug}/edit", data=_form(app, slug, body="Ask Ewa.\n", save="yes"))
    with app.app_context():
        article_id = db.session.scalars(select(Article.id).where(Article.slug == slug)).one()
    page = agent.get(f"/incidents/{number}").text
    assert "open_article_ids" not in page
    moved = send(agent, app, number, "team", team_id=team_id(app, "hr"), open_article_ids=[article_id])
    assert moved.status_code == 403
    foreign = send(agent, app, number, "team", team_id=team_id(app, "hr"), open_article_ids=[99_999])
    assert foreign.status_code == 404
    assert read(app, number).team_id == team_id(app, "service-desk")


def test_the_lead_of_the_restricted_team_opens_a_text_that_was_cleaned_and_an_editor_publishes_it(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug, editor, lead = _slug(app, number), sign_in(app, cast.edyta), sign_in(app, cast.hanna)
    _publish(app, editor, slug)
    _move("hr")(app, agent, number)
    page = lead.get(f"/incidents/{number}").text
    address = re.search(r'action="(/incidents/\d+/drafted-articles/\d+/opening)"', page)
    assert address
    assert "Drafted from this conversation and closed with it" in page
    lead.post(f"/articles/{slug}/edit", data=_form(app, slug, title=_CLEAN, body="Ask early.\n", save="yes"))
    with app.app_context():
        db.session.execute(update(TeamMember).where(TeamMember.person_id == cast.hanna).values(is_lead=False))
        db.session.commit()
    version = {"version": read(app, number).version}
    assert lead.post(address[1], data=version).status_code == 403
    with app.app_context():
        db.session.execute(update(TeamMember).where(TeamMember.person_id == cast.hanna).values(is_lead=True))
        db.session.commit()
    assert lead.post(address[1], data=version).status_code == 303
    with app.app_context():
        (told,) = db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == ARTICLE_WIDENED))
        assert told.person_id == cast.hanna
    assert editor.get(f"/articles/{slug}/edit").status_code == 404, "Its old address leads nobody to it"
    slug, reader = _slug(app, number), sign_in(app, cast.olek)
    assert reader.get(f"/articles/{slug}").status_code == 404, (
        "Readers had the first text, which stays closed"
    )
    assert _publish(app, editor, slug) == 303
    shown = reader.get(f"/articles/{slug}").text
    assert _CLEAN in shown
    assert _ANSWER not in shown
    assert editor.get(f"/articles/{slug}/revisions/1").status_code == 404


def test_an_earlier_proposal_of_the_same_incident_is_closed_as_well(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    first = _slug(app, number)
    send(agent, app, number, "desk-reopening", text="Again")
    send(agent, app, number, "resolve", kind="proposed")
    second, editor = _slug(app, number), sign_in(app, cast.edyta)
    assert first != second
    _move("hr")(app, agent, number)
    assert {editor.get(f"/articles/{slug}/edit").status_code for slug in (first, second)} == {404}


def test_a_translation_is_closed_by_what_closes_its_original(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    slug, editor = _slug(app, number), sign_in(app, cast.edyta)
    form = {**_form(app, slug), "language": "pl", "translation_of": slug, "publish": "yes"}
    written = editor.post("/articles/new", data={**form, "title": "Urlop", "body": f"Urlop {_ANSWER}\n"})
    address = written.headers["Location"]
    assert editor.get(address).status_code == 200
    _move("hr")(app, agent, number)
    assert {editor.get(f"{address}{place}").status_code for place in ("", "/edit", "/revisions")} == {404}


def test_what_was_proposed_before_this_was_known_is_closed_as_well(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    first = _slug(app, number)
    send(agent, app, number, "desk-reopening", text="Again")
    send(agent, app, number, "resolve", kind="proposed")
    _move("hr")(app, agent, number)
    with app.app_context():
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0004")
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    editor = sign_in(app, cast.edyta)
    slugs = (first, _slug(app, number))
    assert {editor.get(f"/articles/{slug}/edit").status_code for slug in slugs} == {404}
