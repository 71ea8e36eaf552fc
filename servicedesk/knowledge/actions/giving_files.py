"""Writing an article's file into a tree that others write too: what stands there and was not read is never touched.

A file that moves is written at its new place first, and removed from the old one when what was written is committed: a
crash in between leaves one file too many and never one too few.
"""

import hashlib
import logging
import os
from collections.abc import Collection
from pathlib import Path

from servicedesk.errors import N_, ConflictError
from servicedesk.knowledge.actions.exporting import path_of, text_of, write_file
from servicedesk.knowledge.actions.reading_files import ReadFile
from servicedesk.knowledge.models import Article

_log = logging.getLogger(__name__)
_OCCUPIED = N_("Something else stands where this article's file belongs:")
_LINKED = N_("A link stands where this article's file belongs:")
_CHANGED = N_("The file was changed at this moment. Sync again.")


class NotGivenError(ConflictError):
    """The file was not written: something else stands there, or another file than the one that was read."""


class FileGiver:
    """Writes articles into one tree."""

    def __init__(self, root: Path) -> None:
        """Write below `root`."""
        self._root = root
        self._left: list[ReadFile] = []

    def give(
        self, article: Article, instead_of: ReadFile | None, *, others: Collection[str]
    ) -> tuple[str, str]:
        """Write an article's file instead of the one that was read; return its path and hash. Raises NotGivenError.

        `others` are the places where other files stood when the tree was read, or belong.
        """
        target = path_of(article)
        moves = instead_of is None or instead_of.path != target
        if os.path.realpath(self._root / target) != os.path.join(os.path.realpath(self._root), target):  # noqa: PTH118
            raise NotGivenError(f"{_LINKED} {target}")
        if moves and (target in others or os.path.lexists(self._root / target)):
            raise NotGivenError(f"{_OCCUPIED} {target}")
        if instead_of is not None and not self._is_as_read(instead_of):
            raise NotGivenError(_CHANGED)
        data = write_file(self._root, target, text_of(article))
        if instead_of is not None and moves:
            self._left.append(instead_of)
        return target, hashlib.sha256(data).hexdigest()

    def remove_left(self) -> list[str]:
        """Remove the files that were written at another place, once that is committed; return which had to stay."""
        left, self._left = self._left, []
        return [file.path for file in left if not self._is_removed(file)]

    def keep_left(self) -> None:
        """Let the files stay: what was written instead was not stored."""
        self._left.clear()

    def _is_removed(self, file: ReadFile) -> bool:
        place = self._root / file.path
        try:
            if self._is_as_read(file):
                place.unlink()
        except OSError as error:
            _log.warning("A file could not be removed", extra={"path": file.path}, exc_info=error)
        return not os.path.lexists(place)

    def _is_as_read(self, file: ReadFile) -> bool:
        place = self._root / file.path
        return place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == file.sha256
