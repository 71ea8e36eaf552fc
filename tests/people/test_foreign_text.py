"""Whatever stands in an entry of the directory, its person signs in or is named in the report, and so do all others."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from ldaptor.protocols import pureldap
from sqlalchemy import select

from servicedesk import foreign_text
from servicedesk.database import db
from servicedesk.people.models import Person
from tests.directory.faulty_server import DESK_DN, DESK_PASSWORD, WHO_AM_I, FaultyServer, Talk
from tests.people.conftest import MakeApp, log_in
from tests.services.slapd import BASE

PICTURE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x80\x81"
ODD = {
    "nul": b"Ewa\0 Nowak",
    "lines": b"Ewa\r\nBcc: x@evil.test",
    "separators": "Ewa\x85a\u2028b\u2029c\vd\fe".encode(),
    "bidi": "Ewa\u202e kawoN\u2066".encode(),
    "unseen": "Ewa\u200b\u00adNowak\ufeff".encode(),
    "surrogate": b"Ewa \xed\xa0\x80 Nowak",
    "binary": PICTURE,
    "long": "ż".encode() * 500_000,
    "blank": b" \t ",
    "decomposed": "Z\u0307aneta".encode(),
}
KEYS = {name: uuid.UUID(int=number + 1) for number, name in enumerate([*ODD, "plain"])}
UNREAD = uuid.UUID(int=99)


def entry(name: str, value: bytes) -> list[tuple[str, list[bytes]]]:
    """Return what the directory says of one person, with the value wherever text stands."""
    return [
        ("uid", [name.encode()]),
        ("entryUUID", [str(KEYS[name]).encode()]),
        ("displayName", [value]),
        ("cn", [value, b"Common Name"]),
        ("departmentNumber", [value]),
        ("telephoneNumber", [value]),
        ("mail", [value, f"{name}@example.com".encode()]),
    ]


ENTRIES = {
    **{f"uid={name},ou=people,{BASE}": entry(name, value) for name, value in ODD.items()},
    f"uid=plain,ou=people,{BASE}": entry("plain", b"Plain Person"),
    f"uid=\r\nunread,ou=people,{BASE}": [("uid", [PICTURE]), ("entryUUID", [str(UNREAD).encode()])],
    f"uid=keyless,ou=people,{BASE}": [("uid", [b"keyless"]), ("cn", [b"Keyless"])],
}


def answer(talk: Talk, request: Any) -> None:
    """Let everybody in; find whoever's name or key stands in the question, or everybody."""
    if isinstance(request, pureldap.LDAPBindRequest):
        talk.send(pureldap.LDAPBindResponse(resultCode=0))
        talk.connection_dn = request.dn  # type: ignore[attr-defined]
    elif isinstance(request, pureldap.LDAPExtendedRequest) and request.requestName == WHO_AM_I:
        identity = b"dn:" + talk.connection_dn  # type: ignore[attr-defined]
        talk.send(pureldap.LDAPExtendedResponse(resultCode=0, response=identity))
    elif isinstance(request, pureldap.LDAPSearchRequest):
        octets = request.toWire()
        asked = [name for name in KEYS if f"{name}".encode() in octets or str(KEYS[name]).encode() in octets]
        is_people = b"people" in request.baseObject
        for dn, attributes in ENTRIES.items() if is_people else ():
            if not asked or any(f"uid={name}," in dn for name in asked):
                talk.send(pureldap.LDAPSearchResultEntry(objectName=dn, attributes=attributes))
        if not is_people:
            for number, name in enumerate(ODD.values()):
                dn = f"ou={number},ou=groups,{BASE}"
                talk.send(pureldap.LDAPSearchResultEntry(objectName=dn, attributes=[("cn", [name])]))
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))


@pytest.fixture
def odd_app(make_app: MakeApp) -> Iterator[Flask]:
    """The application on a directory with odd entries."""
    with FaultyServer(answer) as server:
        yield make_app(
            LDAP_URLS=server.url,
            LDAP_BIND_DN=DESK_DN,
            LDAP_BIND_PASSWORD=DESK_PASSWORD,
            LDAP_PEOPLE_BASE=f"ou=people,{BASE}",
            LDAP_GROUPS_BASE=f"ou=groups,{BASE}",
        )


def person(app: Flask, name: str) -> Person:
    """Return the person."""
    with app.app_context():
        key = f"entryuuid:{KEYS[name]}"
        return db.session.scalars(select(Person).where(Person.directory_key == key)).one()


def test_all_are_brought_and_what_cannot_be_used_is_a_line_of_the_report(odd_app: Flask) -> None:
    with odd_app.app_context():
        db.session.add(
            Person(directory_key=f"entryuuid:{UNREAD}", user_name="unread", display_name="Una Read")
        )
        db.session.commit()
    told = odd_app.test_cli_runner().invoke(args=["people", "sync", "--apply", "--i-know"])
    assert told.exit_code == 0, told.output
    assert "Entries that cannot be used, and are left as they are: 2" in told.output
    assert f"uid= unread,ou=people,{BASE}: its user name is missing or no text" in told.output
    assert "uid=keyless" in told.output
    for name in KEYS:
        found = person(odd_app, name)
        for text in (found.display_name, found.department, found.telephone, found.mail, *found.groups):
            assert text is None or foreign_text.line(text) == text != ""
        assert found.mail == f"{name}@example.com"
    assert person(odd_app, "nul").display_name == "Ewa Nowak"
    assert person(odd_app, "lines").display_name == "Ewa Bcc: x@evil.test"
    assert person(odd_app, "separators").display_name == "Ewa a b c d e"
    assert person(odd_app, "binary").display_name == "Common Name"
    assert person(odd_app, "decomposed").display_name == "Żaneta"
    assert len(person(odd_app, "long").display_name) == 200
    with odd_app.app_context():
        # Who is there, but cannot be read, is not taken for somebody who is gone.
        unread = select(Person).where(Person.directory_key == f"entryuuid:{UNREAD}")
        assert db.session.scalars(unread).one().is_active
    assert "To change: 0" in odd_app.test_cli_runner().invoke(args=["people", "sync", "--dry-run"]).output


@pytest.mark.parametrize("name", KEYS)
def test_all_sign_in_and_see_their_profile(odd_app: Flask, name: str) -> None:
    client = odd_app.test_client()
    assert log_in(client, name, "x").status_code == 303
    assert client.get("/profile").status_code == 200
    assert person(odd_app, name).last_login_at is not None
