"""Two live accounts may have one address; sync, log-in and re-check agree, and only who is gone gives it up."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.people import actions
from servicedesk.people.models import Person
from tests.directory.company import group_ldif, person_dn, person_ldif
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.services.slapd import SlapdServer, ldif_entry, start_slapd

MAIL = "anna@example.com"


def with_mail(name: str, mail: str) -> str:
    """Return somebody with this address as LDIF."""
    old, new = (ldif_entry("cn=x", ("mail", one)).splitlines()[1] for one in (f"{name}@example.com", mail))
    return person_ldif(name, name.title(), "x").replace(old, new)


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory in which Anna has an account for daily work and one for administration."""
    people = person_ldif("anna", "Anna", "x") + with_mail("adm-anna", MAIL) + person_ldif("eva", "Eva", "x")
    server = start_slapd(
        tmp_path_factory.mktemp("office") / "slapd",
        ldif=people + group_ldif("IT staff", [person_dn("eva")]),
    )
    yield server
    server.program.stop()


def mails(app: Flask) -> dict[str, str | None]:
    """Return the addresses of those who came from this directory."""
    with app.app_context():
        found = db.session.scalars(select(Person).where(Person.display_name.in_(["Anna", "Adm-Anna"]))).all()
        return {person.user_name: person.mail for person in found}


def sync(app: Flask, *more: str) -> str:
    """Bring people up to date."""
    result = app.test_cli_runner().invoke(args=["people", "sync", *more])
    assert result.exit_code == 0, result.output
    return result.output


def recheck(app: Flask) -> None:
    """Do what the job does."""
    with app.app_context():
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
        db.session.commit()
        for _ in actions.recheck_live_accounts(current_directory(), by_role={}):
            db.session.commit()


def test_both_keep_it_whatever_happens_in_what_order(make_app: MakeApp, office: SlapdServer) -> None:
    app = make_app(**ldap_settings(office))
    both = {"anna": MAIL, "adm-anna": MAIL}
    told = sync(app, "--apply", "--i-know")
    assert f"{MAIL}: Adm-Anna (adm-anna), Anna (anna)" in told
    for name in ("anna", "adm-anna", "anna"):
        assert log_in(app.test_client(), name, "x").status_code == 303
        assert mails(app) == both
    recheck(app)
    assert mails(app) == both
    assert "To change: 0" in sync(app, "--dry-run")
    # By the address nobody can tell which of them it is.
    answer = log_in(app.test_client(), MAIL, "x")
    assert answer.status_code == 401
    assert "do not fit together" in answer.text


@pytest.mark.parametrize("way", ["sync", "log-in", "re-check"])
@pytest.mark.parametrize("change", ["delete", "modify\nadd: shadowExpire\nshadowExpire: 15000"])
def test_who_is_gone_or_disabled_gives_it_up(
    make_app: MakeApp, office: SlapdServer, way: str, change: str
) -> None:
    app = make_app(**ldap_settings(office))
    for name in ("anna", "adm-anna", "eva"):
        assert log_in(app.test_client(), name, "x").status_code == 303
    office.modify(f"dn: {person_dn('adm-anna')}\nchangetype: {change}\n")
    if way == "sync":
        sync(app, "--apply", "--i-know")
    elif way == "log-in":
        assert log_in(app.test_client(), "anna", "x").status_code == 303
    else:
        recheck(app)
    assert mails(app) == {"anna": MAIL, "adm-anna": None}
    sync(app, "--apply", "--i-know")
    assert mails(app) == {"anna": MAIL, "adm-anna": None}
    assert "To change: 0" in sync(app, "--dry-run")
