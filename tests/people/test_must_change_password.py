"""A password that has to be changed lets nobody in: somebody else knows it, or it is too old (security.md L3)."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from ldaptor.protocols import pureldap

from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory.company import person_dn, person_ldif
from tests.directory.domain import PEOPLE
from tests.directory.faulty_server import FaultyServer, Talk, but
from tests.people.conftest import MakeApp, ldap_settings, log_in
from tests.people.test_active_directory import domain_app  # noqa: F401 - the application on the domain.
from tests.services.samba import SambaServer, ad_person_ldif
from tests.services.slapd import BASE, SlapdServer, start_slapd

CHANGE_AT = "https://password.example.com/change"
_POLICY = f"dn: cn=policy,{BASE}\nchangetype: modify\n"


@pytest.fixture
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory whose policy asks for a change of passwords that an administrator set."""
    server = start_slapd(tmp_path_factory.mktemp("strict") / "slapd")
    server.modify(_POLICY + "add: pwdMustChange\npwdMustChange: TRUE\n")
    yield server
    server.program.stop()


def refused(app: Flask, name: str, password: str) -> str:
    """Log in, and return the page that refuses it."""
    answer = log_in(app.test_client(), name, password)
    assert answer.status_code == 401
    assert "sid" not in answer.headers.get("Set-Cookie", "")
    return answer.text


def change(server: SlapdServer, name: str, attribute: str, value: str) -> None:
    """Give somebody an attribute."""
    server.modify(f"dn: {person_dn(name)}\nchangetype: modify\nadd: {attribute}\n{attribute}: {value}\n")


def test_a_password_that_was_reset_is_refused_with_the_place_to_change_it(
    make_app: MakeApp, strict: SlapdServer
) -> None:
    app = make_app(**ldap_settings(strict), PASSWORD_CHANGE_URL=CHANGE_AT)
    strict.add(person_ldif("reset", "Rita Reset", "x"))
    signed_in = app.test_client()
    assert log_in(signed_in, "reset", "x").status_code == 303
    change(strict, "reset", "pwdReset", "TRUE")
    page = refused(app, "reset", "x")
    assert "has to be changed" in page
    assert f'href="{CHANGE_AT}"' in page
    # Whoever does not know the password learns nothing of it.
    assert "has to be changed" not in refused(app, "reset", "wrong")
    assert "Rita" not in app.test_cli_runner().invoke(args=["people", "sync", "--dry-run"]).output
    strict.modify(f"dn: {person_dn('reset')}\nchangetype: modify\nreplace: pwdReset\n")
    assert log_in(app.test_client(), "reset", "x").status_code == 303


def test_a_password_that_has_expired_is_refused_though_the_directory_lets_it_pass_a_few_times(
    make_app: MakeApp, strict: SlapdServer
) -> None:
    app = make_app(**ldap_settings(strict))
    strict.modify(
        _POLICY + "add: pwdGraceAuthnLimit\npwdGraceAuthnLimit: 1\n-\nadd: pwdMaxAge\npwdMaxAge: 1\n"
    )
    strict.add(person_ldif("old", "Olga Old", "x"))
    time.sleep(3.1)
    # The first uses up the one time it would pass, the second is refused by the directory itself.
    for _ in range(2):
        assert "has to be changed" in refused(app, "old", "x")


@pytest.mark.parametrize(
    ("attribute", "value", "is_told"),
    [
        ("shadowLastChange", "0", True),
        ("shadowLastChange", "15000", None),
        ("pwdEndTime", "20200101000000Z", False),
        ("pwdStartTime", "20990101000000Z", False),
    ],
)
def test_marks_of_other_policies_count(
    make_app: MakeApp, strict: SlapdServer, attribute: str, value: str, *, is_told: bool | None
) -> None:
    app = make_app(**ldap_settings(strict))
    strict.add(person_ldif("marked", "Mark Marked", "x"))
    change(strict, "marked", attribute, value)
    if is_told is None:
        assert log_in(app.test_client(), "marked", "x").status_code == 303
    else:
        assert ("has to be changed" in refused(app, "marked", "x")) == is_told


def with_marks(**marks: str) -> Callable[[Talk, Any], None]:
    """Return an answer to a search: Ewa with these marks."""

    def answer(talk: Talk, _request: Any) -> None:
        attributes = {"uid": "ewa", "cn": "Ewa", "entryUUID": "7d5c3f51-6f1a-4a6e-9d6b-000000000001", **marks}
        found = [(name, [value]) for name, value in attributes.items()]
        talk.send(
            pureldap.LDAPSearchResultEntry(objectName="uid=ewa,ou=people,dc=example,dc=com", attributes=found)
        )
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))

    return answer


@pytest.mark.parametrize(
    ("marks", "is_in", "must_change"),
    [
        ({}, True, False),
        ({"krbPasswordExpiration": "20200101000000Z"}, False, True),
        ({"krbPasswordExpiration": "20990101000000Z"}, True, False),
        ({"passwordExpirationTime": "19700101000000Z"}, False, True),
        ({"passwordExpirationTime": "202001010000Z"}, False, True),
        ({"krbPrincipalExpiration": "20200101000000Z"}, False, False),
        ({"pwdGraceUseTime": "20260101000000Z"}, False, True),
        ({"pwdReset": "FALSE"}, True, False),
        ({"pwdReset": "perhaps"}, False, True),
        # What cannot be understood lets nobody in.
        ({"krbPasswordExpiration": "soon"}, False, False),
        ({"shadowExpire": "never"}, False, False),
        ({"pwdEndTime": "20261301000000Z"}, False, False),
        ({"nsAccountLock": "maybe"}, False, False),
    ],
)
def test_what_the_entry_says_decides(marks: dict[str, str], *, is_in: bool, must_change: bool) -> None:
    with FaultyServer(but(search=with_marks(**marks))) as server:
        found = LdapDirectory(server.settings()).try_password("ewa", "x")
        assert (found.person is not None, found.must_change) == (is_in, must_change)


@pytest.mark.parametrize(
    ("code", "control", "is_in", "must_change"),
    [
        (0, b"", True, False),
        (0, b"\x30\x00", True, False),
        (0, b"\x30\x05\xa0\x03\x80\x01\x09", True, False),  # Days are left.
        (0, b"\x30\x05\xa0\x03\x81\x01\x01", False, True),  # Log-ins are left.
        (0, b"\x30\x03\x81\x01\x02", False, True),  # Change after a reset.
        (0, b"\x30\x03\x81\x01\x63", False, True),  # An error that nobody knows.
        (0, b"\x30\x7f", False, True),  # Garbage.
        (49, b"\x30\x03\x81\x01\x00", False, True),  # Expired.
        (49, b"\x30\x03\x81\x01\x01", False, False),  # Locked.
        (49, b"", False, False),
    ],
)
def test_what_the_answer_to_a_bind_says_decides(
    code: int, control: bytes, *, is_in: bool, must_change: bool
) -> None:
    def answer(talk: Talk, _request: Any) -> None:
        oid = b"1.3.6.1.4.1.42.2.27.8.5.1"
        controls = _tlv(0xA0, _tlv(0x30, _tlv(0x04, oid) + _tlv(0x04, control))) if control else b""
        bound = _tlv(0x61, bytes([0x0A, 1, code]) + b"\x04\x00\x04\x00")
        talk.raw(_tlv(0x30, _tlv(0x02, talk.message_id.to_bytes(2, "big")) + bound + controls))

    with FaultyServer(but(user_bind=answer)) as server:
        found = LdapDirectory(server.settings()).try_password("ewa", "x")
        assert (found.person is not None, found.must_change) == (is_in, must_change)


def test_in_active_directory_too(domain_app: Flask, domain: SambaServer) -> None:  # noqa: F811 - the fixture.
    dn = f"CN=Nina Nowa,{PEOPLE}"
    domain.modify(ad_person_ldif("nina", "Nina Nowa", "Pass-word-1", ("pwdLastSet", "0"), dn=dn))
    try:
        assert "has to be changed" in refused(domain_app, "nina", "Pass-word-1")
        assert "has to be changed" not in refused(domain_app, "nina", "wrong")
        told = domain_app.test_cli_runner().invoke(args=["people", "sync", "--dry-run"]).output
        assert "Nina Nowa (nina)" in told.partition("To change")[0]
    finally:
        domain.modify(f"dn: {dn}\nchangetype: delete\n\n")


def _tlv(tag: int, value: bytes) -> bytes:
    return bytes([tag, len(value)]) + value
