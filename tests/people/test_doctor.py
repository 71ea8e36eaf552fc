"""`flask doctor` looks at everything that must be right, says what to do in sentences, and ends with 1 when it matters."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from servicedesk.database import db, now
from servicedesk.operating.models import JobRun
from tests.people.conftest import GROUPS, MakeApp, ldap_settings
from tests.services.programs import free_port
from tests.services.slapd import BASE, SlapdServer


@pytest.fixture
def make_working(make_app: MakeApp, company: SlapdServer) -> MakeApp:
    """Return a way to make applications on the company's directory whose jobs have just run."""

    def make(**more: str) -> Flask:
        app = make_app(**(ldap_settings(company) | more))
        with app.app_context():
            db.session.merge(JobRun(name="mail", every_s=2, went_well_at=now()))
            db.session.commit()
        return app

    return make


def doctor(app: Flask, *words: str) -> tuple[int, str]:
    """Run the command; return its exit code and what it said."""
    done = app.test_cli_runner().invoke(args=["doctor", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.output


def groups(**changed: object) -> str:
    """Return the setting GROUPS with other roles or teams."""
    return json.dumps({**GROUPS, **changed})


def test_a_desk_in_order_needs_nobody(make_working: MakeApp) -> None:
    code, said = doctor(make_working())
    assert (code, "ACT" in said) == (0, False), said
    assert "well  directory: The directory answers, refuses empty passwords and shows people." in said
    assert "well  teams: Teams: 4. What is filed reaches somebody." in said


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"LDAP_BIND_PASSWORD": "wrong"}, "directory: The directory gave no answer that can be used"),
        (
            {"LDAP_PEOPLE_BASE": f"ou=groups,{BASE}"},
            "directory: The directory shows nobody. Look at LDAP_PEOPLE_BASE",
        ),
        (
            {"GROUPS": groups(teams={"network": ["No such group"]})},
            "groups: The directory has no group 'No such group'",
        ),
        ({"GROUPS": groups(roles={"admin": ["Admins"]})}, "roles: No directory group makes anybody IT staff"),
        ({"GROUPS": groups(roles={"agent": ["IT staff"]})}, "roles: Nobody can be an admin"),
        ({"SMTP_URL": "smtp+starttls://127.0.0.1:9"}, "mail: The mail server does not let us send"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    make_working: MakeApp, more: dict[str, str], sentence: str
) -> None:
    code, said = doctor(make_working(**more))
    assert code == 1
    assert f"ACT   {sentence}" in said


def test_a_directory_that_is_down_hides_nothing_else(make_working: MakeApp) -> None:
    app = make_working(LDAP_URLS=f"ldaps://127.0.0.1:{free_port()}")
    code, said = doctor(app, "--person", "ewa")
    assert code == 1
    assert "well  teams:" in said


def test_jobs_that_never_ran_are_missed(make_app: MakeApp, company: SlapdServer) -> None:
    code, said = doctor(make_app(**ldap_settings(company)))
    assert (code, "ACT   jobs: The jobs process has never run here" in said) == (1, True)


def test_a_database_without_this_versions_tables_is_told_in_one_sentence(make_working: MakeApp) -> None:
    app = make_working()
    with app.app_context():
        db.session.execute(text("DELETE FROM alembic_version"))
        db.session.commit()
    code, said = doctor(app)
    assert (code, "ACT   database: The database has not the tables of this version" in said) == (1, True)


def test_a_database_of_a_newer_version_is_not_to_be_upgraded(make_working: MakeApp) -> None:
    app = make_working()
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
    code, said = doctor(app)
    assert (code, "ACT   database: The database is of a newer version" in said) == (1, True)


def test_a_database_that_is_not_there_is_told_in_one_sentence(
    make_app: MakeApp, company: SlapdServer, tmp_path: Path
) -> None:
    (tmp_path / "desk.db").mkdir()
    app = make_app(**ldap_settings(company), DATABASE_URL=f"sqlite:///{tmp_path}/desk.db")
    code, said = doctor(app)
    assert (code, "ACT   database: The database does not answer (OperationalError)" in said) == (1, True)


def test_a_person_is_told_with_groups_roles_and_teams(make_working: MakeApp) -> None:
    code, said = doctor(
        make_working(), "--person", "EWA", "--person", "ghost@example.com", "--person", "nobody"
    )
    assert code == 1
    assert "well  person: ewa can sign in with the directory's password." in said
    assert "well  person: ewa is in the groups: IT staff" in said
    assert "well  person: ewa is agent, by: IT staff" in said
    assert "well  person: ewa works in the team service-desk, by: IT staff" in said
    assert "ACT   person: ghost cannot sign in: the account is disabled." in said
    assert "ACT   person: The directory shows nobody with the user name or address 'nobody'" in said
