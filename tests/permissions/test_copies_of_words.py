"""Where the words of an incident stand once it is restricted: in every place that is known, and in no other.

docs/decisions/0017 says of each of these places who reaches it.
"""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.incidents.suggestions.models import FormSession
from servicedesk.knowledge.models import Article
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, category_id, send, team_id
from tests.permissions.secrets import mark

_TITLE, _TEXT, _ANSWER, _NOTE = (
    mark(f"{what} that is copied about") for what in ("title", "text", "answer", "note")
)
_SESSION = "a-visit-to-the-form-42"
_DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0017-copies-follow-their-source.md"


def _lead_a_life(app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient) -> int:
    """Ask, file, answer, note, propose an article, publish it and learn from it; then move it to the restricted team."""
    typed = {"text": f"My {_TEXT} is wrong", "title": f"The {_TITLE}"}
    visit = {"text": typed["text"], "session": _SESSION}
    employee.post("/incidents/new", data={**visit, "step": "answers"})
    employee.get("/incidents/suggestions", query_string=visit)
    employee.post(
        "/incidents", data={"text": typed["text"], "title": typed["title"], "impact": 3, "urgency": 2}
    )
    with app.app_context():
        number = db.session.scalars(select(Incident.id)).one()
    answer(agent, app, number, f"Take {_ANSWER}.")
    agent.post(f"/incidents/{number}/notes", data={"note": f"It was {_NOTE}."})
    send(agent, app, number, "resolve", kind="proposed", text=f"Took {_ANSWER}.")
    with app.app_context():
        article = db.session.scalars(select(Article)).one()
        form = {
            "title": article.title,
            "body": article.revisions[0].body,
            "audience": "everyone",
            "based_on": 1,
        }
        slug, article_id = article.slug, article.id
    sign_in(app, cast.edyta).post(f"/articles/{slug}/edit", data={**form, "publish": "1"})
    send(agent, app, number, "desk-reopening", text="Again")
    send(agent, app, number, "resolve", kind="article", article_ids=[article_id])
    with app.app_context():
        jobs.update_search()
    assert send(agent, app, number, "team", team_id=team_id(app, "hr")).status_code == 303
    with app.app_context():
        jobs.update_search()
    return number


def _places(app: Flask) -> set[str]:
    """Return table.column of everything in the database that holds one of the words."""
    found = set()
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(table.select()).mappings():
                for column, value in row.items():
                    if any(word in str(value) for word in (_TITLE, _TEXT, _ANSWER, _NOTE)):
                        found.add(f"{table.name}.{column}")
    return found


def test_every_copy_in_the_database_is_known_and_said_to_be_reached_by_nobody_else(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient
) -> None:
    _lead_a_life(app, cast, agent, employee)
    known = {line.split("`")[1] for line in _DECISION.read_text().splitlines() if line.startswith("| `")}
    found = _places(app)
    assert {
        "incidents.title",
        "incident_messages.text",
        "internal_notes.text",
        "article_revisions.html",
    } <= found
    assert found - known == set()


def test_what_the_form_recorded_of_a_visit_is_forgotten_with_the_move(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient
) -> None:
    number = _lead_a_life(app, cast, agent, employee)
    with app.app_context():
        assert db.session.scalars(select(FormSession.incident_id)).one() == number
    assert not {place for place in _places(app) if place.startswith(("form_sessions.", "suggestion"))}


def test_nobody_of_the_others_is_shown_a_word(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient
) -> None:
    number = _lead_a_life(app, cast, agent, employee)
    addresses = (
        f"/incidents/{number}", f"/incidents/{number}/history", "/queue?state=all", "/queue?q=wrong&state=all", "/articles",
        "/articles/edit", "/articles/edit?shelf=published", "/search?q=wrong", "/incidents/suggestions?text=is+wrong",
        "/api/v1/suggestions?text=is+wrong", "/admin/security-events", "/", "/incidents",
    )  # fmt: skip
    for name in ("anna", "piotr", "nina", "lena", "edyta", "adam", "olek"):
        browser = sign_in(app, getattr(cast, name))
        seen = "".join(browser.get(address).text for address in addresses)
        assert [word for word in (_TITLE, _TEXT, _ANSWER, _NOTE) if word in seen] == [], name


@pytest.mark.parametrize("category", ["payroll", "email"])
def test_a_question_that_comes_after_the_end_of_a_visit_writes_no_word_down(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, category: str
) -> None:
    """Late, as the page was slow, or after "Back"; the incident is restricted at once, or later."""
    visit = {"text": f"My {_TEXT} is wrong", "session": _SESSION}
    employee.post("/incidents/new", data={**visit, "step": "answers"})
    with app.app_context():
        sent = {"title": "Mine", "impact": 3, "urgency": 2, "category_id": category_id(app, category)}
    assert employee.post("/incidents", data={**sent, "text": visit["text"]}).status_code == 303
    late = {"text": f"My {_TEXT} is very wrong", "session": _SESSION}
    assert employee.get("/incidents/suggestions", query_string=late).status_code == 200
    employee.post("/incidents/new", data={**late, "step": "answers"})
    assert employee.post("/incidents", data={**sent, "text": "Something else"}).status_code == 303
    with app.app_context():
        number = db.session.scalars(select(Incident.id).order_by(Incident.id)).first()
    assert number is not None
    if category == "email":
        assert send(agent, app, number, "team", team_id=team_id(app, "hr")).status_code == 303
    assert not {place for place in _places(app) if place.startswith(("form_sessions.", "suggestion"))}
