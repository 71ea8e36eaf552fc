"""All groups of the directory, read once, to answer for many people what `groups.GroupFinder` answers for one."""

import logging
from collections import defaultdict

from servicedesk.directory.group_names import Group, GroupNaming
from servicedesk.directory.groups import (
    AD_GROUP,
    ANY_GROUP,
    MOST_OF_ONE_PERSON,
    dn_asker,
    primary_group_sid,
    tell_ambiguous,
    tell_shared,
)
from servicedesk.directory.names import dn_key, domain_of, name_key
from servicedesk.directory.session import Entry, Session
from servicedesk.directory.settings import DirectorySettings

_LOG = logging.getLogger(__name__)
_MOST_GROUPS = 100_000
_MOST_ENTRIES = 1_000_000


class GroupMap:
    """Who is in which groups, as of one reading of all groups."""

    def __init__(self, session: Session, settings: DirectorySettings) -> None:
        """Read all groups and who is in whom."""
        is_ad = settings.is_active_directory
        self._base, self._people_base = settings.groups_base, settings.people_base
        self._naming = GroupNaming(
            settings.named_groups,
            is_active_directory=is_ad,
            dn_of=dn_asker(session, AD_GROUP if is_ad else ANY_GROUP),
        )
        self._groups: dict[str, Group] = {}
        self._inside: list[Group] = []
        self._parents: defaultdict[str, set[str]] = defaultdict(set)
        self._key_by_sid: dict[bytes, str] = {}
        self._ancestors: dict[str, frozenset[str]] = {}
        self._doubled: set[str] = set()
        self._shared_uids: set[str] = set()
        read = self._read_active_directory if is_ad else self._read_openldap
        read(session, settings.page_size)
        self._forget_doubled()
        self._inside_keys = {group.key for group in self._inside} - self._doubled
        self._ambiguous = self._naming.ambiguous(self._inside)
        tell_ambiguous(self._naming, self._inside, self._ambiguous)

    def groups_of(self, person: Entry) -> frozenset[str]:
        """Return what the person is said to be in, directly or not, see `GroupNaming.handles`."""
        direct = {dn_key(dn) for dn in person.texts("memberOf")}
        direct |= self._parents.get(dn_key(person.dn), set())
        uid = person.text("uid") or ""
        if name_key(uid) not in self._shared_uids:
            direct |= self._parents.get(f"uid:{uid}", set())
        primary = self._key_by_sid.get(primary_group_sid(person) or b"")
        if primary:
            direct.add(primary)
        keys = frozenset[str]().union(*(self._keys_from(key) for key in direct))
        groups = [self._groups[key] for key in keys]
        if len(groups) > MOST_OF_ONE_PERSON:
            _LOG.warning("Somebody is in too many groups, and counts only in those that GROUPS names")
            means, references = self._naming.means, self._naming.references
            groups = [group for group in groups if any(means(one, group) for one in references)]
        return self._naming.handles(groups, self._ambiguous)

    def _keys_from(self, key: str) -> frozenset[str]:
        if key not in self._ancestors:
            self._ancestors[key] = frozenset(_reachable(key, self._parents) & self._inside_keys)
        return self._ancestors[key]

    def _read_active_directory(self, session: Session, page_size: int) -> None:
        # Below which base a group stands is for the directory to say, as at a log-in.
        below = session.pages(self._base, AD_GROUP, ("cn",), page_size=page_size, limit=_MOST_GROUPS)
        dns = {entry.dn for entry in below}
        # The whole domain: a chain of groups may lead through one that stands elsewhere.
        base = domain_of(self._base) or self._base
        attributes = (*self._naming.attributes, "memberOf", "objectSid")
        for entry in session.pages(base, AD_GROUP, attributes, page_size=page_size, limit=_MOST_GROUPS):
            group = self._add(entry)
            if group.dn in dns:
                self._inside.append(group)
            # memberOf, not member: the latter comes in slices of 1,500.
            self._parents[group.key].update(dn_key(dn) for dn in entry.texts("memberOf"))
            sid = entry.octets("objectSid")
            if sid:
                self._key_by_sid[sid] = group.key

    def _read_openldap(self, session: Session, page_size: int) -> None:
        attributes = (*self._naming.attributes, "member", "uniqueMember", "memberUid")
        for entry in session.pages(
            self._base, ANY_GROUP, attributes, page_size=page_size, limit=_MOST_GROUPS
        ):
            group = self._add(entry)
            self._inside.append(group)
            for dn in entry.texts("member") + entry.texts("uniqueMember"):
                self._parents[dn_key(dn)].add(group.key)
            for uid in entry.texts("memberUid"):
                self._parents[f"uid:{uid.strip()}"].add(group.key)
        self._read_namesakes(session, page_size)

    def _read_namesakes(self, session: Session, page_size: int) -> None:
        """Find what groups name their members by and several entries have, be they people for us or not."""
        dns: set[str] = set()
        uids: set[str] = set()
        for entry in session.pages(
            self._people_base, "(objectClass=*)", ("uid",), page_size=page_size, limit=_MOST_ENTRIES
        ):
            own_dns, own_uids = {dn_key(entry.dn)}, set(map(name_key, entry.texts("uid")))
            self._doubled |= own_dns & dns
            self._shared_uids |= own_uids & uids
            dns |= own_dns
            uids |= own_uids
        tell_shared(self._shared_uids)

    def _add(self, entry: Entry) -> Group:
        group = self._naming.group(entry)
        if self._groups.setdefault(group.key, group) is not group:
            self._doubled.add(group.key)
        return group

    def _forget_doubled(self) -> None:
        """Let nothing that is said of one of two entries that look like one to us give the other anything."""
        for key in self._doubled:
            self._groups.pop(key, None)
            self._parents.pop(key, None)


def _reachable(start: str, parents: dict[str, set[str]]) -> set[str]:
    seen, to_visit = {start}, [start]
    while to_visit:
        for parent in parents.get(to_visit.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                to_visit.append(parent)
    return seen
