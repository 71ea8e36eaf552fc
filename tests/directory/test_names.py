"""Names as typed, and the many ways to write one DN (security.md L1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk.directory.names import (
    dn_key,
    dn_value,
    domain_of,
    filter_value,
    is_below,
    login_name,
    password_bytes,
)

VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=Ewa,OU=IT,DC=example,DC=com", "cn=ewa, ou=it, dc=EXAMPLE, dc=com"),
        (r"cn=Smith\, John,dc=x", r"cn=Smith\2C John,dc=x"),
        (r"cn=a\+b,dc=x", r"cn=a\2bb,dc=x"),
        (r"cn=\"q\",dc=x", r"cn=\22q\22,dc=x"),
        ('cn="Smith, John",dc=x', r"cn=Smith\, John,dc=x"),
        ("cn=a+uid=b,dc=x", "uid=b+cn=a,dc=x"),
        (r"cn=\c5\81ukasz,dc=x", "cn=Łukasz,dc=x"),
        ("cn=z\u0307,dc=x", "cn=ż,dc=x"),
    ],
)
def test_one_dn_written_in_two_ways_has_one_key(one: str, other: str) -> None:
    assert dn_key(one) == dn_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"cn=a\,ou=b,dc=x", "cn=a,ou=b,dc=x"),
        (r"cn=a\+uid=b,dc=x", "cn=a+uid=b,dc=x"),
        ("cn=ab,dc=x", "cn=a b,dc=x"),
        ("cn=a,dc=x", "cn=a,dc=x,dc=y"),
    ],
)
def test_different_dns_have_different_keys(one: str, other: str) -> None:
    assert dn_key(one) != dn_key(other)


@given(VALUES)
def test_a_value_cannot_leave_its_place_in_a_dn(value: str) -> None:
    assert is_below(f"cn={dn_value(value)},ou=groups,dc=x", "OU=groups, DC=x")
    assert dn_key(f"cn={dn_value(value)},dc=x").count("\x1f") == 1


@given(st.text(max_size=200))
def test_no_dn_is_too_strange_to_be_compared(dn: str) -> None:
    assert dn_key(dn) == dn_key(dn)
    assert isinstance(domain_of(dn), str)


@given(VALUES)
def test_an_escaped_value_has_no_sign_that_a_filter_knows(value: str) -> None:
    escaped = filter_value(value)
    assert not set(escaped) & set("*()\0")
    octets = bytearray()
    rest = escaped
    while rest:
        if rest[0] == "\\":
            octets.append(int(rest[1:3], 16))
            rest = rest[3:]
        else:
            octets += rest[0].encode("ascii")
            rest = rest[1:]
    assert octets.decode("utf-8") == value


@given(st.text(max_size=80))
def test_a_login_name_holds_nothing_unseen_and_no_sign_of_filters(typed: str) -> None:
    name = login_name(typed)
    assert name is None or (0 < len(name) <= 256 and name.isprintable() and not set(name) & set("*()"))


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "o'brien",
            "j.smith+it",
            "space user",
            "amp&co",
            "hash#1",
            "Smith, John",
            "a[1]",
            "a/b",
            "EXAMPLE\\anna",
        ),
        *("łukasz", "山田", "anna@example.com", "x" * 84 + "@example.com", "a=b;c<d>", 'say "hi"', "a" * 256),
    ],
)
def test_names_that_people_have_are_names(typed: str) -> None:
    assert login_name(f" {typed} ") == typed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "*",
        "a*",
        "a(b",
        "a)b",
        "a\0",
        "a\nb",
        "a\tb",
        "a\u200bb",
        "a\u202eb",
        "a\x85b",
        "\ud800",
        "a" * 257,
        "ﷺ" * 20,
    ],
)
def test_what_no_account_can_have_is_no_name(typed: str) -> None:
    assert login_name(typed) is None


@given(st.text(st.characters(), max_size=1100))
def test_passwords_that_are_sent_are_neither_empty_nor_long_nor_have_a_nul(typed: str) -> None:
    octets = password_bytes(typed)
    assert octets is None or (0 < len(octets) <= 1024 and b"\0" not in octets)


def test_where_an_entry_stands_is_not_fooled_by_similar_names() -> None:
    assert not is_below("cn=a,ou=xgroups,dc=x", "ou=groups,dc=x")
    assert not is_below(r"cn=a\,ou=groups,dc=x", "ou=groups,dc=x")
    assert is_below("ou=groups,dc=x", "ou=Groups,dc=x")
    assert domain_of(r"OU=a\,dc=b,DC=desk,DC=test") == "DC=desk,DC=test"
