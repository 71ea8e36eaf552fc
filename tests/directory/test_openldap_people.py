"""Who is there and in which groups, against a real OpenLDAP server."""

import time
from datetime import UTC, datetime

import pytest

from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory.company import CAST, GROUPS, PEOPLE, many_people_ldif, person_dn, person_ldif
from tests.services.slapd import BASE, SlapdServer, ldif_entry, start_slapd


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("ewa", {"IT staff"}),
        ("łukasz", {"Zespół Pomocy, I linia", "IT staff"}),
        ("anna", {'Q+A "desk" <1>', "Zespół Pomocy, I linia", "IT staff"}),
        ("żaneta", {"loop a", "loop b", "loop c"}),
    ],
)
def test_nested_groups_count_through_loops_and_odd_names(
    directory: LdapDirectory, name: str, groups: set[str]
) -> None:
    person = directory.check_password(name, CAST[name][1])
    assert person is not None
    assert person.groups == groups


def test_listing_everybody_says_the_same_as_asking_for_each(
    directory: LdapDirectory, company: SlapdServer
) -> None:
    people = list(directory.list_people())
    assert {person.user_name for person in people} >= {*CAST, "twin"}
    assert list(LdapDirectory(company.settings(page_size=2)).list_people()) == people
    for person in people:
        assert directory.find_person(person.key) == person


def test_account_states_are_read_for_everybody(directory: LdapDirectory) -> None:
    states = {person.user_name: person.account for person in directory.list_people()}
    assert (states["ewa"], states["ghost"], states["gone"]) == ("enabled", "disabled", "expired")


@pytest.mark.parametrize(
    ("mark", "account"),
    [
        ("000001010000Z", "disabled"),
        ("00000101000000Z", "disabled"),
        ("20260101000000Z", "locked"),
        ("20260101000000.123456Z", "locked"),
        ("20990101000000Z", "locked"),
    ],
)
def test_a_lock_by_an_admin_is_for_good_and_one_with_a_time_is_not(
    directory: LdapDirectory, company: SlapdServer, mark: str, account: str
) -> None:
    company.add(person_ldif("marked", "Marked Person", "right"))
    try:
        key = {person.user_name: person.key for person in directory.list_people()}["marked"]
        company.modify(
            f"dn: {person_dn('marked')}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: {mark}\n"
        )
        found = directory.find_person(key)
        assert found is not None
        assert found.account == account
        if account == "disabled":
            assert directory.check_password("marked", "right") is None
    finally:
        company.modify(f"dn: {person_dn('marked')}\nchangetype: delete\n\n")


@pytest.mark.parametrize(
    "key", ["", "ewa", "entryuuid:", "entryuuid:*", "objectguid:7d5c3f51-0000-4000-8000-000000000000"]
)
def test_no_other_kind_of_key_finds_anybody(directory: LdapDirectory, key: str) -> None:
    assert directory.find_person(key) is None


def test_somebody_outside_the_base_or_the_filter_is_nobody(company: SlapdServer) -> None:
    elsewhere = LdapDirectory(company.settings(people_base=GROUPS))
    filtered = LdapDirectory(company.settings(people_filter="(departmentNumber=Księgowość)"))
    assert elsewhere.check_password("ewa", CAST["ewa"][1]) is None
    assert filtered.check_password("łukasz", CAST["łukasz"][1]) is None
    assert [person.user_name for person in filtered.list_people()] == ["ewa"]


def test_a_renamed_person_stays_the_same_and_a_namesake_does_not_inherit(
    directory: LdapDirectory, company: SlapdServer
) -> None:
    company.add(person_ldif("maria", "Maria Stara", "one"))
    maria = directory.check_password("maria", "one")
    assert maria is not None
    company.modify(
        f"dn: {person_dn('maria')}\nchangetype: modrdn\nnewrdn: uid=maria.nowa\ndeleteoldrdn: 1\n\n"
        f"dn: uid=maria.nowa,{PEOPLE}\nchangetype: modify\nreplace: mail\nmail: maria.nowa@example.com\n\n"
    )
    company.add(person_ldif("maria", "Maria Inna", "two"))
    renamed, namesake = (
        directory.check_password("maria.nowa", "one"),
        directory.check_password("maria", "two"),
    )
    assert renamed is not None
    assert namesake is not None
    assert renamed.key == maria.key != namesake.key
    assert namesake.mail == maria.mail
    assert directory.find_person(maria.key) == renamed


def test_a_removed_person_is_found_no_more(directory: LdapDirectory, company: SlapdServer) -> None:
    company.add(person_ldif("leaver", "Paweł Leaver", "x"))
    leaver = directory.check_password("leaver", "x")
    assert leaver is not None
    company.modify(f"dn: {person_dn('leaver')}\nchangetype: delete\n\n")
    assert directory.find_person(leaver.key) is None
    assert directory.check_password("leaver", "x") is None


def test_a_lock_set_by_wrong_guesses_ends_by_itself(directory: LdapDirectory, company: SlapdServer) -> None:
    company.add(person_ldif("target", "Much Guessed", "right"))
    person = directory.check_password("target", "right")
    assert person is not None
    for number in range(30):
        assert directory.check_password("target", f"guess {number}") is None
    assert directory.check_password("target", "right") is None
    locked = directory.find_person(person.key)
    assert locked is not None
    assert locked.account == "locked"
    time.sleep(2.1)
    assert directory.check_password("target", "right") is not None
    freed = directory.find_person(person.key)
    assert freed is not None
    assert freed.account == "enabled"


def test_twelve_thousand_people_are_listed_with_nested_groups_in_a_minute(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = start_slapd(tmp_path_factory.mktemp("many") / "slapd", ldif=many_people_ldif(12_000))
    try:
        directory = LdapDirectory(server.settings())
        started = time.monotonic()
        people = list(directory.list_people())
        seconds = time.monotonic() - started
        assert len({person.key for person in people}) == 12_000
        assert {len(person.groups) for person in people} == {8}
        assert directory.find_person(people[77].key) == people[77]
        assert seconds < 60
    finally:
        server.program.stop()


def test_a_result_larger_than_the_server_gives_is_a_failure_and_not_a_shorter_list(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = start_slapd(
        tmp_path_factory.mktemp("limited") / "slapd",
        extra_config="sizelimit size.soft=3 size.hard=3 size.prtotal=100",
        ldif=many_people_ldif(256),
    )
    try:
        with pytest.raises(DirectoryUnavailableError):
            list(LdapDirectory(server.settings(page_size=2)).list_people())
    finally:
        server.program.stop()


def test_posix_groups_and_groups_of_unique_names_count_too(
    directory: LdapDirectory, company: SlapdServer
) -> None:
    company.add(
        person_ldif("posix", "Posix Person", "x")
        + ldif_entry(
            f"cn=wheel,{GROUPS}",
            *(("objectClass", "posixGroup"), ("cn", "wheel"), ("gidNumber", "10"), ("memberUid", "posix")),
        )
        + ldif_entry(
            f"cn=unique,{GROUPS}",
            *(("objectClass", "groupOfUniqueNames"), ("cn", "unique"), ("uniqueMember", person_dn("posix"))),
        )
    )
    person = directory.check_password("posix", "x")
    assert person is not None
    assert person.groups == {"wheel", "unique"}
    assert [other for other in directory.list_people() if other.key == person.key] == [person]


def test_an_account_that_ends_tonight_is_good_until_then(
    directory: LdapDirectory, company: SlapdServer
) -> None:
    today = (datetime.now(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    company.add(
        person_ldif("tomorrow", "Ends Tomorrow", "x", ("shadowExpire", str(today + 1)))
        + person_ldif("today", "Ended Today", "x", ("shadowExpire", str(today)))
    )
    assert directory.check_password("tomorrow", "x") is not None
    assert directory.check_password("today", "x") is None


def test_the_start_up_check_refuses_a_directory_that_takes_empty_passwords(
    company: SlapdServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Others would be let in by it, if not by us (security.md L2)."""
    LdapDirectory(company.settings()).check_at_start()
    careless = start_slapd(tmp_path_factory.mktemp("careless") / "slapd", extra_config="allow bind_anon_dn")
    try:
        with pytest.raises(ValueError, match="empty password"):
            LdapDirectory(careless.settings()).check_at_start()
        LdapDirectory(careless.settings(allow_empty_bind=True)).check_at_start()
        assert LdapDirectory(careless.settings(people_base=BASE)).check_password("desk", "") is None
    finally:
        careless.program.stop()


def test_the_start_up_check_asks_for_the_desks_own_password(company: SlapdServer) -> None:
    with pytest.raises(ValueError, match="Set the password"):
        LdapDirectory(company.settings(bind_password="")).check_at_start()


def test_a_wrong_password_of_the_desk_itself_makes_the_directory_unavailable(company: SlapdServer) -> None:
    for password in ("wrong", ""):
        with pytest.raises(DirectoryUnavailableError):
            LdapDirectory(company.settings(bind_password=password)).check_password("ewa", CAST["ewa"][1])
