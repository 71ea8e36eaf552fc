"""What a folder says for all files below it: `cascade` in Hugo's `_index.md`, `.meta.yml` of MkDocs, Eleventy's data.

Whatever a file says itself, the strictest counts; a folder's word that cannot be read leaves all that is below a draft.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from servicedesk.errors import InvalidInputError
from servicedesk.knowledge.restrictions import NOTHING_RESTRICTED, Restriction
from servicedesk.knowledge.sources import Source, restricted

_INDEX = "_index.md"
_DATA = (".meta.yml", ".meta.yaml", "{name}.11tydata.json")


class FolderRules:
    """Looks once at each folder of a tree."""

    def __init__(
        self, root: Path, read_text: Callable[[str], str], read_source: Callable[[str], Source]
    ) -> None:
        """`read_text` gives the text of a file of the tree, `read_source` what a text says. Both raise InvalidInputError."""
        self._root, self._read_text, self._read_source = root, read_text, read_source
        self._known: dict[PurePosixPath, list[Restriction]] = {}

    def applied(self, path: str, source: Source) -> Source:
        """Return what a file says, with all that the folders above it say."""
        above = [one for folder in PurePosixPath(path).parents for one in self._said(folder)]
        return restricted(source, *above)

    def _said(self, folder: PurePosixPath) -> list[Restriction]:
        if folder not in self._known:
            self._known[folder] = list(self._look(folder))
        return self._known[folder]

    def _look(self, folder: PurePosixPath) -> Iterator[Restriction]:
        for name in (_INDEX, *(form.format(name=folder.name or self._root.name) for form in _DATA)):
            path = (folder / name).as_posix()
            if not (self._root / path).is_file():
                continue
            try:
                found = self._restriction(path, self._read_text(path))
            except (InvalidInputError, OSError, ValueError):
                found = Restriction(state="draft", reasons=(path,))
            if found != NOTHING_RESTRICTED:
                yield found

    def _restriction(self, path: str, text: str) -> Restriction:
        if path.endswith(_INDEX):
            # Most such pages say nothing for others, and one that is refused for its own header closes only itself.
            found = self._read_source(text).below if "cascade" in text.lower() else NOTHING_RESTRICTED
        else:
            is_yaml = not path.endswith(".json") and not text.startswith("---")
            found = self._read_source(f"---\n{text}\n---\n" if is_yaml else text).restriction
        return replace(found, reasons=tuple(f"{path}: {reason}" for reason in found.reasons))
