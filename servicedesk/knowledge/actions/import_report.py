"""What became of each file of an import, for the person who ran it: nothing is left out or changed without a line."""

from collections import Counter
from dataclasses import dataclass, field

from servicedesk.errors import N_
from servicedesk.knowledge.actions.reading_files import BadFile, ReadFile
from servicedesk.knowledge.actions.tree_texts import Translated
from servicedesk.knowledge.restrictions import Restriction
from servicedesk.knowledge.sources import Draft

_MOST_NAMED = 10
_OPENED = {
    "archived": N_("It was archived and is published again."),
    "draft": N_("It was a draft and is published now."),
}
CLOSED = N_(
    "Its article was drafted from an incident that only one team may read. Nothing was touched: take the file out of the tree."
)
UNKNOWN = N_("Nothing here stands for it; its words were kept.")
READS_LIKE = N_("It would open to more people what fewer may read. With --widen it is taken. It reads like:")


@dataclass
class FileReport:
    """What of the files was left out, and what was taken otherwise than published as it reads."""

    bad: list[BadFile] = field(default_factory=list)
    restricted: list[BadFile] = field(default_factory=list)
    opened: list[BadFile] = field(default_factory=list)
    notes: list[BadFile] = field(default_factory=list)

    @property
    def restrictions(self) -> str:
        """Say how many files of each kind were restricted, "" if none was."""
        kinds = Counter(file.reason.partition(" (")[0] for file in self.restricted)
        return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))

    def tell_closed(self, file: ReadFile, to: Restriction) -> None:
        """Name a file that closes its article, and what the article is by that."""
        outcome = to.state if to.state != "published" else to.audience
        self.restricted.append(BadFile(file.path, f"{outcome} ({'; '.join(file.source.reasons)})"))

    def tell(self, file: ReadFile, draft: Draft, *, state_before: str, slugs: tuple[str, str]) -> None:
        """Name what was written otherwise than published as it reads; `state_before` is "" for a new article.

        `slugs` are the address before and after: one that is opened leaves an address that tells a hidden title.
        """
        path, source = file.path, file.source
        if source.reasons:
            self.tell_closed(file, Restriction(draft.audience, source.state))
        if source.state == "published" and state_before in _OPENED:
            self.opened.append(BadFile(path, _OPENED[state_before]))
        self.notes += [BadFile(path, note) for note in source.notes]
        if slugs[0] != slugs[1]:
            self.notes.append(BadFile(path, f"slug: {slugs[0]} → {slugs[1]}"))


@dataclass
class ImportReport(FileReport):
    """What became of each file of an import."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    pictures: int = 0
    pictures_left_out: int = 0
    bad_pictures: list[BadFile] = field(default_factory=list)
    links_nowhere: list[BadFile] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Count the files that were looked at."""
        return self.added + self.changed + self.unchanged + len(self.bad)

    @property
    def other_texts(self) -> str:
        """Say how many texts are no Markdown, by their endings, "" if there are none."""
        return ", ".join(f"{count} {ending}" for ending, count in sorted(self.passed_over.items()))

    def tell_lost(self, path: str, text: Translated) -> None:
        """Name the links of a file that lead to nothing, what it wanted to show of other files, and what is unknown."""
        if text.lost:
            self.links_nowhere.append(BadFile(path, _listed(text.lost)))
        if text.included:
            self.notes.append(
                BadFile(path, f"{_listed(text.included)}: {N_('It is included from elsewhere.')}")
            )
        if text.unknown:
            self.notes.append(BadFile(path, f"{_listed(text.unknown)}: {UNKNOWN}"))


@dataclass
class SyncReport(FileReport):
    """What a sync moved which way, by path."""

    to_articles: list[str] = field(default_factory=list)
    to_files: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    in_step: int = 0
    conflicts: list[BadFile] = field(default_factory=list)
    not_stored: list[BadFile] = field(default_factory=list)


def _listed(addresses: list[str]) -> str:
    names = list(
        dict.fromkeys(
            "".join(letter if letter.isprintable() else "?" for letter in one)[:120] for one in addresses
        )
    )
    more = len(names) - _MOST_NAMED
    return f"{', '.join(names[:_MOST_NAMED])}{f' and {more} more' if more > 0 else ''}"
