"""What stands where on the page of staff: the requester first, languages, followers, files that belong to one box."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.files.models import StoredFile
from servicedesk.incidents.models import Incident, IncidentFile, Watcher
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, events, mails
from tests.incidents.library import file, publish, resolve, write_index


@pytest.fixture
def number(app: Flask, cast: Cast) -> int:
    """An incident of Ewa with the service desk."""
    return file(app, cast.ewa, "The printer jams on every page", category="email")


def page_of(client: FlaskClient, number: int, query: str = "") -> str:
    """Return the page of an incident."""
    return client.get(f"/incidents/{number}{query}").get_data(as_text=True)


def form_of(page: str, form_id: str) -> str:
    """Return the form with this id."""
    start = page.index(f'id="{form_id}" method="post"')
    return page[start : page.index("</form>", start)]


def file_in_polish(app: Flask, person_id: int, text: str) -> int:
    """File an incident from Polish pages."""
    number = file(app, person_id, text, category="email")
    with app.app_context():
        db.session.get_one(Incident, number).language = "pl"
        db.session.commit()
    return number


def followers(app: Flask, number: int) -> set[int]:
    """Return the ids of those who follow an incident."""
    with app.app_context():
        return set(db.session.scalars(select(Watcher.person_id).where(Watcher.incident_id == number)))


def test_the_side_begins_with_the_requester(app: Flask, cast: Cast, agent: FlaskClient, number: int) -> None:
    article = publish(app, "clear-a-jam", "Clear a jam in the printer")
    resolve(app, file(app, cast.olek, "My printer jams too", category="email"), article, by=cast.anna)
    write_index(app)
    page = page_of(agent, number)
    side = page[page.index("<aside") :]
    headings = re.findall(r"<h2>([^<]+)</h2>", side)
    assert headings == [
        "Requester", "Details", "Articles that may help", "Similar, resolved",
        "Let a colleague follow this", "Another team", "Known problem",
    ]  # fmt: skip
    assert side.index("ewa@example.com") < side.index(">Resolve<")


def test_what_else_the_requester_asked_for_is_one_click_away_as_far_as_it_may_be_seen(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    assert "of this person" not in page_of(agent, number)
    file(app, cast.ewa, "The mouse is dead", category="network")
    file(app, cast.ewa, "CANARYPAY", category="payroll")
    file(app, cast.olek, "Of somebody else", category="email")
    page = page_of(agent, number)
    assert "1 other incident of this person" in page
    address = f"/queue?requester={cast.ewa}&amp;state=all"
    assert address in page
    queue = agent.get(address.replace("&amp;", "&")).get_data(as_text=True)
    assert "The mouse is dead" in queue
    assert "Asked by Ewa Nowak" in queue
    assert "Of somebody else" not in queue
    assert "CANARYPAY" not in queue


def test_a_requester_of_whom_nothing_may_be_seen_has_no_name_in_the_queue(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    file(app, cast.ewa, "CANARYPAY", category="payroll")
    for requester_id in (cast.ewa, 99_999):
        queue = agent.get(f"/queue?requester={requester_id}&state=all").get_data(as_text=True)
        assert "Asked by one colleague" in queue
        assert "Ewa" not in queue


def test_titles_say_their_language(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    publish(app, "usun-zaciecie", "Usuń zacięcie w drukarce", "Papier i drukarka.", language="pl")
    number = file_in_polish(app, cast.olek, "Drukarka się zacina")
    write_index(app)
    answer(agent, app, number, "Pomoże article:usun-zaciecie")
    resolve(app, number, 1, by=cast.anna)
    write_index(app)
    page = page_of(agent, number)
    assert '<h1 lang="pl">Drukarka się zacina</h1>' in page
    titles = re.findall(r"<a[^>]*>(?:<svg.*?</svg>)?Usuń zacięcie w drukarce</a>", page)
    assert len(titles) >= 3  # What solved it, what may help, and in the conversation.
    assert all('lang="pl"' in title for title in titles)
    other = page_of(agent, file_in_polish(app, cast.ewa, "Drukarka się zacina znowu"))
    assert re.search(r'<a [^>]*lang="pl">Drukarka się zacina</a>', other)
    resolving = agent.get(f"/incidents/{number + 1}/resolve").get_data(as_text=True)
    assert '<span lang="pl">Usuń zacięcie w drukarce</span>' in resolving


def test_the_team_lets_a_colleague_follow(
    app: Flask, cast: Cast, agent: FlaskClient, colleague: FlaskClient, number: int
) -> None:
    assert agent.post(f"/incidents/{number}/watchers", data={"colleague": "olek"}).status_code == 303
    assert followers(app, number) == {cast.olek}
    assert ("watcher_added", "", "Olek Żak") in events(app, number)
    page = page_of(agent, number)
    assert "1 colleague follows this" in page
    assert "Olek Żak" in page
    assert colleague.get(f"/incidents/{number}").status_code == 200
    agent.post(f"/incidents/{number}/notes", data={"note": "CANARYNOTE"})
    answer(agent, app, number, "Which printer?")
    assert "CANARYNOTE" not in page_of(colleague, number)
    assert ("answered_by_desk", cast.olek, "waiting") in mails(app, number)


def test_a_colleague_who_is_not_found_is_said_on_the_page_of_staff(
    app: Flask, agent: FlaskClient, number: int
) -> None:
    for name in ("nobody.known", "Olek Żak", "zoe", "ewa", ""):
        refused = agent.post(f"/incidents/{number}/watchers", data={"colleague": name})
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert 'class="work-side"' in page
        assert f'value="{name}"' in page
        assert 'aria-describedby="colleague-hint colleague-error"' in page
    assert followers(app, number) == set()


def test_nobody_is_asked_for_followers_where_none_may_be_added(app: Flask, cast: Cast) -> None:
    foreign = file(app, cast.ewa, "The network is slow", category="network")
    restricted = file(app, cast.ewa, "Pay", category="payroll")
    for name, number in (("anna", foreign), ("hanna", restricted)):
        page = page_of(sign_in(app, getattr(cast, name)), number)
        assert 'class="work-side"' in page
        assert "/watchers" not in page


def test_a_file_stays_with_the_box_that_it_was_put_into(
    agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    """A note's file must never be sent with an answer because something else was wrong with the note."""
    sent = {"note": " ", "files": (BytesIO(b"secret"), "secret.log")}
    refused = agent.post(f"/incidents/{number}/notes", data=sent, content_type="multipart/form-data")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "secret.log" in form_of(page, "note")
    assert "secret.log" not in form_of(page, "answer")
    assert re.search(r'id="box-note"[^>]*checked', page)
    employee.post(f"/incidents/{number}/answer", data={"text": "It works again."})
    public = {"text": "See it", "seen": "0", "files": (BytesIO(b"open"), "open.log")}
    refused = agent.post(f"/incidents/{number}/desk-answers", data=public, content_type="multipart/form-data")
    assert refused.status_code == 409
    page = refused.get_data(as_text=True)
    assert "open.log" in form_of(page, "answer")
    assert "open.log" not in form_of(page, "note")


@pytest.mark.parametrize(("place", "field"), [("desk-answers", "text"), ("notes", "note")])
def test_a_file_is_taken_off_again_without_javascript(
    app: Flask, agent: FlaskClient, number: int, place: str, field: str
) -> None:
    uploads = [
        agent.post("/incidents/uploads", data={"file": (BytesIO(b"x"), name)}).json
        for name in ("a.txt", "b.txt")
    ]
    ids = [upload["id"] for upload in uploads if upload]
    data: dict[str, object] = {field: "Half a sentence", "file_ids": ids, "remove_file": str(ids[0])}
    if place == "desk-answers":
        data["seen"] = 0
    taken = agent.post(f"/incidents/{number}/{place}", data=data)
    page = taken.get_data(as_text=True)
    assert taken.status_code == 200
    assert "Half a sentence</textarea>" in page
    assert "b.txt" in page
    assert "a.txt" not in page
    with app.app_context():
        assert db.session.scalars(select(IncidentFile)).all() == []
        assert [stored.name for stored in db.session.scalars(select(StoredFile))] == ["b.txt"]


def test_each_box_is_kept_in_the_browser_under_its_own_name(agent: FlaskClient, number: int) -> None:
    page = page_of(agent, number)
    assert f'data-keep="desk-answer-{number}"' in form_of(page, "answer")
    assert f'data-keep="note-{number}"' in form_of(page, "note")
    assert page.count("data-uploads") == 2
