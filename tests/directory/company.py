"""A small company for slapd, with all the awkward names that real ones have."""

import hashlib
import uuid
from collections.abc import Iterable

from tests.services.slapd import BASE, ldif_entry

PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"

# user name: full name, password
CAST = {
    "ewa": ("Ewa Nowak", "ewa's password"),
    "łukasz": ("Łukasz Gęślą-Jaźń", "zażółć gęślą jaźń"),
    "żaneta": ("Żaneta Ćwiek", "ﬁancé ªº\u00ad"),
    "anna": ('Anna O\'Hara, PhD + "MBA"', "p*)(\\ass"),
    "ghost": ("Locked Ghost", "boo"),
    "gone": ("Long Gone", "bye"),
    "dup": ("First Twin", "twins"),
}
# group: people in it, groups in it
GROUP_MEMBERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "IT staff": (("ewa",), ("Zespół Pomocy, I linia",)),
    "Zespół Pomocy, I linia": (("łukasz",), ('Q+A "desk" <1>',)),
    'Q+A "desk" <1>': (("anna",), ()),
    "loop a": (("żaneta",), ("loop c",)),
    "loop b": ((), ("loop a",)),
    "loop c": ((), ("loop b",)),
    "empty": (("gone",), ()),
}


def person_dn(user_name: str) -> str:
    """Return the DN of somebody of the cast; Anna's has to be escaped in many places."""
    if user_name == "anna":
        return f'cn=Anna O\'Hara\\, PhD \\+ \\"MBA\\",{PEOPLE}'
    return f"uid={user_name},{PEOPLE}"


def person_ldif(user_name: str, name: str, password: str, *more: tuple[str, str], dn: str = "") -> str:
    """Return one person as LDIF."""
    return ldif_entry(
        dn or person_dn(user_name),
        *(("objectClass", kind) for kind in ("inetOrgPerson", "shadowAccount")),
        *(("uid", user_name), ("cn", name), ("sn", name.split()[-1]), ("displayName", name)),
        *(("mail", f"{user_name}@example.com"), ("userPassword", password)),
        *more,
    )


def group_dn(name: str) -> str:
    """Return a group's DN with the signs that have a meaning escaped."""
    return f"cn={''.join(chr(92) + sign if sign in ',+<>;=' + chr(34) else sign for sign in name)},{GROUPS}"


def group_ldif(name: str, members: Iterable[str]) -> str:
    """Return one group as LDIF."""
    return ldif_entry(
        group_dn(name), ("objectClass", "groupOfNames"), ("cn", name), *(("member", dn) for dn in members)
    )


def company_ldif() -> str:
    """Return everybody and all groups."""
    more: dict[str, tuple[tuple[str, str], ...]] = {
        "ewa": (
            *(("departmentNumber", "Księgowość"), ("telephoneNumber", "+48 22 555 01 02")),
            *(("manager", person_dn("łukasz")), ("preferredLanguage", "pl-PL, en;q=0.8")),
        ),
        "ghost": (("pwdAccountLockedTime", "000001010000Z"),),
        "gone": (("shadowExpire", "15000"),),
    }
    people = [
        person_ldif(name, full, password, *more.get(name, ())) for name, (full, password) in CAST.items()
    ]
    # A second person whose mail is the first one's user name with the domain: neither may log in by it.
    twin = person_ldif("twin", "Second Twin", "twins").replace(_mail("twin"), _mail("dup"))
    groups = [
        group_ldif(name, [*map(person_dn, members), *map(group_dn, nested)])
        for name, (members, nested) in GROUP_MEMBERS.items()
    ]
    return "".join((*people, twin, *groups))


def many_people_ldif(count: int) -> str:
    """Return a company of `count` people, each in one of the leaf groups of a tree of groups seven levels deep."""
    people = [
        person_ldif(
            f"user{number:05}",
            f"Użytkownik {number}",
            "x",
            ("entryUUID", str(uuid.UUID(int=_digest(number)))),
        )
        for number in range(count)
    ]
    leaves = [f"leaf {number}" for number in range(128)]
    groups = [
        group_ldif(name, [person_dn(f"user{number:05}") for number in range(place, count, len(leaves))])
        for place, name in enumerate(leaves)
    ]
    level = leaves
    while len(level) > 1:
        pairs = list(zip(level[::2], level[1::2], strict=True))
        names = [
            f"{left} + {right}"[:20] + f" of {len(level)} {place}"
            for place, (left, right) in enumerate(pairs)
        ]
        groups += [group_ldif(name, map(group_dn, pair)) for name, pair in zip(names, pairs, strict=True)]
        level = names
    return "".join((*people, *groups))


def _mail(user_name: str) -> str:
    return ldif_entry("cn=x", ("mail", f"{user_name}@example.com")).splitlines()[1]


def _digest(number: int) -> int:
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:16])
