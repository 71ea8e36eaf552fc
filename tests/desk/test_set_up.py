"""A new installation has the teams that its settings name, and an employee can file before anybody has set anything up."""

import json

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from servicedesk.database import db
from servicedesk.desk import rules
from servicedesk.desk.actions import make_missing_teams
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.incidents.models import Incident
from servicedesk.jobs import JOBS
from servicedesk.operating.jobs.running import run_safely
from servicedesk.people.models import Person
from servicedesk.people.signals import groups_changed
from tests.conftest import settings_for
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import read, send, team_id
from tests.incidents.library import file


def empty(app: Flask) -> None:
    """Leave the people and take everything away that the demo or a test set up for the desk."""
    with app.app_context():
        for table in (Category, TeamMember, Team):
            db.session.execute(delete(table))
        db.session.commit()


def teams(app: Flask) -> dict[str, str]:
    """Return the class of each team by its key."""
    with app.app_context():
        return {team.key: team.visibility for team in db.session.scalars(select(Team))}


def with_groups(app: Flask, **groups: object) -> None:
    """Let the application have these GROUPS."""
    settings = app.extensions["servicedesk.settings"]
    made = settings_for(settings.instance_dir, GROUPS=json.dumps(groups), DATABASE_URL=settings.database_url)
    app.extensions["servicedesk.settings"] = made


def sign_in_by_groups(app: Flask, person_id: int, *groups: str) -> None:
    """Do what a log-in does for somebody whom the directory has in these groups."""
    with app.app_context():
        groups_changed.send(groups_by_person={person_id: frozenset(groups)})
        db.session.commit()


def members(app: Flask, key: str) -> set[int]:
    """Return who works in a team."""
    with app.app_context():
        found = select(TeamMember.person_id).join(Team).where(Team.key == key)
        return set(db.session.scalars(found))


def test_an_employee_who_signs_in_first_can_file_and_it_staff_have_it(app: Flask, cast: Cast) -> None:
    empty(app)
    with_groups(app, roles={"agent": ["IT staff"]}, teams={"service-desk": ["IT staff"]})
    sign_in_by_groups(app, cast.ewa)
    sign_in_by_groups(app, cast.anna, "IT staff")
    sent = {"text": "The printer is silent.", "impact": "3", "urgency": "2", "key": "k"}
    answer = sign_in(app, cast.ewa).post("/incidents", data=sent)
    assert answer.status_code == 303
    with app.app_context():
        incident = db.session.scalars(select(Incident)).one()
        assert (incident.team.key, incident.team.visibility) == ("service-desk", "normal")
        number = incident.id
    assert sign_in(app, cast.anna).get(f"/incidents/{number}").status_code == 200
    assert members(app, "service-desk") == {cast.anna}


def test_jobs_make_the_teams_that_the_settings_name_before_anybody_signs_in(app: Flask, cast: Cast) -> None:
    empty(app)
    with_groups(app, teams={"network": ["Network"], "hr": ["HR"], "service-desk": ["IT staff"]})
    with app.app_context():
        assert run_safely(next(job for job in JOBS if job.name == "teams"))
    assert teams(app) == {"network": "team", "hr": "team", "service-desk": "normal"}
    with app.app_context():
        assert db.session.scalars(select(Category)).one().team.key == "service-desk"


def test_without_teams_in_the_settings_all_it_staff_are_the_service_desk(app: Flask, cast: Cast) -> None:
    empty(app)
    with_groups(app, roles={"agent": ["IT staff", "Helpers"]})
    sign_in_by_groups(app, cast.anna, "Helpers")
    sign_in_by_groups(app, cast.ewa, "Finance")
    assert teams(app) == {rules.FIRST_TEAM: "normal"}
    assert members(app, rules.FIRST_TEAM) == {cast.anna}


def test_the_first_named_team_takes_what_fits_nowhere_else(app: Flask, cast: Cast) -> None:
    empty(app)
    with_groups(app, teams={"helpdesk": ["IT staff"], "legal": ["Legal"]})
    sign_in_by_groups(app, cast.ewa)
    assert teams(app) == {"helpdesk": "normal", "legal": "team"}


@pytest.mark.parametrize("change", [{"visibility": "team"}, {"is_active": False}])
def test_a_team_that_is_named_when_no_open_one_is_left_is_not_opened(
    app: Flask, cast: Cast, change: dict[str, object]
) -> None:
    with app.app_context():
        db.session.execute(update(Team).values(change))
        db.session.commit()
    before = teams(app)
    with_groups(app, roles={"agent": ["IT staff"]}, teams={"payroll": ["HR"], "audit": ["Audit"]})
    sign_in_by_groups(app, cast.hanna, "HR")
    assert teams(app) == {**before, "payroll": "team", "audit": "team"}


def test_what_somebody_set_up_stays_as_it_is(app: Flask, cast: Cast) -> None:
    before = teams(app)
    with_groups(app, teams={"network": ["Network"], "printing": ["Print team"]})
    sign_in_by_groups(app, cast.nina, "Network")
    assert teams(app) == before | {"printing": "team"}
    with app.app_context():
        keys = set(db.session.scalars(select(Category.key)))
    assert keys == {"email", "network", "contracts", "payroll", "other"}


def test_made_twice_they_are_there_once(app: Flask, cast: Cast) -> None:
    empty(app)
    with app.app_context():
        assert make_missing_teams(["one", "one", "two"]) == ["one", "two"]
        assert make_missing_teams(["two", "one"]) == []
        db.session.commit()
    assert teams(app) == {"one": "normal", "two": "team"}


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Run `flask desk …` and return its exit code and what it said."""
    done = app.test_cli_runner().invoke(args=["desk", *words])
    return done.exit_code, done.output


def test_teams_and_categories_are_made_and_changed_by_command(app: Flask, cast: Cast) -> None:
    names = ("--name-en", "Office services", "--name-pl", "Administracja biura")
    assert run(app, "team", "office", *names)[0] == 0
    assert teams(app)["office"] == "team"
    assert run(app, "team", "office", "--visibility", "normal")[0] == 0
    assert (
        run(app, "category", "heating", "--team", "office", "--name-pl", "Ogrzewanie", "--position", "3")[0]
        == 0
    )
    _code, shown = run(app, "show")
    assert "Team office (normal): Office services / Administracja biura; members: 0" in shown
    assert "Category heating: Heating / Ogrzewanie → office; position 3" in shown
    assert run(app, "category", "heating", "--inactive")[0] == 0
    assert "Category heating (not used any more)" in run(app, "show")[1]


def test_a_team_that_has_incidents_keeps_its_class(app: Flask, cast: Cast) -> None:
    file(app, cast.ewa, "The printer is silent", category="email")
    code, said = run(app, "team", "service-desk", "--visibility", "restricted")
    assert (code, teams(app)["service-desk"]) == (1, "normal")
    assert "has incidents already" in said


@pytest.mark.parametrize(
    "words",
    [
        ("team", ""),
        ("team", "x" * 61),
        ("team", "a\nb"),
        ("category", "new-one"),
        ("category", "new-one", "--team", "nobody"),
    ],
    ids=repr,
)
def test_what_cannot_be_set_up_is_refused_in_one_sentence(
    app: Flask, cast: Cast, words: tuple[str, ...]
) -> None:
    before = run(app, "show")
    code, said = run(app, *words)
    assert (code, said.count("\n")) == (1, 1)
    assert run(app, "show") == before


def test_a_team_whose_key_the_settings_changed_keeps_its_incidents_and_not_its_readers(
    app: Flask, cast: Cast
) -> None:
    number = file(app, cast.ewa, "My pay is wrong", category="payroll")
    with_groups(app, roles={"agent": ["IT staff", "HR"]}, teams={"people-team": ["HR"]})
    assert "GROUPS does not name these teams any more" in doctor(app)
    assert "service-desk, network, legal, hr" in doctor(app)
    assert sign_in(app, cast.hanna).get(f"/incidents/{number}").status_code == 200
    sign_in_by_groups(app, cast.hanna, "Finance")
    assert (members(app, "hr"), members(app, "people-team")) == (set(), set())
    assert sign_in(app, cast.hanna).get(f"/incidents/{number}").status_code == 404
    assert "Nobody works in the team hr." in doctor(app)


@pytest.mark.parametrize("groups", [{}, {"roles": {"agent": ["IT staff"]}}], ids=["emptied", "without teams"])
def test_settings_that_name_no_team_shut_nobody_out_and_doctor_says_so(
    app: Flask, cast: Cast, groups: dict[str, object]
) -> None:
    with_groups(app, **groups)
    sign_in_by_groups(app, cast.hanna)
    assert members(app, "hr") == {cast.hanna}
    assert "GROUPS names no team, so who works in these stays there" in doctor(app)


def doctor(app: Flask) -> str:
    """Return what `flask doctor` says."""
    return app.test_cli_runner().invoke(args=["doctor"]).output


def test_who_leads_a_restricted_team_is_said_by_command_and_can_let_an_incident_out_of_it(
    app: Flask, cast: Cast
) -> None:
    number = file(app, cast.ewa, "The printer is silent", category="payroll")
    hanna = sign_in(app, cast.hanna)
    assert run(app, "team", "hr", "--no-lead", "hanna") == (
        0,
        "Team hr: Human resources / Kadry, restricted.\nLed by: nobody.\n",
    )
    assert "Nobody leads the restricted team hr" in doctor(app)
    target = {"team_id": team_id(app, "service-desk"), "is_confirmed": "y"}
    assert send(hanna, app, number, "team", **target).status_code == 403
    code, said = run(app, "team", "hr", "--lead", "Hanna")
    assert (code, "Led by: hanna." in said) == (0, True)
    assert "members: 1; led by hanna" in run(app, "show")[1]
    assert "Nobody leads the restricted team hr" not in doctor(app)
    assert send(hanna, app, number, "team", **target).status_code == 303
    assert read(app, number).team_id == team_id(app, "service-desk")


def test_a_lead_who_has_left_leads_nobody(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.hanna).is_active = False
        db.session.commit()
    assert "Nobody leads the restricted team hr" in doctor(app)
    assert run(app, "team", "hr", "--lead", "hanna")[0] == 1


@pytest.mark.parametrize(
    "words", [("--lead", "ewa"), ("--no-lead", "ewa"), ("--lead", ""), ("--lead", "hann%")]
)
def test_only_a_member_can_lead_a_team(app: Flask, cast: Cast, words: tuple[str, str]) -> None:
    before = run(app, "show")
    code, said = run(app, "team", "hr", "--name-en", "Other", *words)
    assert (code, "Nobody of this user name works in this team" in said) == (1, True)
    assert run(app, "show") == before
