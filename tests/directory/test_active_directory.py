"""Log-in, groups and account states against a real Active Directory domain controller."""

import time

import pytest

from servicedesk.directory.ldap_directory import LdapDirectory
from tests.directory.domain import CAST, GROUPS, person_dn
from tests.services.samba import BASE, SambaServer

BUILT_IN = {"Domain Users", "Users"}


@pytest.mark.parametrize("name", ["ewa", "łukasz", "anna", "primary"])
def test_the_right_password_lets_in_whatever_letters_it_has(
    active_directory: LdapDirectory, name: str
) -> None:
    person = active_directory.check_password(name, CAST[name][1])
    assert person is not None
    assert (person.user_name, person.display_name, person.account) == (name, CAST[name][0], "enabled")
    assert person.key.startswith("objectguid:")


@pytest.mark.parametrize("name", ["EWA", "ewa@desk.test", "ewa.nowak@example.com"])
def test_user_name_principal_name_and_mail_are_all_good(active_directory: LdapDirectory, name: str) -> None:
    person = active_directory.check_password(name, CAST["ewa"][1])
    assert person is not None
    assert (person.user_name, person.mail) == ("ewa", "ewa.nowak@example.com")
    assert (person.department, person.telephone, person.language) == ("Księgowość", "+48 22 555 01 02", "pl")
    assert person.manager_dn == person_dn("łukasz")


@pytest.mark.parametrize(
    "password", ["", "wrong", "EWA'S PASSWORD", "\0", "\u00ad", "\ufe00", "ewa's password\0"]
)
def test_any_other_password_is_refused(active_directory: LdapDirectory, password: str) -> None:
    assert active_directory.check_password("ewa", password) is None


@pytest.mark.parametrize("name", ["off", "gone", "nobody", "krbtgt", "DC1", "*"])
def test_disabled_expired_unknown_and_machine_accounts_are_refused(
    active_directory: LdapDirectory, name: str
) -> None:
    assert active_directory.check_password(name, CAST.get(name, ("", "x"))[1]) is None


def test_an_account_that_the_domain_locks_is_refused_and_shown_as_locked(
    active_directory: LdapDirectory,
) -> None:
    person = active_directory.check_password("guessed", "secret")
    assert person is not None
    for guess in range(10):
        assert active_directory.check_password("guessed", f"guess {guess}") is None
    assert active_directory.check_password("guessed", "secret") is None
    now = active_directory.find_person(person.key)
    assert now is not None
    assert now.account == "locked"


def test_unknown_disabled_expired_and_wrong_take_equally_long(active_directory: LdapDirectory) -> None:
    reasons = {
        "unknown": ("nobody", "x"),
        "disabled": ("off", "off"),
        "expired": ("gone", "bye"),
        "wrong": ("timed", "x"),
    }
    taken: dict[str, list[float]] = {reason: [] for reason in reasons}
    # Fewer than lock the account.
    for _ in range(8):
        for reason, (name, password) in reasons.items():
            started = time.perf_counter()
            assert active_directory.check_password(name, password) is None
            taken[reason].append(time.perf_counter() - started)
    # The quickest of each, and a generous ratio: a busy machine makes single answers slow, never quick.
    quickest = {reason: min(seconds) for reason, seconds in taken.items()}
    assert max(quickest.values()) < 4 * min(quickest.values()), quickest


def test_account_states_are_read_for_everybody(active_directory: LdapDirectory) -> None:
    states = {person.user_name: person.account for person in active_directory.list_people()}
    assert (states["ewa"], states["off"], states["gone"]) == ("enabled", "disabled", "expired")
    assert "DC1$" not in states


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("ewa", {"IT staff", "Everybody in IT"}),
        ("łukasz", {"Zespół Pomocy, I linia", "Bridge", "IT staff", "Everybody in IT"}),
        ("anna", {'Q+A "desk"', "IT staff", "Everybody in IT", "loop a", "loop b"}),
    ],
)
def test_nested_groups_count_through_loops_and_odd_names(
    active_directory: LdapDirectory, name: str, groups: set[str]
) -> None:
    person = active_directory.check_password(name, CAST[name][1])
    assert person is not None
    assert person.groups == groups | BUILT_IN


def test_the_primary_group_and_the_groups_it_is_in_count_though_member_of_omits_them(
    active_directory: LdapDirectory,
) -> None:
    person = active_directory.check_password("primary", CAST["primary"][1])
    assert person is not None
    assert person.groups >= {"First group", "Above first group"}


def test_listing_everybody_says_the_same_as_asking_for_each(
    active_directory: LdapDirectory, domain: SambaServer
) -> None:
    people = list(active_directory.list_people())
    assert {person.user_name for person in people} >= set(CAST)
    by_twos = LdapDirectory(domain.settings(page_size=2)).list_people()
    assert {person.key: person for person in by_twos} == {person.key: person for person in people}
    for person in people:
        assert active_directory.find_person(person.key) == person


def test_only_groups_of_the_configured_base_count_the_primary_one_too(domain: SambaServer) -> None:
    directory = LdapDirectory(domain.settings(groups_base=GROUPS))
    person = directory.check_password("łukasz", CAST["łukasz"][1])
    assert person is not None
    assert person.groups == {"Zespół Pomocy, I linia", "IT staff", "Everybody in IT"}
    assert [other for other in directory.list_people() if other.key == person.key] == [person]


def test_a_renamed_person_stays_the_same_and_a_namesake_does_not_inherit(
    active_directory: LdapDirectory, domain: SambaServer
) -> None:
    ewa = active_directory.check_password("ewa", CAST["ewa"][1])
    assert ewa is not None
    rename = f"dn: {person_dn('ewa')}\nchangetype: modrdn\nnewrdn: CN=Ewa Nowak-Wrona\ndeleteoldrdn: 1\n\n"
    moved = person_dn("ewa").replace("Ewa Nowak", "Ewa Nowak-Wrona")
    change = "dn: {}\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: {}\n\n"
    back = f"dn: {moved}\nchangetype: modrdn\nnewrdn: CN=Ewa Nowak\ndeleteoldrdn: 1\n\n"
    domain.modify(rename + change.format(moved, "ewrona"))
    try:
        person = active_directory.find_person(ewa.key)
        assert person is not None
        assert (person.key, person.user_name) == (ewa.key, "ewrona")
        assert active_directory.check_password("ewrona", CAST["ewa"][1]) == person
    finally:
        domain.modify(change.format(moved, "ewa") + back)


def test_start_tls_works_and_the_start_up_check_is_content(domain: SambaServer) -> None:
    directory = LdapDirectory(domain.settings(domain.ldap_url, start_tls=True))
    assert directory.check_password("ewa", CAST["ewa"][1]) is not None
    directory.check_at_start()


def test_a_base_that_answers_with_referrals_is_read_without_following_them(domain: SambaServer) -> None:
    directory = LdapDirectory(domain.settings(people_base=BASE))
    assert directory.check_password("ewa", CAST["ewa"][1]) is not None
