"""Entries that look like one to somebody else than the directory: none has what is said of the other (security.md L1)."""

from collections.abc import Iterator

import pytest

from servicedesk.directory.entries import DirectoryPerson
from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory.company import GROUPS, PEOPLE, person_dn, person_ldif
from tests.directory.test_group_names import find, group
from tests.services.slapd import SlapdServer, ldif_entry, start_slapd

STAFF, GUESTS = f"ou=Desk Staff,{PEOPLE}", f"ou=guests,{PEOPLE}"
# What OpenLDAP takes for two entries: the group that GROUPS names, and one that somebody made beside it.
PAIRS = [
    ("Access admins", "Acceß admins"),
    ("Straẞe", "straße"),
    ("Ⅷ", "viii"),
    ("Σ desk ΑΣ", "σ desk ας"),
    ("Payroll", "Pay\u200broll"),
    ("Pay desk", "Pay\u2028desk"),
    ("Ϲrew", "σrew"),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory with look-alikes."""
    units = "".join(
        ldif_entry(dn, ("objectClass", "organizationalUnit"), ("ou", dn.partition(",")[0][3:]))
        for dn in (STAFF, GUESTS)
    )
    people = "".join(person_ldif(name, name.title(), "x") for name in ("ida", "olga", "wit", "piotr"))
    groups = "".join(
        group(f"cn={name},{GROUPS}", person_dn(member))
        for pair in PAIRS
        for name, member in zip(pair, ("ida", "olga"), strict=True)
    )
    outer = "".join(
        group(f"cn=Outer {place},{GROUPS}", f"cn={pair[0]},{GROUPS}") for place, pair in enumerate(PAIRS)
    )
    server = start_slapd(
        tmp_path_factory.mktemp("alike") / "slapd",
        ldif=units
        + people
        + groups
        + outer
        + person_ldif("ewa", "Ewa", "x", dn=f"uid=ewa,{STAFF}")
        + group(f"cn=Spelled,{GROUPS}", f"UID=EWA, OU=Desk   Staff,{PEOPLE}")
        + group(f"cn=Wide,{GROUPS}", f"uid=ｅｗａ,ou=Ｄesk staff,{PEOPLE}")
        # Two people, whose DNs look alike.
        + person_ldif(
            "straẞ",
            "First",
            "x",
            dn=f"cn=straẞ,{PEOPLE}",
        )
        + person_ldif("other", "Second", "x", dn=f"cn=straß,{PEOPLE}")
        + group(f"cn=Legal,{GROUPS}", f"cn=straẞ,{PEOPLE}"),
    )
    yield server
    server.program.stop()


@pytest.mark.parametrize(("named", "alike"), PAIRS)
def test_who_makes_a_group_that_looks_like_a_named_one_gets_nothing_by_it(
    office: SlapdServer, named: str, alike: str
) -> None:
    dn = f"cn={named},{GROUPS}"
    place = PAIRS.index((named, alike))
    found = [groups for name in ("olga", "ida") for groups in _both_ways(office, name, dn, dn.upper())]
    assert [{dn, dn.upper(), f"Outer {place}"} & groups for groups in found[:2]] == [set(), set()]
    # The right one has it, at least where the directory itself says which entry is meant.
    assert {dn, f"Outer {place}"} <= found[2]


@pytest.mark.parametrize("group_name", ["Spelled", "Wide"])
def test_a_member_in_another_spelling_counts_at_a_log_in_and_in_a_sync(
    office: SlapdServer, group_name: str
) -> None:
    assert group_name in find(office, "ewa").groups


def test_of_two_people_whose_dns_look_alike_none_has_what_is_said_of_the_other(office: SlapdServer) -> None:
    at_log_in, in_sync = _both_ways(office, "other")
    assert "Legal" not in at_log_in | in_sync


def test_a_uid_that_two_entries_have_gives_nothing(office: SlapdServer) -> None:
    posix = (("objectClass", "posixGroup"), ("gidNumber", "77"))
    office.add(
        ldif_entry(
            f"cn=HR,{GROUPS}",
            *(*posix, ("cn", "HR"), ("memberUid", "piotr"), ("memberUid", "wit"), ("memberUid", "desk.pc")),
        )
        + ldif_entry(f"cn=Shift,{GROUPS}", *(*posix, ("cn", "Shift"), ("memberUid", "piotr")))
    )
    assert find(office, "piotr", "HR").groups == {"HR", "Shift"}
    # Whoever looks after the guests gives one of them the uid of somebody in HR; a second uid is one too.
    office.add(_guest("guest", "PIOTR") + _guest("kim", "kim", "ｗｉｔ"))
    for name in ("guest@example.com", "piotr@example.com", "kim@example.com", "wit@example.com"):
        assert find(office, name, "HR").groups == set()
    for groups in _both_ways(office, "piotr@example.com", f"cn=HR,{GROUPS}"):
        assert groups == set()
    office.modify(f"dn: cn=guest,{GUESTS}\nchangetype: delete\n\ndn: cn=kim,{GUESTS}\nchangetype: delete\n\n")
    assert find(office, "piotr", "HR").groups == {"HR", "Shift"}
    assert find(office, "wit", "HR").groups == {"HR"}


def _guest(name: str, *uids: str) -> str:
    return ldif_entry(
        f"cn={name},{GUESTS}",
        *(("objectClass", "inetOrgPerson"), ("cn", name), ("sn", name), ("userPassword", "x")),
        *(("mail", f"{name}@example.com"), *(("uid", uid) for uid in uids)),
    )


def _both_ways(server: SlapdServer, name: str, *named: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups that somebody has after a log-in and those in a list of everybody."""
    directory = LdapDirectory(server.settings(named_groups=named))
    person = directory.check_password(name, "x")
    assert person is not None
    listed: list[DirectoryPerson] = [one for one in directory.list_people() if one.key == person.key]
    return person.groups, listed[0].groups
