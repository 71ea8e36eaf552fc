"""The same kind of company as company.py, as an Active Directory domain has it."""

from collections.abc import Iterable

from tests.services.samba import BASE, SambaServer, ad_person_ldif
from tests.services.slapd import ldif_entry

PEOPLE = f"OU=Ludzie i działy,{BASE}"
GROUPS = f"OU=Grupy,{BASE}"
ELSEWHERE = f"OU=Elsewhere,{BASE}"

# user name: full name, password
CAST = {
    "ewa": ("Ewa Nowak", "ewa's password"),
    "łukasz": ("Łukasz Gęślą-Jaźń", "zażółć gęślą jaźń"),
    "anna": ('O\'Hara, Anna + "MBA"', "p*)(\\ass"),
    "off": ("Switched Off", "off"),
    "gone": ("Long Gone", "bye"),
    "guessed": ("Much Guessed", "secret"),
    "timed": ("Tim Timed", "tim"),
    "primary": ("Paula Primary", "paula"),
}
_DISABLED = 0x202
_LONG_PAST = "116444736000000000"


def person_dn(user_name: str) -> str:
    """Return the DN of somebody of the cast."""
    return f"CN={_escaped(CAST[user_name][0])},{PEOPLE}"


def group_dn(name: str, base: str = GROUPS) -> str:
    """Return a group's DN."""
    return f"CN={_escaped(name)},{base}"


def fill_domain(server: SambaServer) -> None:
    """Add everybody and all groups, among them a chain through another unit, a loop and a primary group."""
    more: dict[str, tuple[tuple[str, str], ...]] = {
        "ewa": (
            *(("mail", "ewa.nowak@example.com"), ("department", "Księgowość"), ("preferredLanguage", "pl")),
            *(("telephoneNumber", "+48 22 555 01 02"), ("manager", person_dn("łukasz"))),
        ),
        "gone": (("accountExpires", _LONG_PAST),),
    }
    order = ("łukasz", *(name for name in CAST if name != "łukasz"))
    units = "".join(
        ldif_entry(dn, ("objectClass", "organizationalUnit")) for dn in (PEOPLE, GROUPS, ELSEWHERE)
    )
    people = [
        ad_person_ldif(
            name,
            *CAST[name],
            *more.get(name, ()),
            dn=person_dn(name),
            control=_DISABLED if name == "off" else 0x200,
        )
        for name in order
    ]
    groups = [
        _group("Zespół Pomocy, I linia", [person_dn("łukasz")]),
        _group('Q+A "desk"', [person_dn("anna")]),
        _group("Bridge", [group_dn("Zespół Pomocy, I linia")], ELSEWHERE),
        _group("IT staff", [person_dn("ewa"), group_dn("Bridge", ELSEWHERE), group_dn('Q+A "desk"')]),
        _group("Everybody in IT", [group_dn("IT staff")]),
        _group("First group", [person_dn("primary")]),
        _group("Above first group", [group_dn("First group")]),
        _group("loop a", [person_dn("anna")]),
        _group("loop b", [group_dn("loop a")]),
    ]
    server.modify(units + "".join((*people, *groups)))
    server.modify(_member("loop a", group_dn("loop b")))
    first = server.group_number(group_dn("First group"))
    server.modify(
        f"dn: {person_dn('primary')}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: {first}\n\n"
    )


def _group(name: str, members: Iterable[str], base: str = GROUPS) -> str:
    dn = group_dn(name, base)
    account = "".join(letter for letter in name if letter.isalnum())
    # A universal group may hold global and universal ones, and be in them.
    return ldif_entry(
        dn,
        *(("objectClass", "group"), ("groupType", "-2147483640"), ("sAMAccountName", account)),
        *(("member", member) for member in members),
    )


def _member(group: str, member: str) -> str:
    return f"dn: {group_dn(group)}\nchangetype: modify\nadd: member\nmember: {member}\n\n"


def _escaped(name: str) -> str:
    return "".join("\\" + sign if sign in ',+"\\<>;=' else sign for sign in name)
