"""Who may log in, against a real OpenLDAP server."""

import pytest

from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory.company import CAST, PEOPLE, person_dn, person_ldif
from tests.services.slapd import SlapdServer, ldif_entry


@pytest.mark.parametrize("name", ["ewa", "łukasz", "żaneta", "anna"])
def test_the_right_password_lets_in_whatever_letters_it_has(directory: LdapDirectory, name: str) -> None:
    person = directory.check_password(name, CAST[name][1])
    assert person is not None
    assert (person.user_name, person.display_name, person.account) == (name, CAST[name][0], "enabled")


def test_all_that_the_directory_says_of_a_person_is_read(directory: LdapDirectory) -> None:
    person = directory.check_password("ewa", CAST["ewa"][1])
    assert person is not None
    assert person.key.startswith("entryuuid:")
    assert person.mail == "ewa@example.com"
    assert person.department == "Księgowość"
    assert person.telephone == "+48 22 555 01 02"
    assert person.manager_dn == person_dn("łukasz")
    assert person.language == "pl"


@pytest.mark.parametrize("name", ["EWA", "ewa@example.com", " ewa "])
def test_user_name_and_mail_are_both_good_in_any_case(directory: LdapDirectory, name: str) -> None:
    person = directory.check_password(name, CAST["ewa"][1])
    assert person is not None
    assert person.user_name == "ewa"


def test_a_name_typed_with_combining_accents_is_the_same_name(directory: LdapDirectory) -> None:
    person = directory.check_password("z\u0307aneta", CAST["żaneta"][1])
    assert person is not None
    assert person.user_name == "żaneta"


@pytest.mark.parametrize(
    "password", ["", "wrong", "EWA'S PASSWORD", "ewa's password ", "\0", "ewa's password\0x", "\u00ad"]
)
def test_any_other_password_is_refused(directory: LdapDirectory, password: str) -> None:
    assert directory.check_password("ewa", password) is None


@pytest.mark.parametrize("password", ["\u00ad", "\ufe00", "\ud800", "\u202e", "\x07", "😀" * 256, "x" * 1025])
def test_odd_passwords_are_refused_and_never_crash(directory: LdapDirectory, password: str) -> None:
    assert directory.check_password("ewa", password) is None


@pytest.mark.parametrize(
    "name", ["nobody", "ghost", "gone", "desk", "cn=desk,dc=example,dc=com", "dup@example.com"]
)
def test_unknown_locked_expired_and_ambiguous_names_are_refused(directory: LdapDirectory, name: str) -> None:
    for password in ("boo", "bye", "twins", "desk-of-tests"):
        assert directory.check_password(name, password) is None


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "e*",
        "ewa)(uid=*",
        "*)(objectClass=*",
        "ewa\0",
        "ewa,ou=people",
        "",
        " ",
        "a" * 65,
        "ewa)(&",
        "ew\\61",
        "ewa\u00ad",
    ],
)
def test_names_that_are_filters_or_dns_find_nobody(directory: LdapDirectory, name: str) -> None:
    """An allow-list of letters, and each value escaped (security.md L1)."""
    assert directory.check_password(name, CAST["ewa"][1]) is None


@pytest.mark.parametrize("changes", [{"start_tls": True}, {}])
def test_start_tls_and_plain_ldap_on_loopback_work_too(
    company: SlapdServer, changes: dict[str, object]
) -> None:
    directory = LdapDirectory(company.settings(company.ldap_url, **changes))
    assert directory.check_password("ewa", CAST["ewa"][1]) is not None
    assert directory.check_password("ewa", "wrong") is None


def test_nobody_is_shut_out_by_their_user_name_in_the_mail_of_somebody_else(
    directory: LdapDirectory, company: SlapdServer
) -> None:
    company.add(
        person_ldif("vera", "Vera", "right")
        + ldif_entry(
            f"cn=eve,{PEOPLE}",
            *(("objectClass", "inetOrgPerson"), ("cn", "eve"), ("sn", "eve"), ("uid", "eve")),
            *(("userPassword", "eves"), ("mail", "vera"), ("mail", "eve@example.com")),
        )
    )
    try:
        for name in ("vera", "VERA", "EXAMPLE\\vera", "vera@example.com"):
            vera = directory.check_password(name, "right")
            assert vera is not None, name
            assert vera.user_name == "vera"
            assert directory.check_password(name, "eves") is None
            assert [one.user_name for one in directory.find_by_name(name)] == ["vera"]
        eve = directory.check_password("eve@example.com", "eves")
        assert eve is not None
        assert eve.user_name == "eve"
    finally:
        company.modify(
            f"dn: cn=eve,{PEOPLE}\nchangetype: delete\n\ndn: {person_dn('vera')}\nchangetype: delete\n\n"
        )
