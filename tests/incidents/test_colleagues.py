"""Finding a colleague by the beginning of a name: who may, who is found, and never more than a few (security.md A11, S6)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.library import QueryCounter


def found(client: FlaskClient, text: str) -> list[str]:
    """Return the user names of those who are found."""
    answer = client.get("/people/colleagues", query_string={"text": text})
    assert answer.status_code == 200
    assert answer.json is not None
    return [person["user_name"] for person in answer.json["people"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ewa", ["ewa"]),
        ("nowak", ["ewa"]),
        ("Nowak Ewa", ["ewa"]),
        ("EW", ["ewa"]),
        ("żak", ["olek"]),
        ("Żak", ["olek"]),
        ("ŻAK", ["olek"]),
        ("olek@example.com", ["olek"]),
        ("edy", ["edyta"]),
        ("wa", []),  # In the middle of Ewa, at the beginning of nothing.
        ("zoe", []),  # She has left.
        ("e", []),
        ("  e ", []),
        ("", []),
        ("%%", []),
        ("__", []),
        ("Ewa Lis", []),
    ],
)
def test_a_colleague_is_found_by_how_a_name_begins(agent: FlaskClient, text: str, names: list[str]) -> None:
    assert found(agent, text) == names


def test_an_answer_says_who_it_is_and_how_many_there_are(agent: FlaskClient) -> None:
    answer = agent.get("/people/colleagues?text=ewa")
    assert answer.json == {
        "people": [{"user_name": "ewa", "name": "Ewa Nowak", "mail": "ewa@example.com", "department": ""}],
        "message": "1 colleague found",
    }
    assert agent.get("/people/colleagues?text=qq").json == {"people": [], "message": "No colleague found"}


def test_no_more_than_eight_are_ever_told(app: Flask, agent: FlaskClient) -> None:
    with app.app_context():
        db.session.add_all(
            Person(user_name=f"many{i}", display_name=f"Many People {i}", mail=f"many{i}@example.com")
            for i in range(30)
        )
        db.session.add(Person(user_name="many-glass", display_name="Many Glass", is_break_glass=True))
        db.session.commit()
    with QueryCounter(app) as counter:
        names = found(agent, "many people")
    assert names == sorted(names)
    assert len(names) == 8
    assert "many-glass" not in found(agent, "many g")
    assert len(counter.statements) <= 3


def test_only_those_who_need_it_may_look_people_up(app: Flask, cast: Cast) -> None:
    answers = {
        name: sign_in(app, getattr(cast, name)).get("/people/colleagues?text=ewa").status_code
        for name in ("ewa", "edyta", "anna", "hanna", "adam")
    }
    assert answers == {"ewa": 403, "edyta": 403, "anna": 200, "hanna": 200, "adam": 200}
    nobody = app.test_client().get("/people/colleagues?text=ewa")
    assert nobody.location.startswith("/login")
    assert b"Nowak" not in nobody.data


def test_the_form_offers_it_to_those_who_file_for_others(agent: FlaskClient, employee: FlaskClient) -> None:
    pages = []
    for client in (agent, employee):
        client.post("/incidents/new", data={"text": "The screen is dark", "step": "details"})
        pages.append(client.get("/incidents/new/details").get_data(as_text=True))
    assert 'data-colleagues="/people/colleagues"' in pages[0]
    assert "js/colleagues.js" in pages[0]
    assert "colleagues" not in pages[1]
