"""Which groups a person is in, through however many other groups, asked for one person.

Somebody in more groups than anybody can mean keeps those that GROUPS names, each asked for by itself, and no other:
which of the rest came first would be chance.
"""

import logging
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence

from servicedesk.directory.errors import UnusableAnswerError
from servicedesk.directory.group_names import Group, GroupNaming, NamedGroup
from servicedesk.directory.names import dn_key, domain_of, filter_value, is_below
from servicedesk.directory.session import Entry, Session
from servicedesk.directory.settings import DirectorySettings

_LOG = logging.getLogger(__name__)
ANY_GROUP = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
AD_GROUP = "(objectClass=group)"
# Windows lets nobody log on who is in more than 1,015 groups.
MOST_OF_ONE_PERSON = 1_000
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_MOST_OF_ONE_NAME = 1_000
_MOST_READ = 200
_DEEPEST = 50
# Filters of some hundred parts are refused by some servers.
_PARTS_A_SEARCH = 50


class GroupFinder:
    """Asks one server about groups."""

    def __init__(self, session: Session, settings: DirectorySettings) -> None:
        """Ask over this session."""
        self._session = session
        self._base = settings.groups_base
        self._people_base = settings.people_base
        self._page_size = settings.page_size
        self._is_ad = settings.is_active_directory
        self._any_group = AD_GROUP if self._is_ad else ANY_GROUP
        self._naming = GroupNaming(
            settings.named_groups, is_active_directory=self._is_ad, dn_of=dn_asker(session, self._any_group)
        )

    def groups_of(self, person: Entry) -> frozenset[str]:
        """Return what the person is said to be in, see `GroupNaming.handles`."""
        try:
            groups = self._by_chain(person) if self._is_ad else self._by_walking(person)
        except UnusableAnswerError as error:
            _LOG.warning(
                "Somebody is in too many groups, and counts only in those that GROUPS names: %s", error.reason
            )
            groups = [group for group in self._meant() if self._holds(group, person)]
        names = self._naming.spellings(groups)
        ambiguous = self._ambiguous(names) if names else set()
        tell_ambiguous(self._naming, groups, ambiguous)
        return self._naming.handles(groups, ambiguous)

    def named(self) -> list[NamedGroup]:
        """Say what the directory has for each group that GROUPS names."""
        return self._naming.named(self._meant())

    def _by_chain(self, person: Entry) -> list[Group]:
        chains = "".join(f"(member:{_IN_CHAIN}:={filter_value(dn)})" for dn in self._members(person))
        sid = primary_group_sid(person)
        primary = f"(objectSid={filter_value(sid)})" if sid else ""
        return self._search(f"(&{AD_GROUP}(|{chains}{primary}))", limit=MOST_OF_ONE_PERSON)

    def _members(self, person: Entry) -> list[str]:
        return [person.dn, *(group.dn for group in self._primary(person))]

    def _primary(self, person: Entry) -> list[Group]:
        """Return the primary group, wherever it is: membership in it is written nowhere but in the person's entry."""
        sid = primary_group_sid(person)
        if not sid:
            return []
        text = f"(&{AD_GROUP}(objectSid={filter_value(sid)}))"
        domain = domain_of(self._base) or self._base
        return [
            *map(self._naming.group, self._session.search(domain, text, self._naming.attributes, limit=1))
        ]

    def _by_walking(self, person: Entry) -> list[Group]:
        found: dict[str, Group] = {}
        members, extra = [person.dn], self._by_uid(person)
        for _ in range(_DEEPEST):
            new: list[str] = []
            for some in _parts(members):
                for group in self._with(some, extra):
                    if found.setdefault(group.dn, group) is group:
                        new.append(group.dn)
                if len(found) > MOST_OF_ONE_PERSON:
                    raise UnusableAnswerError(f"more than {MOST_OF_ONE_PERSON} groups")
            members, extra = new, ""
            if not members:
                break
        return [*found.values()]

    def _with(self, members: Sequence[str], extra: str) -> list[Group]:
        match = "".join(f"(member={value})(uniqueMember={value})" for value in map(filter_value, members))
        return self._search(f"(&{ANY_GROUP}(|{match}{extra}))", limit=MOST_OF_ONE_PERSON)

    def _ambiguous(self, names: Sequence[str]) -> set[str]:
        """Return the keys of those names that more than one group below the base answers to."""
        found: dict[str, Group] = {}
        doubtful: set[str] = set()
        for some in _parts(names):
            match = "".join(f"(cn={filter_value(name)})" for name in some)
            try:
                groups = self._search(f"(&{self._any_group}(|{match}))", limit=_MOST_OF_ONE_NAME)
            except UnusableAnswerError:
                # More groups than names by far: which of the names is free of doubt cannot be told.
                doubtful |= set(map(self._naming.name_key, some))
            else:
                found |= {group.dn: group for group in groups}
        return doubtful | self._naming.ambiguous(found.values())

    def _meant(self) -> list[Group]:
        """Return all groups below the base that GROUPS may mean."""
        found: dict[str, Group] = {}
        asked = [
            text for one in self._naming.references if (text := self._filter(one.kind, one.text, one.value))
        ]
        for some in _parts(asked):
            groups = self._search(f"(&{self._any_group}(|{''.join(some)}))", limit=_MOST_OF_ONE_NAME)
            found |= {group.dn: group for group in groups}
        for one in self._naming.references:
            if one.kind == "dn" and is_below(one.text, self._base):
                entry = self._session.read(one.text, self._naming.attributes, self._any_group)
                found |= {entry.dn: self._naming.group(entry)} if entry else {}
        return [*found.values()]

    def _filter(self, kind: str, text: str, value: str) -> str:
        if kind == "name":
            return f"(cn={filter_value(text)})"
        if kind == "id":
            return (
                f"(objectGUID={filter_value(uuid.UUID(value).bytes_le)})"
                if self._is_ad
                else f"(entryUUID={value})"
            )
        return ""

    def _holds(self, group: Group, person: Entry) -> bool:
        """Whether the person is in this group: asked from the group down, where it is one of few."""
        if self._is_ad:
            members = self._members(person)
            chains = "".join(f"(member:{_IN_CHAIN}:={filter_value(dn)})" for dn in members)
            is_in_it = self._session.read(group.dn, ("cn",), f"(|{chains})") is not None
            return is_in_it or group.dn in members
        value = filter_value(person.dn)
        match = f"(&{ANY_GROUP}(|(member={value})(uniqueMember={value}){self._by_uid(person)}))"
        seen, to_visit = {group.key}, [group.dn]
        while to_visit and len(seen) <= _MOST_READ:
            dn = to_visit.pop()
            if self._session.read(dn, ("cn",), match):
                return True
            entry = self._session.read(dn, ("member", "uniqueMember"), ANY_GROUP)
            inner = entry.texts("member") + entry.texts("uniqueMember") if entry else []
            for member in inner:
                if is_below(member, self._base) and dn_key(member) not in seen:
                    seen.add(dn_key(member))
                    to_visit.append(member)
        return False

    def _by_uid(self, person: Entry) -> str:
        """Match groups that name a person by uid, which says who is meant only while one entry has it."""
        uid = person.text("uid")
        if not uid:
            return ""
        match = f"(uid={filter_value(uid)})"
        try:
            is_alone = len(self._session.search(self._people_base, match, ("uid",), limit=1)) == 1
        except UnusableAnswerError:
            is_alone = False
        if not is_alone:
            tell_shared([uid])
        return f"(memberUid={filter_value(uid)})" if is_alone else ""

    def _search(self, text: str, *, limit: int) -> list[Group]:
        entries = self._session.pages(
            self._base, text, self._naming.attributes, page_size=self._page_size, limit=limit
        )
        return [*map(self._naming.group, entries)]


def tell_ambiguous(naming: GroupNaming, groups: Iterable[Group], ambiguous: set[str]) -> None:
    """Log names that give nothing, because other groups have them too."""
    names = sorted({name for group in groups for name in group.names if naming.name_key(name) in ambiguous})
    if names:
        _LOG.warning(
            "Names that several groups below the groups base have give nobody anything: %s. "
            "Name groups by their DN in GROUPS, and give each a name of its own.",
            ", ".join(map(repr, names[:20])),
        )


def primary_group_sid(person: Entry) -> bytes | None:
    """Return the primary group's SID: the person's own with the last number replaced (MS-DTYP 2.4.2.2)."""
    sid, number = person.octets("objectSid"), person.number("primaryGroupID")
    if not sid or len(sid) < 12 or number is None or not 0 <= number < 2**32:
        return None
    return sid[:-4] + number.to_bytes(4, "little")


def dn_asker(session: Session, any_group: str) -> Callable[[str], str | None]:
    """Return how to ask the directory for the DN, as it writes it, of the group that a DN means."""

    def dn_of(text: str) -> str | None:
        entry = session.read(text, ("cn",), any_group)
        return entry.dn if entry else None

    return dn_of


def tell_shared(uids: Collection[str]) -> None:
    """Log uids that several entries have, so that groups that name their members by uid give those nothing."""
    if uids:
        names = ", ".join(map(repr, sorted(uids)[:20]))
        _LOG.warning("By memberUid nobody gets anything whose uid several entries have: %s", names)


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + _PARTS_A_SEARCH] for start in range(0, len(values), _PARTS_A_SEARCH))
