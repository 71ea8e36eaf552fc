"""A group is known by its DN or its id, and by its name only while no other group below the base has it (security.md L1)."""

import base64
import logging
import uuid
from collections.abc import Iterator

import pytest

from servicedesk.directory.entries import DirectoryPerson
from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory import domain as ad
from tests.directory.company import GROUPS, person_dn, person_ldif
from tests.services.samba import SambaServer
from tests.services.slapd import SlapdServer, ldif_entry, start_slapd

IT, CLUB = f"ou=it,{GROUPS}", f"ou=club,{GROUPS}"
ADMINS, FALSE_ADMINS = f"cn=Desk admins,{IT}", f"cn=Desk admins,{CLUB}"
UUID = "5f0a3c1e-1111-4222-8333-0123456789ab"


def group(dn: str, *members: str, names: tuple[str, ...] = (), more: tuple[tuple[str, str], ...] = ()) -> str:
    """Return a group as LDIF, with further names beside the one in its DN."""
    own = dn.partition(",")[0].partition("=")[2]
    return ldif_entry(
        dn,
        ("objectClass", "groupOfNames"),
        *(("cn", name) for name in dict.fromkeys((*names, own))),
        *(("member", member) for member in members),
        *more,
    )


@pytest.fixture(scope="module")
def clubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory in which a club has its own unit of groups, and names that others have."""
    units = "".join(
        ldif_entry(dn, ("objectClass", "organizationalUnit"), ("ou", dn.partition(",")[0][3:]))
        for dn in (IT, CLUB)
    )
    people = "".join(person_ldif(name, name.title(), "x") for name in ("ida", "olga", "both", "wit"))
    server = start_slapd(
        tmp_path_factory.mktemp("clubs") / "slapd",
        ldif=units
        + people
        + group(ADMINS, person_dn("ida"), person_dn("both"), more=(("entryUUID", UUID),))
        + group(FALSE_ADMINS, person_dn("olga"), person_dn("both"))
        + group(f"cn=Chess,{CLUB}", person_dn("olga"), person_dn("ida"))
        + group(f"cn=Payroll,{IT}", person_dn("ida"))
        + group(f"cn=PAY  ROLL,{CLUB}", person_dn("wit"))
        + group(f"cn=pay roll,{IT}", person_dn("ida"))
        + group(f"cn=Straße,{IT}", person_dn("ida"))
        + group(f"cn=Strasse,{CLUB}", person_dn("olga"))
        + group(f"cn=Go,{CLUB}", person_dn("olga"), names=("Editors", "Go"))
        + group(f"cn=Editors,{IT}", person_dn("ida"))
        + group(f"cn={UUID},{CLUB}", person_dn("olga"))
        + ldif_entry(
            f'cn="{ADMINS}",{CLUB}',
            *(("objectClass", "groupOfNames"), ("cn", ADMINS), ("member", person_dn("olga"))),
        ),
    )
    yield server
    server.program.stop()


def find(server: SlapdServer, name: str, *named: str) -> DirectoryPerson:
    """Log in, and check that the list of everybody says the same."""
    directory = LdapDirectory(server.settings(named_groups=named))
    person = directory.check_password(name, "x")
    assert person is not None
    assert [other for other in directory.list_people() if other.key == person.key] == [person]
    assert directory.find_person(person.key) == person
    return person


@pytest.mark.parametrize("name", ["ida", "olga", "both"])
def test_a_name_that_stands_twice_gives_nothing_and_is_told(
    clubs: SlapdServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    person = find(clubs, name, "Desk admins", "desk ADMINS", "Ｄｅｓｋ admins")
    assert {"Desk admins", "desk ADMINS", "Ｄｅｓｋ admins"} & person.groups == set()
    assert "'Desk admins'" in caplog.text
    assert "Chess" not in caplog.text


@pytest.mark.parametrize(
    "text", [ADMINS, ADMINS.upper(), ADMINS.replace(",", " , "), UUID, UUID.upper(), f"{{{UUID}}}"]
)
def test_a_dn_or_an_id_in_any_spelling_means_one_group(clubs: SlapdServer, text: str) -> None:
    assert text in find(clubs, "ida", text).groups
    assert text in find(clubs, "both", text).groups
    assert text not in find(clubs, "olga", text).groups


def test_a_group_that_is_called_like_a_dn_or_an_id_is_not_that_group(clubs: SlapdServer) -> None:
    assert find(clubs, "olga", ADMINS, UUID).groups == {"Chess", "Go", "Strasse"}


@pytest.mark.parametrize(
    ("name", "text", "is_in_it"),
    [
        ("ida", "pay roll", False),  # Spaces and capitals are no difference to the directory.
        ("wit", "PAY ROLL", False),
        ("ida", "Payroll", True),
        ("ida", "payroll", True),
        ("ida", "Straße", True),  # Two names for OpenLDAP.
        ("olga", "Straße", False),
        ("ida", "Editors", False),  # A second name of another group.
        ("olga", "Editors", False),
        ("olga", "chess", True),
    ],
)
def test_names_count_while_nothing_like_them_stands_elsewhere(
    clubs: SlapdServer, name: str, text: str, *, is_in_it: bool
) -> None:
    assert (text in find(clubs, name, text).groups) == is_in_it


def test_it_is_said_which_groups_exist_are_ambiguous_or_missing(clubs: SlapdServer) -> None:
    named = (ADMINS, UUID, "Chess", "Desk admins", "Nobody's", f"cn=Nobody,{IT}", person_dn("ida"), "a=b")
    found = {one.text: one for one in LdapDirectory(clubs.settings(named_groups=named)).named_groups()}
    assert [*found] == [*named]
    assert [text for text, one in found.items() if one.is_ambiguous] == ["Desk admins"]
    assert [text for text, one in found.items() if one.is_missing] == [*named[4:]]
    assert sorted(found["Desk admins"].dns) == sorted([ADMINS, FALSE_ADMINS])
    assert found[UUID].dns == (ADMINS,)


def test_in_active_directory_too(active_directory: LdapDirectory, domain: SambaServer) -> None:
    """The primary group counts only below the base, and accents make no other name."""
    dn = ad.group_dn("Płace")
    false = ad.group_dn("PLACE", ad.ELSEWHERE)
    one = ("groupType", "-2147483640")
    domain.modify(
        ldif_entry(
            dn, ("objectClass", "group"), one, ("sAMAccountName", "pay1"), ("member", ad.person_dn("ewa"))
        )
        + ldif_entry(
            false, ("objectClass", "group"), one, ("sAMAccountName", "pay2"), ("member", ad.person_dn("anna"))
        )
    )
    try:
        named = (dn, "Płace", "PLACE", "IT staff")
        directory = LdapDirectory(domain.settings(named_groups=named))
        for name, expected in (("ewa", {dn, "IT staff"}), ("anna", {"IT staff"})):
            person = directory.check_password(name, ad.CAST[name][1])
            assert person is not None
            assert person.groups & set(named) == expected
            assert directory.find_person(person.key) == person
            assert [other for other in directory.list_people() if other.key == person.key] == [person]
        guid = _guid(domain, dn)
        by_id = LdapDirectory(domain.settings(named_groups=(guid,), groups_base=ad.GROUPS))
        ewa = by_id.check_password("ewa", ad.CAST["ewa"][1])
        assert ewa is not None
        # Below this base the name is unique, and the primary group, Domain Users, stands outside.
        assert ewa.groups == {guid, "Płace", "IT staff", "Everybody in IT"}
        assert [(one.kind, one.dns) for one in by_id.named_groups()] == [("id", (dn,))]
    finally:
        domain.modify("".join(f"dn:{_one_line(one)}\nchangetype: delete\n\n" for one in (dn, false)))


def _one_line(dn: str) -> str:
    return f": {base64.b64encode(dn.encode()).decode()}"


def _guid(domain: SambaServer, dn: str) -> str:

    printed = domain._run("ldapsearch", "-LLL", "-b", dn, "-s", "base", "objectGUID")
    line = next(line for line in printed.splitlines() if line.startswith("objectGUID:: "))
    return str(uuid.UUID(bytes_le=base64.b64decode(line.partition(":: ")[2])))
