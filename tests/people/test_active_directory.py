"""The same through the log-in page with a Samba Active Directory domain controller."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.people import actions
from servicedesk.people.models import Person
from tests.directory.domain import CAST, person_dn
from tests.people.conftest import MakeApp, log_in
from tests.services.samba import SambaServer

ROLES = {"agent": ("IT staff",), "admin": ("Above first group",)}


@pytest.fixture
def domain_app(make_app: MakeApp, domain: SambaServer) -> Flask:
    """The application on the domain."""
    settings = domain.settings()
    return make_app(
        LDAP_KIND="active-directory",
        LDAP_URLS=" ".join(settings.urls),
        LDAP_CA_CERTS_FILE=str(settings.ca_certs_file),
        LDAP_BIND_DN=settings.bind_dn,
        LDAP_BIND_PASSWORD=settings.bind_password,
        LDAP_PEOPLE_BASE=settings.people_base,
        LDAP_GROUPS_BASE=settings.groups_base,
        GROUPS=json.dumps({"roles": ROLES}),
    )


@pytest.mark.parametrize(
    ("name", "roles"),
    [("ewa", ["agent"]), ("łukasz", ["agent"]), ("anna", ["agent"]), ("timed", []), ("primary", ["admin"])],
)
def test_people_log_in_and_get_roles_from_nested_and_primary_groups(
    domain_app: Flask, name: str, roles: list[str]
) -> None:
    assert log_in(domain_app.test_client(), name, CAST[name][1]).status_code == 303
    with domain_app.app_context():
        logged_in = select(Person).where(Person.user_name == name, Person.last_login_at.is_not(None))
        person = db.session.scalars(logged_in).one()
        assert person.roles == roles
        assert (person.directory_key or "").startswith("objectguid:")


def test_the_user_principal_name_is_a_name_too(domain_app: Flask) -> None:
    client = domain_app.test_client()
    log_in(client, "ewa.nowak@example.com", CAST["ewa"][1])
    assert "Księgowość" in client.get("/profile").text


@pytest.mark.parametrize(
    ("name", "password"),
    [("off", CAST["off"][1]), ("gone", CAST["gone"][1]), ("ewa", "wrong"), ("nobody", "x")],
)
def test_all_others_get_the_same_answer(domain_app: Flask, name: str, password: str) -> None:
    answer = log_in(domain_app.test_client(), name, password)
    assert answer.status_code == 401
    assert "do not fit together" in answer.text


def test_a_disabled_account_loses_its_sessions(domain_app: Flask, domain: SambaServer) -> None:
    client = domain_app.test_client()
    log_in(client, "łukasz", CAST["łukasz"][1])
    assert client.get("/profile").status_code == 200
    control = f"dn: {person_dn('łukasz')}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: {{}}\n\n"
    domain.modify(control.format(0x202))
    try:
        with domain_app.app_context():
            db.session.execute(update(Person).values(state_checked_at=now() - timedelta(minutes=10)))
            db.session.commit()
            *_, done = actions.recheck_live_accounts(current_directory(), by_role=ROLES)
            db.session.commit()
            assert done.shut_out == 1
        assert client.get("/profile").status_code == 303
        assert log_in(client, "łukasz", CAST["łukasz"][1]).status_code == 401
    finally:
        domain.modify(control.format(0x200))


def test_everybody_is_synced(domain_app: Flask) -> None:
    result = domain_app.test_cli_runner().invoke(args=["people", "sync", "--apply", "--i-know"])
    assert result.exit_code == 0, result.output
    assert "Ewa Nowak (ewa)" in result.output
    assert "Switched Off" not in result.output.partition("To change")[0]
