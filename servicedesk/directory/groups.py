"""Which groups a person is in, through however many other groups.

Groups are known by their name (cn): two of the same name below the base for groups count as one.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from servicedesk.directory.names import dn_key, domain_of, filter_value, is_below
from servicedesk.directory.session import Entry, Session

_IN_CHAIN = "1.2.840.113556.1.4.1941"
_MOST_GROUPS = 100_000
_MOST_OF_ONE_PERSON = 2_000
_DEEPEST = 50
# Filters of some hundred parts are refused by some servers.
_DNS_A_SEARCH = 50


def find_groups(session: Session, person: Entry, base: str, *, is_active_directory: bool) -> frozenset[str]:
    """Return the names of all groups below `base` that the person is in, directly or not."""
    if is_active_directory:
        return _find_by_chain(session, person, base)
    return _find_by_walking(session, person, base)


class GroupMap:
    """All groups of the directory, read once, to answer for many people."""

    def __init__(self, session: Session, base: str, *, is_active_directory: bool, page_size: int) -> None:
        """Read all groups and who is in whom."""
        self._base = base
        self._names: dict[str, str] = {}
        self._inside: set[str] = set()
        self._parents: defaultdict[str, set[str]] = defaultdict(set)
        self._key_by_sid: dict[bytes, str] = {}
        self._ancestors: dict[str, frozenset[str]] = {}
        read = self._read_active_directory if is_active_directory else self._read_openldap
        read(session, page_size)

    def groups_of(self, person: Entry) -> frozenset[str]:
        """Return the names of all groups that the person is in, directly or not."""
        direct = {dn_key(dn) for dn in person.texts("memberOf")}
        direct |= self._parents.get(dn_key(person.dn), set())
        direct |= self._parents.get(_member_uid(person), set())
        names = set()
        primary = self._key_by_sid.get(_primary_group_sid(person) or b"")
        if primary:
            direct.add(primary)
            names.add(self._names[primary])
        for key in direct:
            names |= self._names_from(key)
        return frozenset(names)

    def _names_from(self, key: str) -> frozenset[str]:
        if key not in self._ancestors:
            seen = _reachable(key, self._parents)
            self._ancestors[key] = frozenset(self._names[group] for group in seen & self._inside)
        return self._ancestors[key]

    def _read_active_directory(self, session: Session, page_size: int) -> None:
        # The whole domain: a chain of groups may lead through one that stands elsewhere.
        base = domain_of(self._base) or self._base
        attributes = ("cn", "memberOf", "objectSid")
        for group in session.pages(
            base, "(objectClass=group)", attributes, page_size=page_size, limit=_MOST_GROUPS
        ):
            key = self._add(group)
            # memberOf, not member: the latter comes in slices of 1,500.
            self._parents[key].update(dn_key(dn) for dn in group.texts("memberOf"))
            sid = group.octets("objectSid")
            if sid:
                self._key_by_sid[sid] = key

    def _read_openldap(self, session: Session, page_size: int) -> None:
        attributes = ("cn", "member", "uniqueMember", "memberUid")
        for group in session.pages(
            self._base, _ANY_GROUP, attributes, page_size=page_size, limit=_MOST_GROUPS
        ):
            key = self._add(group)
            for dn in group.texts("member") + group.texts("uniqueMember"):
                self._parents[dn_key(dn)].add(key)
            for uid in group.texts("memberUid"):
                self._parents[f"uid:{uid}"].add(key)

    def _add(self, group: Entry) -> str:
        key = dn_key(group.dn)
        self._names[key] = _name(group)
        if is_below(group.dn, self._base):
            self._inside.add(key)
        return key


_ANY_GROUP = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"


def _find_by_chain(session: Session, person: Entry, base: str) -> frozenset[str]:
    names, members = set(), [person.dn]
    sid = _primary_group_sid(person)
    if sid:
        # Membership in the primary group is written nowhere but in the person's entry.
        domain = domain_of(base) or base
        for group in session.search(
            domain, f"(&(objectClass=group)(objectSid={filter_value(sid)}))", ("cn",), limit=1
        ):
            names.add(_name(group))
            members.append(group.dn)
    chains = "".join(f"(member:{_IN_CHAIN}:={filter_value(dn)})" for dn in members)
    found = session.search(base, f"(&(objectClass=group)(|{chains}))", ("cn",), limit=_MOST_OF_ONE_PERSON)
    return frozenset(names | {_name(group) for group in found})


def _find_by_walking(session: Session, person: Entry, base: str) -> frozenset[str]:
    names: dict[str, str] = {}
    uid = _member_uid(person).removeprefix("uid:")
    members, extra = [person.dn], f"(memberUid={filter_value(uid)})" if uid else ""
    for _ in range(_DEEPEST):
        new = []
        for part in _parts(members):
            for group in _groups_with(session, base, part, extra):
                if dn_key(group.dn) not in names:
                    names[dn_key(group.dn)] = _name(group)
                    new.append(group.dn)
        members, extra = new, ""
        if not members or len(names) > _MOST_OF_ONE_PERSON:
            break
    return frozenset(names.values())


def _groups_with(session: Session, base: str, members: Sequence[str], extra: str) -> list[Entry]:
    values = [filter_value(dn) for dn in members]
    match = "".join(f"(member={value})(uniqueMember={value})" for value in values)
    return session.search(base, f"(&{_ANY_GROUP}(|{match}{extra}))", ("cn",), limit=_MOST_OF_ONE_PERSON)


def _parts(dns: Sequence[str]) -> Iterable[Sequence[str]]:
    return (dns[start : start + _DNS_A_SEARCH] for start in range(0, len(dns), _DNS_A_SEARCH))


def _reachable(start: str, parents: dict[str, set[str]]) -> set[str]:
    seen, to_visit = {start}, [start]
    while to_visit:
        for parent in parents.get(to_visit.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                to_visit.append(parent)
    return seen


def _name(group: Entry) -> str:
    return unicodedata.normalize("NFC", group.text("cn") or group.dn)


def _member_uid(person: Entry) -> str:
    return f"uid:{person.text('uid') or ''}"


def _primary_group_sid(person: Entry) -> bytes | None:
    """Return the primary group's SID: the person's own with the last number replaced (MS-DTYP 2.4.2.2)."""
    sid, number = person.octets("objectSid"), person.number("primaryGroupID")
    if not sid or len(sid) < 12 or number is None or not 0 <= number < 2**32:
        return None
    return sid[:-4] + number.to_bytes(4, "little")
