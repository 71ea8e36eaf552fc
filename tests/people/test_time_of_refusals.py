"""A refused log-in costs the same work whatever name was typed: else its time would tell the break-glass account's."""

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.directory.company import CAST, person_ldif
from tests.people.conftest import log_in
from tests.people.test_break_glass import PASSWORD, make
from tests.services.slapd import SlapdServer, ldif_entry

_NAMES = ("rescue", "RESCUE", "ewa", "EWA@example.com", "nobody", "", " ", "x" * 300, "res\0cue", "*")
_WRONG = ("wrong", PASSWORD + "!", "", "x" * 2000, "a\0b", "zażółć")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str | bytes]:
    """The hashes that were compared with a password since."""
    hashes: list[str | bytes] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, password_hash: str | bytes, password: str | bytes) -> bool:
        hashes.append(password_hash)
        return verify(hasher, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return hashes


def _costs(password_hash: str | bytes) -> str:
    """Return algorithm, version and parameters of a hash."""
    return str(password_hash).rsplit("$", 2)[0]


def _stored(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Person.password_hash).where(Person.is_break_glass)).one() or ""


@pytest.mark.parametrize("name", _NAMES)
def test_each_name_costs_one_comparison_by_the_costs_of_the_account(
    company_app: Flask, compared: list[str | bytes], name: str
) -> None:
    make(company_app)
    stored = _stored(company_app)
    client = company_app.test_client()
    for password in _WRONG:
        compared.clear()
        status = log_in(client, name, password).status_code
        assert status in (401, 422)
        # What the form itself refuses, it refuses for all alike.
        assert len(compared) == (1 if status == 401 else 0), password
        assert {_costs(one) for one in compared} <= {_costs(stored)}
        assert (stored in compared) is (status == 401 and name.replace("\0", "").lower() == "rescue"), (
            password
        )


@pytest.mark.parametrize("name", ["rescue", "ewa", "nobody"])
def test_so_it_is_while_the_directory_is_silent(
    offline_app: Flask, compared: list[str | bytes], name: str
) -> None:
    make(offline_app)
    client = offline_app.test_client()
    for count in range(1, 13):
        assert log_in(client, name, "wrong").status_code == 503
        assert len(compared) == count


@pytest.mark.parametrize("name", ["ewa", "nobody"])
def test_so_it_is_where_there_is_no_such_account(
    company_app: Flask, compared: list[str | bytes], name: str
) -> None:
    assert log_in(company_app.test_client(), name, "wrong").status_code == 401
    assert [_costs(one) for one in compared] == [_costs(PasswordHasher().hash("any"))]


def test_a_right_password_beyond_the_limit_is_refused_as_slowly_as_a_wrong_one(
    company_app: Flask, company: SlapdServer, compared: list[str | bytes]
) -> None:
    entry = person_ldif("wilk", "Jan Wilk", "secret")
    old, new = (
        ldif_entry("cn=x", ("mail", one)).splitlines()[1] for one in ("wilk@example.com", "jan.w@example.com")
    )
    company.add(entry.replace(old, new))
    for number in range(10):
        log_in(company_app.test_client(), ("wilk", "jan.w@example.com")[number % 2], "wrong")
    assert len(compared) == 10
    for password in ("secret", "wrong"):
        compared.clear()
        assert log_in(company_app.test_client(), "EXAMPLE\\wilk", password).status_code == 401
        assert len(compared) == 1


def test_who_signs_in_by_the_directory_waits_for_no_comparison(
    company_app: Flask, compared: list[str | bytes]
) -> None:
    make(company_app)
    assert log_in(company_app.test_client(), "ewa", CAST["ewa"][1]).status_code == 303
    assert compared == []


def test_an_account_whose_hash_was_made_by_other_costs_is_still_like_all_names(
    company_app: Flask, compared: list[str | bytes]
) -> None:
    make(company_app)
    with company_app.app_context():
        person = db.session.scalars(select(Person).where(Person.is_break_glass)).one()
        person.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        db.session.commit()
    for name in ("rescue", "ewa", "nobody"):
        log_in(company_app.test_client(), name, "wrong")
    assert len(compared) == 3
    assert len({_costs(one) for one in compared}) == 1
    assert log_in(company_app.test_client(), "rescue", PASSWORD).status_code == 303
