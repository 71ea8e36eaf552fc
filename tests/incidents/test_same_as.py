"""Whether others report the same: said without anybody's words, joined with one click."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.incidents.actions import known_problems
from servicedesk.incidents.models import Incident, IncidentEvent, Watcher
from servicedesk.incidents.suggestions.models import FormSession
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.library import file, publish, write_index

SECRET = "Outlook shows disconnected and my divorce lawyer waits"
SESSION = "a-visit-to-the-form-1"


def ask(client: FlaskClient, text: str = "outlook shows disconnected") -> str:
    return client.get("/incidents/suggestions", query_string={"text": text, "session": SESSION}).text


def declare(app: Flask, incident_id: int, by: int) -> None:
    with app.app_context():
        incident = db.session.get_one(Incident, incident_id)
        known_problems.declare(
            incident, db.session.get_one(Person, by), title_en="Mail is down", title_pl="Poczta nie działa"
        )
        db.session.commit()


def report_by(app: Flask, people: list[int], *, category: str = "email") -> list[int]:
    return [file(app, person, f"{SECRET} {person}", category=category) for person in people]


def own(app: Flask, person_id: int) -> list[Incident]:
    with app.app_context():
        return list(db.session.scalars(select(Incident).where(Incident.requester_id == person_id)))


def test_three_colleagues_with_the_same_are_offered_without_their_words(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    report_by(app, [cast.olek, cast.nina])
    assert "report something alike" not in ask(employee)
    report_by(app, [cast.piotr])
    page = ask(employee)
    assert "3 colleagues report something alike" in page
    assert "E-mail, first reported " in page
    assert "divorce" not in page
    assert "INC-" not in page
    assert "Olek" not in page


def test_the_same_person_three_times_is_not_many(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    report_by(app, [cast.olek, cast.olek, cast.olek])
    assert "report something alike" not in ask(employee)


def test_ones_own_reports_do_not_count(app: Flask, cast: Cast) -> None:
    report_by(app, [cast.olek, cast.nina, cast.piotr])
    assert "report something alike" not in ask(sign_in(app, cast.olek))


def test_old_closed_and_other_reports_do_not_count(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    numbers = report_by(app, [cast.olek, cast.nina, cast.piotr])
    assert "report something alike" not in ask(employee, "the coffee machine leaks")
    with app.app_context():
        db.session.get_one(Incident, numbers[0]).created_at = now() - timedelta(hours=5)
        db.session.commit()
    assert "report something alike" not in ask(employee)


@pytest.mark.parametrize("hours", [5, 24 * 400])
def test_reports_of_a_time_to_come_do_not_count_until_then(
    app: Flask, cast: Cast, employee: FlaskClient, hours: int
) -> None:
    """A clock that was wrong wrote them."""
    report_by(app, [cast.olek, cast.nina])
    with time_machine.travel(now() + timedelta(hours=hours)):
        report_by(app, [cast.piotr])
    assert "report something alike" not in ask(employee)
    report_by(app, [cast.hanna])
    assert "report something alike" in ask(employee)


@pytest.mark.parametrize("category", ["payroll", "contracts"])
def test_what_closed_teams_work_on_is_never_counted(
    app: Flask, cast: Cast, employee: FlaskClient, category: str
) -> None:
    report_by(app, [cast.olek, cast.nina, cast.piotr], category=category)
    assert "report something alike" not in ask(employee)


def test_one_click_joins_a_group_and_shows_nothing_of_the_others(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    numbers = report_by(app, [cast.olek, cast.nina, cast.piotr])
    key = ask(employee).partition('name="join" value="')[2].partition('"')[0]
    answer = employee.post(
        "/incidents/new",
        data={"text": "Outlook shows disconnected here too", "session": SESSION, "join": key, "key": "k"},
    )
    assert answer.status_code == 303
    (incident,) = own(app, cast.ewa)
    assert (incident.same_as_id, incident.text) == (numbers[0], "Outlook shows disconnected here too")
    page = employee.get(answer.location)
    assert "divorce" not in page.text
    assert f"INC-{numbers[0]}" not in page.text
    assert employee.get(f"/incidents/{numbers[0]}").status_code == 404
    with app.app_context():
        assert db.session.scalar(select(Watcher.person_id)) is None
        assert db.session.get_one(FormSession, SESSION).outcome == "joined"
        joined = db.session.scalars(select(IncidentEvent).where(IncidentEvent.kind == "joined")).one()
        assert not joined.is_public


def test_a_known_problem_is_offered_by_its_title_with_the_number_of_colleagues(
    app: Flask, cast: Cast, employee: FlaskClient, colleague: FlaskClient
) -> None:
    publish(app, "outlook", "Outlook shows disconnected")
    write_index(app)
    (main,) = report_by(app, [cast.nina])
    declare(app, main, cast.anna)
    page = ask(employee)
    assert "Mail is down" in page
    assert "The desk knows and is working on it." in page
    file(app, cast.piotr, "no mail", category="email", same_as_id=main)
    assert not re.search(r"colleagues? reports?", ask(employee)), "Fewer than three are not counted."
    file(app, cast.olek, "no mail", category="email", same_as_id=main)
    page = ask(employee)
    assert "3 colleagues report it. The desk knows and is working on it." in page
    assert "divorce" not in page
    assert "Poczta nie działa" in ask(colleague, "Od rana poczta nie działa")
    assert "Mail is down" not in ask(employee, "the coffee machine leaks")


def test_a_known_problem_is_offered_for_loose_words_too(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    main = file(
        app, cast.nina, "Poczta strasznie się dziś wlecze, klienci czekają na oferty", category="email"
    )
    declare(app, main, cast.anna)
    for words in ("poczta się dziś spóźnia", "is the mail down again"):
        assert "Mail is down" in ask(employee, words)
    assert "Mail is down" not in ask(employee, "drukarka się zacina")


def test_me_too_on_the_first_page_joins_once(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    (main,) = report_by(app, [cast.nina])
    declare(app, main, cast.anna)
    home = employee.get("/").text
    assert "Known problems now" in home
    assert "Mail is down" in home
    address = home.partition('action="/incidents/known-problems/')[2].partition('"')[0]
    first, second = (employee.post(f"/incidents/known-problems/{address}") for _ in range(2))
    assert first.location == second.location
    (incident,) = own(app, cast.ewa)
    assert (incident.title, incident.same_as_id) == ("Mail is down", main)
    page = employee.get(first.location).text
    assert "Joined to: Mail is down" in page
    assert "divorce" not in page


def test_a_problem_that_is_over_is_not_offered_and_not_joined(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    (main,) = report_by(app, [cast.nina])
    declare(app, main, cast.anna)
    with app.app_context():
        known_problems.end(db.session.get_one(Incident, main), db.session.get_one(Person, cast.anna))
        db.session.commit()
    assert "Mail is down" not in employee.get("/").text
    answer = employee.post("/incidents/new", data={"text": "No mail", "join": "problem-1", "key": "k"})
    assert answer.status_code == 409
    assert own(app, cast.ewa) == []
    assert "No mail" in employee.get("/incidents/new").text


@pytest.mark.parametrize(
    "key", ["problem-999", "alike-999", "alike-1", "1", "problem-", "problem-1e9", "'; --"]
)
def test_a_made_up_offer_joins_nothing(app: Flask, cast: Cast, employee: FlaskClient, key: str) -> None:
    report_by(app, [cast.nina])
    answer = employee.post("/incidents/new", data={"text": "No mail", "join": key, "key": "k"})
    assert answer.status_code == 409
    assert own(app, cast.ewa) == []
