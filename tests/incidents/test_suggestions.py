"""What the form suggests, to whom, why, and what is remembered of it."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import config
from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.incidents.actions import resolving
from servicedesk.incidents.models import Draft, Incident
from servicedesk.incidents.queries.learning import solved_texts
from servicedesk.incidents.suggestions.models import FormSession, SuggestionAnswer, SuggestionOpened
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from tests.conftest import settings_for
from tests.factories import Cast, sign_in
from tests.incidents.library import QueryCounter, file, publish, resolve, write_index

SESSION = "a-visit-to-the-form-1"
_MOST_QUERIES = 12


@pytest.fixture
def vpn(app: Flask) -> int:
    return publish(
        app,
        "vpn-does-not-connect",
        "VPN does not connect",
        "Restart the VPN client, then sign in to it again.",
    )


@pytest.fixture
def printer(app: Flask) -> int:
    return publish(app, "printer-jam", "The printer has a paper jam", "Open the tray and pull the paper out.")


def ask(client: FlaskClient, text: str, session: str = SESSION) -> str:
    """Ask as the page does."""
    answer = client.get("/incidents/suggestions", query_string={"text": text, "session": session})
    assert answer.status_code == 200
    return answer.text


def test_the_article_whose_words_match_is_suggested_with_the_reason(
    app: Flask, employee: FlaskClient, vpn: int, printer: int
) -> None:
    write_index(app)
    page = ask(employee, "my vpn does not connect")
    assert "VPN does not connect" in page
    assert "matches: " in page
    assert "paper jam" not in page
    assert 'data-count="1"' in page


def test_an_article_far_behind_the_best_one_takes_no_attention_from_it(
    app: Flask, employee: FlaskClient, vpn: int
) -> None:
    publish(app, "rooms", "Book a meeting room", "Rooms have screens. Some connect by cable.")
    publish(app, "tokens", "VPN token expired", "The VPN does not connect when the token has expired.")
    write_index(app)
    page = ask(employee, "my vpn does not connect to the office")
    assert "VPN does not connect" in page
    assert "VPN token expired" in page
    assert "Book a meeting room" not in page
    assert "Book a meeting room" in ask(employee, "cable for the screen")


def test_the_reason_names_first_what_says_most(app: Flask, employee: FlaskClient, vpn: int) -> None:
    for number in range(3):
        publish(app, f"chair-{number}", "A new chair", "Sign the form.")
    write_index(app)
    assert "matches: vpn, sign" in ask(employee, "sign vpn")


def test_a_resolved_incident_teaches_words_that_the_article_does_not_have(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int, printer: int
) -> None:
    publish(app, "words", "Words of everyday", "A tunnel, a thingy, what refuses and what is at home.")
    write_index(app)
    words = "the tunnel thingy refuses me at home"
    assert "VPN does not connect" not in ask(employee, words)
    number = file(app, cast.olek, "At home the tunnel thingy refuses me since today", category="email")
    resolve(app, number, vpn, by=cast.anna)
    write_index(app)
    page = ask(employee, words)
    assert "VPN does not connect" in page
    assert "helped with similar problems" in page
    assert "since today" not in page


def test_a_link_that_staff_remove_stops_counting(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int
) -> None:
    number = file(app, cast.olek, "The tunnel thingy refuses me", category="email")
    resolve(app, number, vpn, by=cast.anna)
    with app.app_context():
        incident = db.session.get_one(Incident, number)
        resolving.remove_article(incident, vpn, db.session.get_one(Person, cast.anna))
        db.session.commit()
        assert list(solved_texts()) == []
    write_index(app)
    assert "VPN does not connect" not in ask(employee, "the tunnel thingy refuses me")


@pytest.mark.parametrize(("category", "agent"), [("payroll", "hanna"), ("contracts", "lena")])
def test_incidents_of_closed_teams_teach_nothing(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int, category: str, agent: str
) -> None:
    number = file(app, cast.olek, "The zanzibar procedure refuses me", category=category)
    resolve(app, number, vpn, by=getattr(cast, agent))
    with app.app_context():
        assert list(solved_texts()) == []
    write_index(app)
    assert "VPN does not connect" not in ask(employee, "zanzibar procedure refuses me")


def test_an_open_incident_teaches_nothing_and_a_reopened_one_no_more(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int
) -> None:
    number = file(app, cast.ewa, "The tunnel thingy refuses me", category="email")
    resolve(app, number, vpn, by=cast.anna)
    with app.app_context():
        assert [text.article_ids for text in solved_texts([number])] == [(vpn,)]
    employee.post(f"/incidents/{number}/answer", data={"text": "It is back.", "then": "reopen"})
    with app.app_context():
        assert list(solved_texts([number])) == []


def test_an_article_for_others_is_not_suggested(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int
) -> None:
    publish(app, "vpn-for-finance", "VPN of the finance people", "vpn vpn vpn", audience="group:Finance")
    publish(app, "vpn-for-staff", "VPN for staff", "vpn vpn vpn", audience="staff")
    write_index(app)
    seen_by = {name: ask(sign_in(app, getattr(cast, name)), "vpn") for name in ("ewa", "olek", "anna")}
    assert [name for name, page in seen_by.items() if "finance people" in page] == ["olek"]
    assert [name for name, page in seen_by.items() if "VPN for staff" in page] == ["anna"]


def test_an_article_withdrawn_after_indexing_is_not_suggested(
    app: Flask, employee: FlaskClient, vpn: int
) -> None:
    write_index(app)
    with app.app_context():
        db.session.get_one(Article, vpn).state = "archived"
        db.session.commit()
    assert "VPN does not connect" not in ask(employee, "vpn does not connect")


def test_an_article_and_its_translation_are_one_suggestion_in_ones_own_language(
    app: Flask, employee: FlaskClient, colleague: FlaskClient, vpn: int
) -> None:
    publish(
        app,
        "vpn-sie-nie-laczy",
        "VPN się nie łączy",
        "Uruchom ponownie VPN.",
        language="pl",
        translation_of=vpn,
    )
    write_index(app)
    english, polish = ask(employee, "vpn"), ask(colleague, "vpn")
    assert "VPN does not connect" in english
    assert "się nie łączy" not in english
    assert "VPN się nie łączy" in polish
    assert "VPN does not connect" not in polish


def test_an_article_without_translation_is_marked_with_its_language(
    app: Flask, colleague: FlaskClient, vpn: int
) -> None:
    write_index(app)
    page = ask(colleague, "vpn")
    assert '<li class="answer" lang="en">' in page
    assert "English</span>" in page


def test_without_an_index_nothing_is_suggested_and_the_form_works(
    app: Flask, cast: Cast, employee: FlaskClient, settings: config.Settings, vpn: int
) -> None:
    assert 'data-count="0"' in ask(employee, "vpn does not connect")
    write_index(app)
    assert "VPN does not connect" in ask(employee, "vpn does not connect")
    shutil.rmtree(settings.index_dir)
    assert 'data-count="0"' in ask(employee, "vpn does not connect")
    answer = employee.post("/incidents", data={"text": "VPN is down", "key": "k"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "text", ["", "  ", "vp", "\0\0\0\0", "(((((", "a" * 100_000, "🙂🙂🙂🙂", "* OR title:x"]
)
def test_any_text_gets_an_answer(app: Flask, employee: FlaskClient, vpn: int, text: str) -> None:
    write_index(app)
    assert 'data-count="0"' in ask(employee, text)


def test_what_was_shown_is_remembered_with_what_it_takes_to_replay_it(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int
) -> None:
    write_index(app)
    ask(employee, "vpn")
    ask(employee, "vpn does not connect")
    with app.app_context():
        visit = db.session.get_one(FormSession, SESSION)
        assert (visit.person_id, visit.text, visit.is_control, visit.outcome) == (
            cast.ewa, "vpn does not connect", False, "",
        )  # fmt: skip
        answers = db.session.scalars(select(SuggestionAnswer).order_by(SuggestionAnswer.id)).all()
        assert [answer.text for answer in answers] == ["vpn", "vpn does not connect"]
        assert [shown["article_id"] for shown in answers[0].shown] == [vpn]
        assert answers[0].generation > 0
        assert answers[0].weights
        assert answers[0].took_ms > 0


def test_opening_and_solving_are_remembered_and_end_the_draft(
    app: Flask, cast: Cast, employee: FlaskClient, vpn: int
) -> None:
    write_index(app)
    employee.post("/incidents/draft", data={"text": "vpn does not connect", "session": SESSION})
    ask(employee, "vpn does not connect")
    page = employee.get("/incidents/new/articles/vpn-does-not-connect", query_string={"session": SESSION})
    assert "Restart the VPN client" in page.text
    assert "This solved it" in page.text
    assert "Still stuck" in page.text
    answer = employee.post(
        "/incidents/suggestions/solved", data={"article": "vpn-does-not-connect", "session": SESSION}
    )
    assert answer.status_code == 303
    with app.app_context():
        assert [opened.article_id for opened in db.session.scalars(select(SuggestionOpened))] == [vpn]
        visit = db.session.get_one(FormSession, SESSION)
        assert (visit.outcome, visit.solved_by_id) == ("solved", vpn)
        assert visit.ended_at is not None
        assert db.session.get(Draft, cast.ewa) is None
        assert db.session.scalar(select(Incident.id)) is None


def test_nobody_can_write_into_the_visit_of_somebody_else(
    app: Flask, cast: Cast, employee: FlaskClient, colleague: FlaskClient, vpn: int
) -> None:
    write_index(app)
    ask(employee, "vpn does not connect")
    ask(colleague, "something of mine")
    colleague.post(
        "/incidents/suggestions/solved", data={"article": "vpn-does-not-connect", "session": SESSION}
    )
    with app.app_context():
        visit = db.session.get_one(FormSession, SESSION)
        assert (visit.person_id, visit.text, visit.outcome) == (cast.ewa, "vpn does not connect", "")


def test_an_article_for_others_cannot_be_opened_from_the_form(
    app: Flask, employee: FlaskClient, vpn: int
) -> None:
    publish(app, "for-finance", "For finance", audience="group:Finance")
    hidden = employee.get("/incidents/new/articles/for-finance")
    absent = employee.get("/incidents/new/articles/never-was")
    assert hidden.status_code == absent.status_code == 404
    refused = employee.post(
        "/incidents/suggestions/solved", data={"article": "for-finance", "session": SESSION}
    )
    assert refused.status_code == 404


def test_a_share_of_visits_sees_no_suggestions_and_is_remembered_as_such(
    app: Flask, settings: config.Settings, tmp_path: Path, vpn: int, cast: Cast
) -> None:
    write_index(app)
    held_out = create_app(
        settings_for(settings.instance_dir, DATABASE_URL=settings.database_url, SUGGESTIONS_HOLDOUT="0.5")
    )
    client = sign_in(held_out, cast.ewa)
    visits = [f"visit-number-{number:04d}" for number in range(40)]
    is_shown = {visit: "VPN does not connect" in ask(client, "vpn", visit) for visit in visits}
    again = {visit: "VPN does not connect" in ask(client, "vpn", visit) for visit in visits}
    assert is_shown == again
    assert 8 <= sum(is_shown.values()) <= 32
    with held_out.app_context():
        control = {visit.id: visit.is_control for visit in db.session.scalars(select(FormSession))}
        shown = {answer.session_id for answer in db.session.scalars(select(SuggestionAnswer)) if answer.shown}
        db.session.remove()
        db.engine.dispose()
    assert control == {visit: not shown_to for visit, shown_to in is_shown.items()}
    assert shown == {visit for visit, shown_to in is_shown.items() if shown_to}


def test_asking_needs_few_queries(app: Flask, employee: FlaskClient, vpn: int) -> None:
    write_index(app)
    ask(employee, "vpn does not connect")
    with QueryCounter(app) as counter:
        ask(employee, "vpn does not connect at home")
    assert len(counter.statements) <= _MOST_QUERIES, "\n".join(counter.statements)
