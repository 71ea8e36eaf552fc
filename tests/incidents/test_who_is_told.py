"""Mails go to who can get them and may still be told: looked at when they are written, and again when they are sent."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

import config
from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import TeamMember
from servicedesk.incidents.models import Incident, Watcher
from servicedesk.operating.jobs.running import Job, run_safely
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, mails, send, team_id
from tests.incidents.library import file

Change = Callable[[Person], None]


def _leave(person: Person) -> None:
    person.is_active = False


def _lose_address(person: Person) -> None:
    person.mail = None


def _empty_address(person: Person) -> None:
    person.mail = ""


def _have_words_for_address(person: Person) -> None:
    person.mail = "ask the reception"


def _change(app: Flask, person_id: int, change: Change) -> None:
    with app.app_context():
        change(db.session.get_one(Person, person_id))
        db.session.commit()


def _watch(app: Flask, number: int, person_id: int, by: int) -> None:
    with app.app_context():
        db.session.add(Watcher(incident_id=number, person_id=person_id, added_by_id=by))
        db.session.commit()


def _sent_to(app: Flask, settings: config.Settings) -> set[str]:
    """Run the mail job and return the numbers of all who got a mail, as the mails say."""
    with app.app_context():
        assert run_safely(Job("mail", timedelta(0), jobs.send_mail))
        numbers = {mail: str(number) for number, mail in db.session.execute(select(Person.id, Person.mail))}
    folder = settings.mail.spool_dir
    sent = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*.eml")]
    return {numbers[address.addr_spec] for mail in sent for address in mail["To"].addresses}


@pytest.mark.parametrize("change", [_leave, _lose_address, _empty_address, _have_words_for_address])
def test_who_cannot_get_mail_is_passed_over_and_the_others_are_told(
    app: Flask, cast: Cast, agent: FlaskClient, change: Change
) -> None:
    _change(app, cast.ewa, change)
    number = file(app, cast.ewa, "The printer jams", category="email")
    assert mails(app, number) == []
    _watch(app, number, cast.olek, cast.ewa)
    answer(agent, app, number, "Try again.")
    send(agent, app, number, "known-problem", title_en="Printers", title_pl="Drukarki")
    send(agent, app, number, "known-problem/end")
    send(agent, app, number, "resolve", kind="not_needed", reason="other")
    assert [(kind, person_id) for kind, person_id, _ in mails(app, number)] == [
        ("answered_by_desk", cast.olek), ("problem_declared", cast.olek), ("problem_ended", cast.olek),
        ("resolved", cast.olek),
    ]  # fmt: skip


def test_of_those_who_report_the_same_only_the_reachable_are_told_of_a_known_problem(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    first, second, third = (
        file(app, person_id, "No mail comes in", category="email")
        for person_id in (cast.ewa, cast.olek, cast.nina)
    )
    with app.app_context():
        for number in (second, third):
            db.session.get_one(Incident, number).same_as_id = first
        db.session.commit()
    _change(app, cast.olek, _leave)
    send(agent, app, first, "known-problem", title_en="Mail", title_pl="Poczta")
    told = [
        (number, person_id)
        for number in (first, second, third)
        for kind, person_id, _ in mails(app, number)
        if kind == "problem_declared"
    ]
    assert told == [(first, cast.ewa), (third, cast.nina)]


@pytest.mark.parametrize("change", [_leave, _lose_address, _empty_address, _have_words_for_address])
def test_who_stops_being_reachable_before_a_mail_is_sent_gets_none_and_none_fails(
    app: Flask, cast: Cast, settings: config.Settings, change: Change
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    _change(app, cast.ewa, change)
    assert _sent_to(app, settings) == set()
    assert mails(app, number) == [("filed", cast.ewa, "withdrawn")]


def test_a_follower_who_was_taken_off_hears_nothing_of_what_was_still_to_be_sent(
    app: Flask, cast: Cast, settings: config.Settings, agent: FlaskClient
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    _watch(app, number, cast.olek, cast.ewa)
    answer(agent, app, number, "Try again.")
    with app.app_context():
        db.session.execute(delete(Watcher))
        db.session.commit()
    assert _sent_to(app, settings) == {str(cast.ewa)}


@pytest.mark.parametrize("loss", ["the team", "the role"])
def test_an_assignee_who_may_no_longer_see_the_incident_hears_nothing(
    app: Flask, cast: Cast, settings: config.Settings, employee: FlaskClient, loss: str
) -> None:
    number = file(app, cast.ewa, "A contract to check", category="contracts")
    sign_in(app, cast.lena).post(f"/incidents/{number}/take", data={})
    employee.post(f"/incidents/{number}/answer", data={"text": "It is the lease."})
    assert ("answered_by_requester", cast.lena, "waiting") in mails(app, number)
    with app.app_context():
        if loss == "the team":
            db.session.execute(delete(TeamMember).where(TeamMember.person_id == cast.lena))
        else:
            db.session.get_one(Person, cast.lena).roles = []
        db.session.commit()
    assert str(cast.lena) not in _sent_to(app, settings)
    assert ("answered_by_requester", cast.lena, "withdrawn") in mails(app, number)


def test_what_moved_to_a_restricted_team_tells_its_former_followers_nothing(
    app: Flask, cast: Cast, settings: config.Settings, agent: FlaskClient, employee: FlaskClient
) -> None:
    number = file(app, cast.ewa, "A question about pay", category="email")
    agent.post(f"/incidents/{number}/take", data={})
    _watch(app, number, cast.olek, cast.ewa)
    employee.post(f"/incidents/{number}/answer", data={"text": "It is about my pay slip."})
    assert {person_id for _, person_id, _ in mails(app, number)} >= {cast.anna, cast.olek}
    assert send(agent, app, number, "team", team_id=team_id(app, "hr")).status_code == 303
    assert _sent_to(app, settings) == {str(cast.ewa)}
