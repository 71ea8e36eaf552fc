"""Suggestions as JSON: the same rights, the same reasons; nothing of what one may not read, whatever is asked.

One schema for questions, one for answers (security.md A4, A10, X18).
"""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.suggestions.models import FormSession
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from servicedesk.people.rules import audiences_of
from tests.factories import Cast, sign_in
from tests.incidents.library import file, publish, resolve, write_index

_ADDRESS = "/api/v1/suggestions"
_WORDS = ("vpn", "printer", "password", "mail", "screen", "zebra")
_AUDIENCES = ("everyone", "staff", "group:Finance", "group:HR", "group:IT staff", "group:Nobody")


def test_the_answer_has_exactly_these_fields(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    article = publish(app, "vpn", "VPN does not connect")
    resolve(
        app, file(app, cast.olek, "VPN does not connect from home", category="email"), article, by=cast.anna
    )
    write_index(app)
    answer = employee.get(_ADDRESS, query_string={"text": "vpn does not connect"})
    assert answer.status_code == 200
    body = answer.get_json()
    assert set(body) == {"state", "generation", "suggestions"}
    assert body["state"] == "ready"
    (suggestion,) = body["suggestions"]
    assert suggestion == {
        "id": article, "title": "VPN does not connect", "url": "/articles/vpn", "language": "en",
        "score": suggestion["score"], "reason": "helped with similar problems",
    }  # fmt: skip
    assert suggestion["score"] > 0
    assert employee.get(suggestion["url"]).status_code == 200


def test_asking_by_json_is_no_visit_to_the_form(app: Flask, employee: FlaskClient) -> None:
    employee.get(_ADDRESS, query_string={"text": "vpn does not connect"})
    with app.app_context():
        assert db.session.scalar(select(FormSession.id)) is None


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"text": "x" * 4001},
        {"text": "vpn", "limit": "0"},
        {"text": "vpn", "limit": "11"},
        {"text": "vpn", "language": "xx"},
        {"text": "vpn", "seen_by": "9"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(employee: FlaskClient, question: dict[str, str]) -> None:
    answer = employee.get(_ADDRESS, query_string=question)
    assert answer.status_code == 422
    assert answer.is_json


def test_only_people_who_are_signed_in_may_ask(client: FlaskClient) -> None:
    assert client.get(_ADDRESS, query_string={"text": "vpn"}).status_code == 401
    assert client.get("/api/openapi.json").status_code == 401


def test_the_description_is_made_from_the_code(employee: FlaskClient) -> None:
    described = employee.get("/api/openapi.json").get_json()
    assert described["openapi"].startswith("3.")
    assert "get" in described["paths"][_ADDRESS]


@dataclass(frozen=True)
class World:
    """People, and articles for several audiences, with history that links them all."""

    app: Flask
    people: dict[int, FlaskClient]
    readable: dict[int, set[int]]
    titles: dict[int, str]


@pytest.fixture
def world(app: Flask, cast: Cast) -> World:
    for number, audience in enumerate(_AUDIENCES * 2):
        words = " ".join(_WORDS[(number + step) % len(_WORDS)] for step in range(4))
        article = publish(app, f"article-{number}", f"Canary{number} {words}", words, audience=audience)
        resolve_with_any_audience(
            app, file(app, cast.olek, f"{words} please", category="email"), article, cast
        )
    write_index(app)
    names = ("ewa", "olek", "anna", "hanna", "edyta", "adam")
    with app.app_context():
        articles = db.session.scalars(select(Article)).all()
        people = [db.session.get_one(Person, getattr(cast, name)) for name in names]
        readable = {
            person.id: {
                a.id for a in articles if a.audience in audiences_of(roles=person.roles, groups=person.groups)
            }
            for person in people
        }
        titles = {article.id: article.title.split()[0] for article in articles}
    return World(app, {getattr(cast, n): sign_in(app, getattr(cast, n)) for n in names}, readable, titles)


def resolve_with_any_audience(app: Flask, number: int, article: int, cast: Cast) -> None:
    """Resolve through an agent who may read the article at that moment, as staff have to."""
    with app.app_context():
        anna, audience = db.session.get_one(Person, cast.anna), db.session.get_one(Article, article).audience
        before = anna.groups
        anna.groups = [*before, audience.removeprefix("group:")]
        db.session.commit()
    resolve(app, number, article, by=cast.anna)
    with app.app_context():
        db.session.get_one(Person, cast.anna).groups = before
        db.session.commit()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_channel_suggests_counts_or_quotes_what_may_not_be_read(world: World, data: st.DataObject) -> None:
    person_id = data.draw(st.sampled_from(sorted(world.people)))
    words = data.draw(
        st.lists(st.one_of(st.sampled_from(_WORDS), st.text(max_size=12)), min_size=1, max_size=8)
    )
    client, text = world.people[person_id], " ".join(words)
    answer = client.get(_ADDRESS, query_string={"text": text, "limit": 10})
    if answer.status_code == 200:
        assert {item["id"] for item in answer.get_json()["suggestions"]} <= world.readable[person_id]
    page = client.get(
        "/incidents/suggestions", query_string={"text": text, "session": f"visit-of-person-{person_id}"}
    )
    assert page.status_code == 200
    for article, title in world.titles.items():
        if article not in world.readable[person_id]:
            assert f"{title} " not in page.text
            assert f"{title} " not in answer.text
    shown = page.text.count('<li class="answer"')
    assert f'data-count="{shown + page.text.count("class=" + chr(34) + "same-as" + chr(34))}"' in page.text
