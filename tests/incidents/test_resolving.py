"""Resolving with what solved it, taking that back, closing, reopening, and known problems."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.incidents.models import Incident, Message
from servicedesk.incidents.queries.learning import solved_texts
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.operating.jobs import sweeping
from servicedesk.search.models import IndexChange
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, events, mails, read, send, team_id
from tests.incidents.library import file, publish, write_index


@pytest.fixture
def number(app: Flask, cast: Cast) -> int:
    """An incident of Ewa with the service desk."""
    return file(app, cast.ewa, "The printer jams on every page", category="email")


def taught(app: Flask) -> dict[int, tuple[int, ...]]:
    """Return what the search may learn from: incident and its articles."""
    with app.app_context():
        return {text.id: text.article_ids for text in solved_texts()}


def queued(app: Flask, number: int) -> int:
    """Count the changes of an incident that wait to be indexed."""
    with app.app_context():
        return len(
            db.session.scalars(
                select(IndexChange).where(IndexChange.object_id == number, IndexChange.kind == "incident")
            ).all()
        )


def test_resolved_with_an_article_it_teaches_and_the_requester_hears(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    article = publish(app, "clear-a-jam", "Clear a jam")
    before = queued(app, number)
    done = send(
        agent, app, number, "resolve", kind="article", article_ids=[article], text="The tray was crooked."
    )
    assert done.status_code == 303
    assert read(app, number).state == "resolved"
    assert taught(app) == {number: (article,)}
    assert queued(app, number) > before
    assert mails(app, number)[-1] == ("resolved", cast.ewa, "waiting")
    assert ("article_linked", "", str(article)) in events(app, number)


def test_several_articles_by_address_or_slug(app: Flask, agent: FlaskClient, number: int) -> None:
    ids = [publish(app, slug, slug) for slug in ("one", "two", "three")]
    slugs = "http://localhost/articles/one?from=x, article:two three"
    assert send(agent, app, number, "resolve", kind="article", slugs=slugs).status_code == 303
    assert taught(app) == {number: tuple(ids)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "article"}, "Choose the article that solved it"),
        ({"kind": "article", "slugs": "no-such-article"}, "One of the articles is not there"),
        ({"kind": "article", "slugs": "for-finance"}, "One of the articles is not there"),
        ({"kind": "article", "article_ids": [99_999]}, "One of the articles is not there"),
        ({"kind": "not_needed"}, "Say why no article is needed"),
        ({"kind": "not_needed", "reason": "drop table"}, "Say why no article is needed"),
        ({"kind": "nonsense"}, "Say what solved it"),
    ],
)
def test_without_an_answer_to_what_solved_it_nothing_happens_and_the_text_stays(
    app: Flask, agent: FlaskClient, number: int, fields: dict[str, object], words: str
) -> None:
    publish(app, "for-finance", "CANARYFINANCE", audience="group:Finance")
    refused = send(agent, app, number, "resolve", text="My long explanation", **fields)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert words in page
    assert "My long explanation</textarea>" in page
    assert "CANARYFINANCE" not in page
    assert read(app, number).state == "new"


def test_looking_for_articles_keeps_everything_that_was_typed(
    app: Flask, agent: FlaskClient, number: int
) -> None:
    article = publish(app, "clear-a-jam", "Clear a jam")
    page = send(
        agent,
        app,
        number,
        "resolve",
        kind="article",
        article_ids=[article],
        text="Halfway",
        q="toner",
        search="yes",
    ).get_data(as_text=True)
    assert f'value="{article}" checked' in page
    assert "Halfway</textarea>" in page
    assert read(app, number).state == "new"


def test_a_misspelt_search_says_what_it_shows(app: Flask, agent: FlaskClient, number: int) -> None:
    article = publish(app, "paper-jam", "Clear a paper jam")
    write_index(app)
    found = agent.post(
        f"/incidents/{number}/resolve", data={"q": "papre", "search": "yes", "version": 1}
    ).text
    assert f'name="article_ids" value="{article}"' in found
    assert "Showing results for “paper”. No article has “papre”." in found


def test_a_stale_page_resolves_nothing(
    app: Flask, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    employee.post(f"/incidents/{number}/answer", data={"text": "It got worse."})
    late = agent.post(
        f"/incidents/{number}/resolve",
        data={"version": 1, "kind": "not_needed", "reason": "other", "text": "Done"},
    )
    assert late.status_code == 409
    assert "Done</textarea>" in late.get_data(as_text=True)
    assert read(app, number).state == "new"


def test_a_proposed_article_is_a_draft_of_the_conversation_without_notes(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    publish(app, "clear-a-jam", "Clear a paper jam")
    answer(agent, app, number, "Take the paper out and put it in again, as article:clear-a-jam says.")
    agent.post(f"/incidents/{number}/notes", data={"note": "CANARYNOTE"})
    assert send(agent, app, number, "resolve", kind="proposed").status_code == 303
    with app.app_context():
        article = db.session.get_one(Article, read(app, number).proposed_article_id)
        body = db.session.scalars(
            select(ArticleRevision.body).where(ArticleRevision.article_id == article.id)
        ).one()
        assert (article.state, article.created_by_id) == ("draft", cast.anna)
    assert "The printer jams" in body
    assert "Take the paper out" in body
    assert "as [clear a jam](article:clear-a-jam) says" in body
    assert "CANARYNOTE" not in body
    assert taught(app) == {}


def test_what_one_team_alone_may_read_becomes_no_article(app: Flask, cast: Cast) -> None:
    number = file(app, cast.ewa, "Contract", category="contracts")
    assert send(sign_in(app, cast.lena), app, number, "resolve", kind="proposed").status_code == 403


def test_restricted_incidents_never_teach(app: Flask, cast: Cast) -> None:
    article = publish(app, "payslips", "Payslips")
    number = file(app, cast.ewa, "Pay", category="payroll")
    send(sign_in(app, cast.hanna), app, number, "resolve", kind="article", article_ids=[article])
    assert read(app, number).state == "resolved"
    assert taught(app) == {}


def test_an_article_that_is_taken_back_stops_counting(app: Flask, agent: FlaskClient, number: int) -> None:
    article = publish(app, "clear-a-jam", "Clear a jam")
    send(agent, app, number, "resolve", kind="article", article_ids=[article])
    before = queued(app, number)
    assert "Clear a jam" in agent.get(f"/incidents/{number}").get_data(as_text=True)
    assert send(agent, app, number, f"solving-articles/{article}/removal").status_code == 303
    assert taught(app) == {}
    assert queued(app, number) == before + 1
    assert ("article_removed", str(article), "") in events(app, number)
    assert send(agent, app, number, f"solving-articles/{article}/removal").status_code == 404


def test_reopened_by_the_requester_its_articles_stop_counting_until_it_is_resolved_anew(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    article = publish(app, "clear-a-jam", "Clear a jam")
    send(agent, app, number, "resolve", kind="article", article_ids=[article])
    employee.post(f"/incidents/{number}/answer", data={"text": "Still jams.", "then": "reopen"})
    incident = read(app, number)
    assert (incident.state, incident.resolved_at) == ("in_progress", None)
    assert taught(app) == {}
    assert send(agent, app, number, "resolve", kind="article", article_ids=[article]).status_code == 303
    assert taught(app) == {number: (article,)}


def test_those_who_reported_the_same_are_resolved_along_and_told(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    joined = file(app, cast.olek, "Jams here too", category="email", same_as_id=number)
    hidden = file(app, cast.olek, "Jams in HR", category="payroll", same_as_id=number)
    send(
        agent, app, number, "resolve", kind="not_needed", reason="hardware", text="The printer was replaced."
    )
    assert (read(app, joined).state, read(app, hidden).state) == ("resolved", "new")
    assert mails(app, joined)[-1] == ("resolved", cast.olek, "waiting")
    with app.app_context():
        told = db.session.scalars(select(Message.text).where(Message.incident_id == joined)).all()
    assert told == ["The printer was replaced."]


def test_it_closes_by_itself_a_week_after_it_was_resolved(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    send(agent, app, number, "resolve", kind="not_needed", reason="other")
    for days, state in ((6.9, "resolved"), (7.1, "closed")):
        with app.app_context():
            db.session.execute(
                update(Incident).where(Incident.id == number).values(resolved_at=now() - timedelta(days=days))
            )
            db.session.commit()
            sweeping.close_resolved()
        assert read(app, number).state == state
    assert events(app, number)[-1] == ("state", "resolved", "closed")
    assert mails(app, number)[-1] == ("closed", cast.ewa, "waiting")


def test_a_closed_incident_is_reopened_before_anybody_writes(
    app: Flask, agent: FlaskClient, number: int
) -> None:
    send(agent, app, number, "resolve", kind="not_needed", reason="other")
    send(agent, app, number, "state", state="closed")
    late = answer(agent, app, number, "One more thing")
    assert late.status_code == 409
    assert send(agent, app, number, "desk-reopening", text="One more thing").status_code == 303
    assert read(app, number).state == "in_progress"


def test_a_known_problem_is_told_to_all_who_reported_it_and_so_is_its_end(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    joined = file(app, cast.olek, "Jams here too", category="email", same_as_id=number)
    titles = {"title_en": "Printers are down", "title_pl": "Drukarki nie działają"}
    assert send(agent, app, number, "known-problem", title_en="Down").status_code == 422
    assert send(agent, app, number, "known-problem", **titles).status_code == 303
    assert send(agent, app, number, "known-problem", **titles).status_code == 409
    assert send(agent, app, number, "known-problem/end").status_code == 303
    assert send(agent, app, number, "known-problem/end").status_code == 409
    for incident, person in ((number, cast.ewa), (joined, cast.olek)):
        told = [(kind, recipient) for kind, recipient, _ in mails(app, incident) if kind != "filed"]
        assert told == [("problem_declared", person), ("problem_ended", person)]


def test_what_everybody_sees_cannot_be_made_restricted(app: Flask, agent: FlaskClient, number: int) -> None:
    send(agent, app, number, "known-problem", title_en="Down", title_pl="Awaria")
    assert send(agent, app, number, "team", team_id=team_id(app, "hr")).status_code == 409
    assert read(app, number).team_id == team_id(app, "service-desk")
