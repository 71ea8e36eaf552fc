"""The texts of a tree as ours: read for the system that the tree was written for, their links and pictures looked up in it."""

from dataclasses import dataclass
from pathlib import Path

from servicedesk.knowledge.actions.tree_links import TreeLinks, TreePictures
from servicedesk.knowledge.foreign.dialects import has_wiki_links, is_obsidian, is_of_liquid, keeps_breaks
from servicedesk.knowledge.foreign.resolving import Resolver
from servicedesk.knowledge.picture_references import FindPicture
from servicedesk.knowledge.rendering import PATIENCE_S, Renderer
from servicedesk.knowledge.sources import Source


@dataclass(frozen=True)
class Translated:
    """A text of ours; of the foreign one the links that lead to nothing, what it includes from elsewhere, what is unknown."""

    body: str
    lost: list[str]
    included: list[str]
    unknown: list[str]


class TreeTexts:
    """Knows all files of a tree before the first is translated, for links need them all."""

    def __init__(self, root: Path) -> None:
        """Look at what tells whose tree it is."""
        self._links, self._pictures = TreeLinks(), TreePictures(root)
        self._is_liquid, self._is_obsidian = is_of_liquid(root), is_obsidian(root)
        self._keeps_breaks = keeps_breaks(root)
        self._reader = Renderer(patience_s=PATIENCE_S)

    def add(self, path: str, slug: str, source: Source) -> None:
        """Note a file: under which names others may link to it, and whether it is one of a wiki's notes."""
        self._links.add(path, slug, aliases=source.aliases, title=source.draft.title)
        self._is_obsidian = self._is_obsidian or has_wiki_links(source.draft.body)

    def translate(self, path: str, body: str, find_picture: FindPicture) -> Translated:
        """Return a file's text as ours. Raises InvalidInputError when the parser takes too long with it."""
        foreign = self._reader.take_apart(
            body,
            is_liquid=self._is_liquid,
            is_obsidian=self._is_obsidian,
            keeps_breaks=self._keeps_breaks,
        )
        resolver = Resolver(
            lambda target: self._links.find_slug(path, target), self._pictures.finder(path, find_picture)
        )
        text = resolver.text(foreign.pieces).strip("\n") + "\n"
        return Translated(text, resolver.lost, foreign.notes, foreign.unknown)

    def close(self) -> None:
        """End the process that reads."""
        self._reader.close()
