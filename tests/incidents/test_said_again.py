"""The same words sent again from a new form, as after "Back", are one message and one mail; nobody's other words are dropped."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.incidents.models import InternalNote, Message
from servicedesk.mail.models import OutboxMail
from tests.factories import Cast
from tests.incidents.library import file


def texts(app: Flask, model: type[Message] | type[InternalNote]) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(model.text).order_by(model.id)))


def mails(app: Flask) -> int:
    with app.app_context():
        return db.session.query(OutboxMail).count()


@pytest.fixture
def number(app: Flask, cast: Cast, agent: FlaskClient) -> int:
    number = file(app, cast.ewa, "The printer is silent", category="email")
    agent.post(f"/incidents/{number}/take", data={"version": 1})
    return number


def say(client: FlaskClient, number: int, text: str, key: str) -> None:
    answer = client.post(f"/incidents/{number}/answer", data={"text": text, "key": key})
    assert answer.status_code == 303


def test_an_answer_is_there_once_and_told_once(app: Flask, employee: FlaskClient, number: int) -> None:
    say(employee, number, "It hums\r\nnow.", "first")
    told = mails(app)
    say(employee, number, "It hums\nnow. ", "second")
    assert (texts(app, Message), mails(app)) == (["It hums\nnow."], told)


def test_a_note_is_there_once(app: Flask, agent: FlaskClient, number: int) -> None:
    for key in ("first", "second"):
        agent.post(f"/incidents/{number}/notes", data={"note": "Ask the vendor", "key": key})
    assert texts(app, InternalNote) == ["Ask the vendor"]


def test_other_words_and_words_after_an_answer_are_messages(
    app: Flask, employee: FlaskClient, agent: FlaskClient, number: int
) -> None:
    say(employee, number, "Any news?", "1")
    with app.app_context():
        seen = db.session.scalar(select(Message.id))
    agent.post(f"/incidents/{number}/desk-answers", data={"text": "Not yet.", "seen": seen, "key": "2"})
    say(employee, number, "Any news?", "3")
    say(employee, number, "Any news at all?", "4")
    assert texts(app, Message) == ["Any news?", "Not yet.", "Any news?", "Any news at all?"]


def test_the_same_words_an_hour_later_are_a_message(app: Flask, employee: FlaskClient, number: int) -> None:
    say(employee, number, "Any news?", "1")
    with app.app_context():
        db.session.execute(update(Message).values(at=now() - timedelta(hours=1)))
        db.session.commit()
    say(employee, number, "Any news?", "2")
    assert texts(app, Message) == ["Any news?", "Any news?"]
