"""Steps and questions of an article stay the article's in an incident: who may not read it reads no word of them there."""

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.people.models import Person
from tests.conftest import MIGRATIONS
from tests.factories import Cast, sign_in
from tests.incidents.library import publish

_STEP, _OTHER_STEP, _QUESTION = "Open the ledger of secrets", "Add a line", "Which ledger of secrets"
_ANSWER = "the green one of mine"


@pytest.fixture
def finance(app: Flask, cast: Cast) -> FlaskClient:
    """A colleague of the group that the article is for."""
    publish(
        app, "ledger", "Ledger", f"- [ ] {_STEP}\n- [ ] {_OTHER_STEP}\n",
        audience="group:Finance", facts_needed=[_QUESTION],
    )  # fmt: skip
    return sign_in(app, cast.olek)


def _file(app: Flask, browser: FlaskClient) -> int:
    browser.post("/incidents/new", data={"text": "It stays empty", "article": "ledger", "steps": "1,2"})
    browser.post("/incidents", data={"text": "It stays empty", "fact_0": _ANSWER, "impact": 3, "urgency": 2})
    with app.app_context():
        return db.session.scalars(select(Incident.id).order_by(Incident.id.desc())).first() or 0


def _row(app: Flask, number: int) -> str:
    with app.app_context():
        return str(db.session.execute(Incident.__table__.select().where(Incident.id == number)).one())


def test_who_may_not_read_the_article_sees_how_many_steps_were_tried_and_the_answers(
    app: Flask, cast: Cast, agent: FlaskClient, finance: FlaskClient
) -> None:
    number = _file(app, finance)
    seen = agent.get(f"/incidents/{number}").text + agent.get("/queue?q=ledger").text
    assert _ANSWER in seen
    assert "2 steps of an article that is not open to you were tried." in seen
    assert all(words not in seen for words in (_STEP, _OTHER_STEP, _QUESTION, "/articles/ledger"))
    assert all(words not in _row(app, number) for words in (_STEP, _OTHER_STEP, _QUESTION))


def test_who_may_read_it_sees_the_words_beside_the_text(
    app: Flask, cast: Cast, agent: FlaskClient, finance: FlaskClient
) -> None:
    number = _file(app, finance)
    with app.app_context():
        db.session.get_one(Person, cast.anna).groups = ["Finance"]
        db.session.commit()
    for browser in (finance, agent):
        page = browser.get(f"/incidents/{number}").text
        assert all(words in page for words in (_STEP, _OTHER_STEP, _QUESTION, _ANSWER))
    with app.app_context():
        db.session.get_one(Person, cast.olek).groups = []
        db.session.commit()
    page = finance.get(f"/incidents/{number}").text
    assert _ANSWER in page
    assert _STEP not in page + finance.get("/incidents").text


def test_words_of_the_revision_that_was_read_are_shown_whatever_the_article_says_now(
    app: Flask, agent: FlaskClient, finance: FlaskClient
) -> None:
    number = _file(app, finance)
    with app.app_context():
        db.session.execute(update(Article).values(state="archived"))
        db.session.commit()
    assert _STEP in finance.get(f"/incidents/{number}").text


@pytest.mark.parametrize("audience", ["everyone", "group:Finance"])
def test_words_that_were_copied_before_are_kept_by_number(
    app: Flask, agent: FlaskClient, finance: FlaskClient, audience: str
) -> None:
    number = _file(app, finance)
    with app.app_context():
        db.session.execute(update(Article).values(audience=audience))
        db.session.execute(update(ArticleRevision).values(audience=audience))
        db.session.commit()
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0010")
        old = "UPDATE incidents SET text = :text WHERE id = :id"
        text = f"It stays empty\n\n{_QUESTION}: {_ANSWER}"
        db.session.execute(db.text(old), {"text": text, "id": number})
        db.session.commit()
        assert _STEP in str(db.session.execute(db.text("SELECT steps_tried FROM incidents")).all())
        db.session.rollback()
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        assert db.session.get_one(Incident, number).steps_tried == [1, 2]
    page, is_open = agent.get(f"/incidents/{number}").text, audience == "everyone"
    assert _ANSWER in page
    assert [words in page for words in (_STEP, _OTHER_STEP, _QUESTION)] == [is_open] * 3
