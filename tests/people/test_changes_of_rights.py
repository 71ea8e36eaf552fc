"""Whatever changes what somebody may read or do, by a page, a command or the directory, is told to the admins, once."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.people.models import Person, SecurityEvent
from tests.desk.test_memberships import follow
from tests.directory.company import group_dn, person_dn, person_ldif
from tests.factories import Cast, sign_in
from tests.people.conftest import log_in
from tests.people.test_recheck import modify, recheck, signed_in
from tests.services.slapd import SlapdServer


def _events(app: Flask) -> list[tuple[str, str | None, str]]:
    """Return kind, user name and details of all events, oldest first."""
    found = (
        select(SecurityEvent.kind, Person.user_name, SecurityEvent.detail)
        .outerjoin(SecurityEvent.person)
        .order_by(SecurityEvent.id)
    )
    with app.app_context():
        return [(kind, name, detail) for kind, name, detail in db.session.execute(found)]


def _run(app: Flask, *words: str) -> None:
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.output


def test_who_leads_a_team(app: Flask, cast: Cast) -> None:
    for _twice in range(2):
        _run(app, "desk", "team", "service-desk", "--lead", "Piotr")
    named = ("lead_named", "piotr", "service-desk")
    assert _events(app) == [named]
    _run(app, "desk", "team", "service-desk", "--no-lead", "piotr", "--name-en", "Help")
    assert _events(app) == [named, ("lead_removed", "piotr", "service-desk")]
    page = sign_in(app, cast.adam).get("/admin/security-events").text
    assert [words in page for words in ("Leads a team from now on", "Leads a team no more", "Piotr Wąs")] == [
        True
    ] * 3
    assert sign_in(app, cast.hanna).get("/admin/security-events").status_code == 403


def test_which_teams_there_are_and_who_reads_what_they_have(app: Flask, cast: Cast) -> None:
    _run(app, "desk", "team", "press")
    _run(app, "desk", "team", "press", "--name-pl", "Prasa")
    _run(app, "desk", "team", "press", "--visibility", "restricted")
    _run(app, "desk", "team", "press", "--inactive")
    _run(app, "desk", "team", "press", "--inactive")
    _run(app, "desk", "category", "payroll", "--team", "press", "--position", "2")
    _run(app, "desk", "category", "payroll", "--team", "press")
    assert _events(app) == [
        ("team_changed", None, "press, team"),
        ("team_changed", None, "press, restricted"),
        ("team_changed", None, "press, restricted, inactive"),
        ("category_moved", None, "press, payroll"),
    ]


def test_a_command_that_is_refused_tells_nothing(app: Flask, cast: Cast) -> None:
    for words in (
        ("team", "hr", "--lead", "hanna", "--lead", "ewa"),
        ("category", "payroll", "--team", "no-such"),
    ):
        assert app.test_cli_runner().invoke(args=["desk", *words]).exit_code == 1
    assert _events(app) == []


def test_who_works_in_a_team_by_the_directory(app: Flask, cast: Cast) -> None:
    follow(app, nina="", ewa="Legal", lena="Legal")
    follow(app, nina="", ewa="Legal", lena="Legal")
    assert sorted(_events(app)) == [("team_joined", "ewa", "legal"), ("team_left", "nina", "network")]
    follow(app, ewa="")
    assert _events(app)[2:] == [("team_left", "ewa", "legal")]


def test_who_leaves_the_company_and_comes_back(company_app: Flask, company: SlapdServer) -> None:
    signed_in(company_app, company, "homer")
    signed_in(company_app, company, "bystander")
    before = _events(company_app)
    modify(company, "homer", "modify\nadd: shadowExpire\nshadowExpire: 15000")
    recheck(company_app)
    modify(company, "homer", "modify\ndelete: shadowExpire")
    assert log_in(company_app.test_client(), "homer", "secret").status_code == 303
    assert _events(company_app)[len(before) :] == [
        ("account_closed", "homer", ""),
        ("account_opened", "homer", ""),
    ]


def test_roles_of_somebody_who_signs_in_for_the_first_time(company_app: Flask, company: SlapdServer) -> None:
    company.add(person_ldif("newcomer", "Nora New", "secret"))
    company.modify(
        f"dn: {group_dn('Admins')}\nchangetype: modify\nadd: member\nmember: {person_dn('newcomer')}\n"
    )
    for _twice in range(2):
        assert log_in(company_app.test_client(), "newcomer", "secret").status_code == 303
    assert _events(company_app) == [("roles_changed", "newcomer", "employee → admin")]


def test_an_article_that_a_command_brings_back(app: Flask, cast: Cast, tmp_path: Path) -> None:
    text = "---\ntitle: Door\nlanguage: en\naudience: staff\nstate: {}\n---\nOpen it.\n"
    for state in ("published", "archived", "published"):
        (tmp_path / "door.md").write_text(text.format(state))
        _run(app, "kb", "import", str(tmp_path), "--widen")
    assert [kind for kind, _name, _detail in _events(app)] == ["article-audience-widened"]
