"""Which article a link between files of one tree means, and which file a picture: as the systems that wrote them look it up."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from servicedesk.knowledge.picture_references import FindPicture, is_path

_INDEXES = frozenset({"index", "_index", "readme", "default", "home"})
_ENDING = re.compile(r"\.(?:md|markdown|mdx|mkdn?|mdown|mdwn|html?|aspx)$")
_PAGE_ID = re.compile(r"[ _-][0-9a-f]{16,32}(?=/|\.|$)")
_ORDER = re.compile(r"(?:^|(?<=/))\d{1,3}[-_. ]+(?=[^\d/])")
_MOST_FILES = 100_000
_LONGEST_KEY = 2_000


class TreeLinks:
    """The addresses of all files of a tree, known before the first is written."""

    def __init__(self) -> None:
        """Begin with a tree of which nothing is known."""
        self._paths: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._tails: dict[str, str] = {}

    def add(self, path: str, slug: str, *, aliases: Iterable[str] = (), title: str = "") -> None:
        """Note under which paths and names other files may link to this one."""
        for key in _keys(path):
            self._paths.setdefault(key, slug)
            folder, _, name = key.rpartition("/")
            own = folder if name in _INDEXES else key
            self._paths.setdefault(own, slug)
            self._names.setdefault(own.rpartition("/")[2], slug)
            for tail in _tails(own):
                # Two files of which the same tail could be meant: neither is.
                self._tails[tail] = slug if self._tails.get(tail, slug) == slug else ""
        for name in (*aliases, title):
            self._paths.setdefault(_key(name), slug)
            self._names.setdefault(_key(name), slug)

    def find_slug(self, path: str, target: str) -> str | None:
        """Return the slug that a link in this file means: beside it, from the tree's root, a page's address or a name."""
        for key in _variants(_key(target.removeprefix("page:"))):
            slug = self._find(_key(path), key, is_rooted=target.startswith(("/", "\\")))
            if slug:
                return slug
        return None

    def _find(self, path: str, key: str, *, is_rooted: bool) -> str | None:
        folder, own = path.rpartition("/")[0], _ENDING.sub("", path)
        beside = None if is_rooted else self._paths.get(_joined(folder, key))
        if beside or not key:
            return beside
        # Sites without endings count the page itself as a folder.
        found = self._paths.get(_joined("", key)) or (
            None if is_rooted else self._paths.get(_joined(own, key))
        )
        if found or key.startswith("."):
            return found
        if is_rooted:
            return self._tails.get(key) or next(filter(None, map(self._tails.get, _tails(key))), None)
        return self._names.get(key) if "/" not in key else self._tails.get(key)


class TreePictures:
    """The pictures of a tree, for texts that write their paths otherwise than the files are called."""

    def __init__(self, root: Path) -> None:
        """Take the folder; it is looked through when a path is first not found as it is written."""
        self._root = root
        self._known: tuple[dict[str, str], dict[str, str]] | None = None

    def finder(self, path: str, find: FindPicture) -> FindPicture:
        """Return what looks a picture up for a file at a path, and asks `find` with the path that it really has."""
        return lambda address: find(self._real(path, address))

    def _real(self, path: str, address: str) -> str:
        if not is_path(address):
            return address
        plain = unquote(address.strip().partition("#")[0].partition("?")[0]).replace("\\", "/")
        folder = "" if plain.startswith("/") else PurePosixPath(path).parent.as_posix()
        joined = _joined("" if folder == "." else folder, plain)
        if not plain.isprintable() or "/../" in f"/{joined}/" or self._is_there(joined):
            return address
        paths, tails = self._known = self._known or self._look()
        found = paths.get(_plain(joined)) or paths.get(_plain(_joined("", plain)))
        if not found and ".." not in plain:
            found = tails.get(_plain(plain)) or next(
                filter(None, map(tails.get, _tails(_plain(plain)))), None
            )
        return f"/{quote(found)}" if found else address

    def _is_there(self, joined: str) -> bool:
        try:
            return (self._root / joined).exists()
        except (OSError, ValueError):
            return True  # Whoever reads it says what is wrong.

    def _look(self) -> tuple[dict[str, str], dict[str, str]]:
        paths: dict[str, str] = {}
        tails: dict[str, str] = {}
        for number, path in enumerate(sorted(self._root.rglob("*.*"))):
            relative = path.relative_to(self._root).as_posix()
            if number > _MOST_FILES or ".git/" in relative or _ENDING.search(relative):
                continue
            key = _plain(relative)
            paths.setdefault(key, relative)
            for tail in (key, *_tails(key)):
                tails[tail] = relative if tails.get(tail, relative) == relative else ""
        return paths, tails


def _keys(path: str) -> Iterator[str]:
    """Yield under which keys a file is found: as it is called, without its ending, an exporter's id or a number before it."""
    for key in dict.fromkeys([_key(path), *_variants(_key(path))]):
        yield key
        yield _ENDING.sub("", key)


def _variants(key: str) -> Iterator[str]:
    bare = _ENDING.sub("", key)
    for one in (key, bare, _PAGE_ID.sub("", bare), bare.replace(" ", "-"), _ORDER.sub("", bare)):
        folder, _, name = one.rpartition("/")
        yield one
        if name in _INDEXES:
            yield folder


def _key(path: str) -> str:
    return _plain(unquote(path)).strip("/")


def _plain(path: str) -> str:
    return unicodedata.normalize("NFC", path.replace("\\", "/")).casefold().strip()


def _tails(key: str) -> Iterator[str]:
    # A tail for each slash of what is too long for a path would take the square of its length.
    parts = key.strip("/").split("/") if len(key) <= _LONGEST_KEY else ()
    for start in range(1, len(parts)):
        yield "/".join(parts[start:])


def _joined(folder: str, target: str) -> str:
    """Follow a path from a folder; one that leads out of the tree keeps its dots and is found nowhere."""
    parts = [] if target.startswith("/") else [part for part in folder.split("/") if part]
    for part in target.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
