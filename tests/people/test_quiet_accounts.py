"""Who is not signed in is asked about too, once a day, if mail could reach them or work: leavers hear nothing more."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

import config
from servicedesk.database import db, now
from servicedesk.desk.models import TeamMember
from servicedesk.incidents.models import Incident
from servicedesk.mail.models import OutboxMail
from servicedesk.operating.models import JobRun
from servicedesk.people.models import Person, WebSession
from tests.directory.company import group_dn, group_ldif, person_dn, person_ldif
from tests.factories import Cast, sign_in
from tests.incidents.library import file
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.services.programs import free_port
from tests.services.slapd import SlapdServer, start_slapd

PEOPLE = {"lara": ["Legal"], "leon": ["Legal"], "tom": ["IT staff"], "tina": ["IT staff"], "rita": []}
GROUPS = {
    "roles": {"agent": ["IT staff", "Legal"]},
    "teams": {"service-desk": ["IT staff"], "legal": ["Legal"]},
}


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory with lawyers, IT staff and rita."""
    people = "".join(person_ldif(name, name.title(), "x") for name in PEOPLE)
    groups = "".join(
        group_ldif(name, [person_dn(one) for one, theirs in PEOPLE.items() if name in theirs])
        for name in ("Legal", "IT staff")
    )
    server = start_slapd(tmp_path_factory.mktemp("office") / "slapd", ldif=people + groups)
    yield server
    server.program.stop()


@pytest.fixture
def desk(make_app: MakeApp, office: SlapdServer) -> Flask:
    """The application two days after everybody has signed in and out."""
    app = make_app(**ldap_settings(office), GROUPS=json.dumps(GROUPS))
    for name in PEOPLE:
        assert log_in(app.test_client(), name, "x").status_code == 303
    with app.app_context():
        db.session.execute(delete(WebSession))
        days_ago = now() - timedelta(days=2)
        in_directory = Person.user_name.in_(PEOPLE), Person.directory_key.like("%-%")
        db.session.execute(update(Person).where(*in_directory).values(state_checked_at=days_ago))
        db.session.commit()
    return app


def person(app: Flask, name: str) -> Person:
    """Return the person."""
    with app.app_context():
        return db.session.scalars(select(Person).where(Person.user_name == name)).one()


def run(app: Flask, *jobs: str) -> int:
    """Run these jobs once in this order, and return 0 if they went well."""
    runner = app.test_cli_runner()
    return max(runner.invoke(args=["jobs", "once", job]).exit_code for job in jobs)


def asked(app: Flask, requester: str, assignee: str, category: str) -> None:
    """Let somebody file, and answer on an incident that somebody else works on; the mails wait."""
    requester_id, assignee_id = person(app, requester).id, person(app, assignee).id
    number = file(app, requester_id, "About my contract", category=category)
    with app.app_context():
        db.session.get_one(Incident, number).assignee_id = assignee_id
        checked_at = db.session.get_one(Person, requester_id).state_checked_at
        db.session.get_one(Person, requester_id).state_checked_at = now()
        db.session.commit()
    browser = sign_in(app, requester_id)
    assert browser.post(f"/incidents/{number}/answer", data={"text": "It is secret."}).status_code == 303
    with app.app_context():
        db.session.execute(delete(WebSession))
        db.session.get_one(Person, requester_id).state_checked_at = checked_at
        db.session.commit()


def sent(settings: config.Settings) -> list[tuple[str, str]]:
    """Return to whom mails have gone, and whether they quote."""
    files = settings.mail.spool_dir.glob("*.eml") if settings.mail.spool_dir.exists() else []
    letters = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    bodies = [(letter["To"], letter.get_body(("plain",))) for letter in letters]
    return sorted(
        (to.rpartition("<")[2].partition("@")[0], _words(body.get_content() if body else ""))
        for to, body in bodies
    )


def _words(text: str) -> str:
    return "quote" if "It is secret." in text else "no quote"


@pytest.mark.parametrize(
    ("assignee", "category", "group"), [("lara", "contracts", "Legal"), ("tom", "other", "IT staff")]
)
@pytest.mark.parametrize("way", ["gone", "out of the group"])
def test_a_leaver_who_is_not_signed_in_gets_no_mail_and_no_more_work(
    desk: Flask,
    office: SlapdServer,
    settings: config.Settings,
    assignee: str,
    category: str,
    group: str,
    way: str,
) -> None:
    asked(desk, "rita", assignee, category)
    leave = f"dn: {group_dn(group)}\nchangetype: modify\ndelete: member\nmember: {person_dn(assignee)}\n\n"
    office.modify(leave + (f"dn: {person_dn(assignee)}\nchangetype: delete\n" if way == "gone" else ""))
    assert run(desk, "mail") == 0
    assert assignee not in dict(sent(settings))
    assert run(desk, "accounts", "mail") == 0
    assert assignee not in dict(sent(settings))
    left = person(desk, assignee)
    assert left.is_active == (way != "gone")
    assert (left.roles == []) == (way != "gone")
    with desk.app_context():
        works_there = select(TeamMember).join(Person).where(TeamMember.person_id == left.id, Person.is_active)
        assert db.session.scalars(works_there).all() == []


def test_who_is_still_there_gets_it_after_the_next_round(desk: Flask, settings: config.Settings) -> None:
    """A lawyer's incident is told to nobody unconfirmed, not even to its requester; one of IT to the requester at once."""
    asked(desk, "rita", "lara", "contracts")
    asked(desk, "rita", "tom", "other")
    assert run(desk, "mail") == 0
    assert sent(settings) == [("rita", "no quote")]
    assert run(desk, "accounts", "mail") == 0
    assert sent(settings) == [("lara", "quote"), ("rita", "no quote"), ("rita", "no quote"), ("tom", "quote")]
    # Staff whom no mail waits for were asked about as well, and nobody twice.
    assert now() - person(desk, "tina").state_checked_at < timedelta(minutes=1)
    before = person(desk, "tina").state_checked_at
    assert run(desk, "accounts") == 0
    assert person(desk, "tina").state_checked_at == before


def test_a_silent_directory_holds_mail_for_staff_back_and_admins_see_it(
    desk: Flask, make_app: MakeApp, office: SlapdServer, settings: config.Settings, cast: Cast
) -> None:
    silent = make_app(**ldap_settings(office, f"ldaps://127.0.0.1:{free_port()}"), GROUPS=json.dumps(GROUPS))
    asked(silent, "rita", "lara", "contracts")
    asked(silent, "rita", "tom", "other")
    with silent.app_context():
        db.session.execute(update(OutboxMail).values(created_at=now() - timedelta(hours=1)))
        db.session.commit()
    run(silent, "accounts", "mail")
    assert sent(settings) == [("rita", "no quote")]
    admin = sign_in(silent, cast.adam)
    assert "late: held mail" in admin.get("/readyz").text
    assert "late: mail" not in admin.get("/readyz").text
    assert "the directory has not confirmed its readers" in admin.get("/admin/state").text
    assert run(desk, "accounts", "mail") == 0
    assert [to for to, _quote in sent(settings)] == ["lara", "rita", "rita", "tom"]
    assert "held mail" not in admin.get("/readyz").text


def test_of_many_who_are_suddenly_gone_nothing_is_believed(
    desk: Flask, office: SlapdServer, settings: config.Settings
) -> None:
    asked(desk, "rita", "lara", "contracts")
    office.modify("".join(f"dn: {person_dn(name)}\nchangetype: delete\n\n" for name in PEOPLE))
    office.add(person_ldif("newcomer", "Newcomer", "x"))
    assert run(desk, "accounts", "mail") == 1
    assert sent(settings) == []
    assert all(person(desk, name).is_active for name in PEOPLE)
    with desk.app_context():
        assert db.session.get_one(JobRun, "accounts").failure == "DirectoryDoubtfulError"
