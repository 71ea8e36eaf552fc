"""An incident that a team keeps to itself: what is done to it is told in no other, and who could read it stays on record."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.incidents.models import Incident, IncidentEvent, Message
from servicedesk.mail.models import OutboxMail
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import events, mails, read, send, team_id
from tests.incidents.library import file

_WORDS = "The salary of the new director was typed in wrong."


@pytest.fixture
def main(app: Flask, cast: Cast) -> int:
    """The incident that stands for others."""
    return file(app, cast.ewa, "The payslip cannot be opened", category="email")


@pytest.fixture
def joined(app: Flask, cast: Cast, main: int) -> int:
    """A colleague's report of the same."""
    return file(app, cast.olek, "My payslip neither", category="email", same_as_id=main)


@pytest.fixture
def both(app: Flask, cast: Cast) -> FlaskClient:
    """Somebody who works in the restricted team and in the desk."""
    with app.app_context():
        db.session.add(TeamMember(team_id=team_id(app, "service-desk"), person_id=cast.hanna))
        db.session.commit()
    return sign_in(app, cast.hanna)


def _set_class(app: Flask, visibility: str) -> None:
    with app.app_context():
        db.session.execute(update(Team).where(Team.key == "service-desk").values(visibility=visibility))
        db.session.commit()


def _words_in(app: Flask, number: int) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Message.text).where(Message.incident_id == number)))


@pytest.mark.parametrize("team", ["hr", "legal"])
def test_what_was_reported_as_the_same_is_parted_when_one_moves_to_a_team_that_keeps_to_itself(
    app: Flask, cast: Cast, agent: FlaskClient, both: FlaskClient, main: int, joined: int, team: str
) -> None:
    with app.app_context():
        db.session.merge(TeamMember(team_id=team_id(app, "legal"), person_id=cast.hanna))
        db.session.commit()
    assert send(agent, app, main, "team", team_id=team_id(app, team)).status_code == 303
    assert read(app, joined).same_as_id is None
    assert ("parted", "", f"INC-{main}") in events(app, joined)
    assert ("parted", "", f"INC-{joined}") in events(app, main)
    assert send(both, app, main, "resolve", kind="not_needed", reason="other", text=_WORDS).status_code == 303
    assert (read(app, main).state, read(app, joined).state) == ("resolved", "new")
    assert _WORDS in _words_in(app, main)
    assert _words_in(app, joined) == []
    assert [kind for kind, _, _ in mails(app, joined)] == ["filed"]


def test_a_report_that_moves_away_leaves_the_one_that_stands_for_it(
    app: Flask, agent: FlaskClient, both: FlaskClient, main: int, joined: int
) -> None:
    send(agent, app, joined, "team", team_id=team_id(app, "hr"))
    assert read(app, joined).same_as_id is None
    send(both, app, main, "resolve", kind="not_needed", reason="other", text="The file is mended.")
    assert (read(app, joined).state, _words_in(app, joined)) == ("new", [])


@pytest.mark.parametrize("visibility", ["team", "restricted"])
def test_nothing_is_repeated_in_another_class_when_the_class_of_the_team_changed(
    app: Flask, cast: Cast, both: FlaskClient, main: int, visibility: str
) -> None:
    with app.app_context():
        db.session.add(TeamMember(team_id=team_id(app, "network"), person_id=cast.hanna))
        db.session.commit()
    elsewhere = file(app, cast.olek, "Mine neither", category="network", same_as_id=main)
    _set_class(app, visibility)
    page = both.get(f"/incidents/{main}").text
    assert "more colleague reported this" not in page
    assert send(both, app, main, "resolve", kind="not_needed", reason="other", text=_WORDS).status_code == 303
    assert (read(app, elsewhere).state, _words_in(app, elsewhere)) == ("new", [])


def test_who_reports_the_same_now_is_not_joined_to_what_nobody_may_see(
    app: Flask, cast: Cast, employee: FlaskClient, main: int
) -> None:
    text = "The scanner eats my pages"
    with app.app_context():
        db.session.execute(update(Team).where(Team.key == "service-desk").values(visibility="restricted"))
        db.session.commit()
    for name in ("olek", "piotr", "lena"):
        file(app, getattr(cast, name), text, category="network", same_as_id=main)
    asked = employee.post("/incidents/new", data={"text": text, "join": "alike-2", "session": "s" * 20})
    assert asked.status_code == 303
    with app.app_context():
        own = db.session.scalars(
            select(Incident).where(Incident.requester_id == cast.ewa, Incident.id != main)
        )
        assert [incident.same_as_id in (None, main) for incident in own] == [False]


def test_followers_and_withdrawn_mails_stand_in_the_history_of_what_was_restricted(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, main: int
) -> None:
    for name in ("olek", "lena", "hanna"):
        employee.post(f"/incidents/{main}/watchers", data={"colleague": name})
    send(agent, app, main, "state", state="waiting")
    agent.post(f"/incidents/{main}/desk-answers", data={"text": "Which payslip?", "seen": 0})
    assert send(agent, app, main, "team", team_id=team_id(app, "hr")).status_code == 303
    told = events(app, main)
    removed = [after for kind, _, after in told if kind == "watcher_removed"]
    assert removed == ["Hanna Kot", "Lena Mech", "Olek Żak"]
    assert [after for kind, _, after in told if kind == "mail_withdrawn"] == ["Lena Mech", "Olek Żak"]
    with app.app_context():
        hidden = select(IncidentEvent.kind).where(IncidentEvent.incident_id == main, ~IncidentEvent.is_public)
        assert {"watcher_removed", "mail_withdrawn"} <= set(db.session.scalars(hidden))
    history = sign_in(app, cast.hanna).get(f"/incidents/{main}/history").text
    assert history.count("Follower removed, for the team keeps to itself") == 3
    assert history.count("Mail withdrawn before it was sent to") == 2
    assert "Follower removed" not in employee.get(f"/incidents/{main}").text
    with app.app_context():
        jobs.send_mail()
        states = select(OutboxMail.state).where(OutboxMail.recipient_id.in_([cast.olek, cast.lena]))
        assert set(db.session.scalars(states)) == {"withdrawn"}


@pytest.mark.parametrize("roles", [["agent"], []], ids=["staff of it", "in its group only"])
def test_who_followed_before_it_moved_to_their_own_team_sees_nothing_of_it_after_leaving_that(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, main: int, roles: list[str]
) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.hanna).roles = roles
        db.session.commit()
    agent.post(f"/incidents/{main}/watchers", data={"colleague": "hanna"})
    assert sign_in(app, cast.hanna).get(f"/incidents/{main}").status_code == 200
    assert send(agent, app, main, "team", team_id=team_id(app, "hr")).status_code == 303
    seen = sign_in(app, cast.hanna).get(f"/incidents/{main}").status_code
    assert seen == (200 if roles else 404)
    with app.app_context():
        leave = delete(TeamMember).where(TeamMember.person_id == cast.hanna)
        db.session.execute(leave)
        hanna = db.session.get_one(Person, cast.hanna)
        hanna.roles, hanna.groups = [], []
        db.session.commit()
    assert employee.post(f"/incidents/{main}/answer", data={"text": _WORDS}).status_code == 303
    gone = sign_in(app, cast.hanna)
    assert gone.get(f"/incidents/{main}").status_code == 404
    assert f"INC-{main}" not in gone.get("/incidents").text
    with app.app_context():
        jobs.send_mail()
    assert "sent" not in {state for _, who, state in mails(app, main) if who == cast.hanna}


def test_what_was_a_known_problem_can_be_restricted_once_that_is_over(
    app: Flask, agent: FlaskClient, both: FlaskClient, main: int, joined: int
) -> None:
    send(agent, app, main, "known-problem", title_en="Payslips", title_pl="Paski")
    refused = send(agent, app, main, "team", team_id=team_id(app, "hr"))
    assert refused.status_code == 409
    assert "Say first that it is over." in refused.text
    send(agent, app, main, "known-problem/end")
    assert send(agent, app, main, "team", team_id=team_id(app, "hr")).status_code == 303
    assert agent.get(f"/incidents/{main}").status_code == 404
    assert both.get(f"/incidents/{main}").status_code == 200
    # Nor does it become one again.
    assert send(both, app, main, "known-problem", title_en="Payslips", title_pl="Paski").status_code == 403
