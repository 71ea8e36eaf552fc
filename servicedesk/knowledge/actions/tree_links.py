"""Which article a link between files of one tree means."""

from collections.abc import Iterable
from pathlib import PurePosixPath


class TreeLinks:
    """The addresses of all files of a tree, known before the first is written."""

    def __init__(self) -> None:
        """Begin with a tree of which nothing is known."""
        self._slugs: dict[str, str] = {}

    def add(self, path: str, slug: str, *, aliases: Iterable[str] = ()) -> None:
        """Note under which paths other files may link to this one."""
        own = PurePosixPath(path)
        for name in (own.as_posix(), own.with_suffix("").as_posix(), *aliases):
            self._slugs.setdefault(name.strip("/").lower(), slug)

    def find_slug(self, path: str, target: str) -> str | None:
        """Return the slug that a link in this file means: beside it, from the tree's root, or a page's address."""
        if "/" not in target and "." not in target:
            return self._slugs.get(target.lower())
        beside = _joined(PurePosixPath(path).parent, target)
        return self._slugs.get(beside.lower()) or self._slugs.get(target.strip("/").lower())


def _joined(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = [] if target.startswith("/") else list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", "..", "/"):
            parts.append(part)
    return "/".join(parts)
