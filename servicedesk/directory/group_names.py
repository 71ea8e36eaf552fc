"""What groups are called, and which of them the setting GROUPS means (decision 0016).

Whoever may make groups in any unit below the base may give one the name of another. So a name that stands there twice
is nobody's; a DN and the directory's own id (entryUUID, objectGUID) always mean one group. Which entry a DN means is for the
directory to say: it may take two for different that look like one to us.
"""

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from servicedesk import foreign_text
from servicedesk.directory.names import dn_key, is_dn, loose_key, name_key, rdn_of
from servicedesk.directory.session import Entry

_LONGEST_NAME, _MOST_NAMES = 256, 20
_ID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """A group of the directory. `names` are all that it answers to, as the directory writes them, its own first."""

    dn: str
    key: str
    id: uuid.UUID | None
    names: tuple[str, ...]

    @classmethod
    def read(cls, entry: Entry, *, is_active_directory: bool) -> "Group":
        """Read an entry that was asked for with `GroupNaming.attributes`."""
        names = [name for name in entry.texts("cn") if len(name) <= _LONGEST_NAME]
        kind, value = rdn_of(entry.dn)
        # An entry may have further names beside the one it is called by: they come after it.
        own = name_key(value) if kind == "cn" else None
        names.sort(key=lambda name: name_key(name) != own)
        identity = entry.uuid(is_active_directory=is_active_directory)
        return cls(entry.dn, dn_key(entry.dn), identity, tuple(names[:_MOST_NAMES]))


@dataclass(frozen=True)
class Reference:
    """One group as GROUPS names it; `value` is what to compare by."""

    text: str
    kind: Literal["id", "dn", "name"]
    value: str


@dataclass(frozen=True)
class NamedGroup:
    """What the directory has for a group that GROUPS names: `dns` are all groups that the text may mean."""

    text: str
    kind: Literal["id", "dn", "name"]
    dns: tuple[str, ...]

    @property
    def is_missing(self) -> bool:
        """Whether no group below the base is meant, so that nobody gets anything by it."""
        return not self.dns

    @property
    def is_ambiguous(self) -> bool:
        """Whether several are meant, so that nobody gets anything by it."""
        return len(self.dns) > 1


class GroupNaming:
    """How groups of one kind of directory are named and compared."""

    def __init__(
        self, named_groups: Iterable[str], *, is_active_directory: bool, dn_of: Callable[[str], str | None]
    ) -> None:
        """Read what GROUPS names. `dn_of` asks how the directory writes the DN of the group that a DN means."""
        self._dn_of = cache(dn_of)
        self.is_active_directory = is_active_directory
        self.attributes = ("cn", "objectGUID" if is_active_directory else "entryUUID")
        self.references = tuple(self._reference(text) for text in dict.fromkeys(named_groups))

    def name_key(self, name: str) -> str:
        """Return what names are compared by: equal for all spellings that this kind of directory takes as equal."""
        return loose_key(name) if self.is_active_directory else name_key(name)

    def group(self, entry: Entry) -> Group:
        """Read a group."""
        return Group.read(entry, is_active_directory=self.is_active_directory)

    def keys(self, group: Group) -> set[str]:
        """Return the keys of all names that a group answers to."""
        return {self.name_key(name) for name in group.names}

    def means(self, reference: Reference, group: Group) -> bool:
        """Whether the reference may mean this group; a name may mean several."""
        if reference.kind == "id":
            return str(group.id) == reference.value
        if reference.kind == "name":
            return reference.value in self.keys(group)
        if reference.value != group.key:
            return False
        return group.dn == reference.text or group.dn == self._dn_of(reference.text)

    def spellings(self, groups: Iterable[Group]) -> list[str]:
        """Return how to ask the directory which other groups have the names of these."""
        names = [name for group in groups for name in group.names]
        keys = set(map(self.name_key, names))
        # As the directory writes them and as we do: what it takes for two names may look like one.
        texts = [*names, *map(foreign_text.line, names)]
        texts += [self.name_key(name) for name in names if self.name_key(name) != name.lower()]
        texts += [one.text for one in self.references if one.kind == "name" and one.value in keys]
        return [text for text in dict.fromkeys(texts) if text]

    def ambiguous(self, groups: Iterable[Group]) -> set[str]:
        """Return the keys of names that more than one of these groups answers to."""
        seen: dict[str, str] = {}
        return {
            key for group in groups for key in self.keys(group) if seen.setdefault(key, group.dn) != group.dn
        }

    def handles(self, groups: Collection[Group], ambiguous: Collection[str]) -> frozenset[str]:
        """Return what a person in these groups is said to be in: names that are one group's alone, and what GROUPS names.

        A name that reads like a DN or an id is none here, for it could be taken for another group's.
        """
        alone = [group for group in groups if group.names and self.name_key(group.names[0]) not in ambiguous]
        names = {foreign_text.line(group.names[0]) for group in alone}
        found = {name for name in names if name and _kind(name) == "name"}
        for reference in self.references:
            is_doubtful = reference.kind == "name" and reference.value in ambiguous
            if not is_doubtful and any(self.means(reference, group) for group in groups):
                found.add(reference.text)
        return frozenset(found)

    def named(self, groups: Sequence[Group]) -> list[NamedGroup]:
        """Say for each group that GROUPS names which of these it may mean."""
        return [
            NamedGroup(one.text, one.kind, tuple(group.dn for group in groups if self.means(one, group)))
            for one in self.references
        ]

    def _reference(self, text: str) -> Reference:
        kind = _kind(text)
        if kind == "id":
            return Reference(text, kind, str(uuid.UUID(text)))
        return Reference(text, kind, dn_key(text) if kind == "dn" else self.name_key(text))


def named_in(groups: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[str, ...]:
    """Return all groups that the setting GROUPS names, each once, in its order."""
    return tuple(dict.fromkeys(text for part in groups.values() for texts in part.values() for text in texts))


def _kind(text: str) -> Literal["id", "dn", "name"]:
    if _ID.fullmatch(text.strip()):
        return "id"
    return "dn" if is_dn(text) else "name"
