"""Which tree a folder is: one that was imported before, wherever it lies now, or another one.

A tree is known by the name given with the command, else by its repository's remote, else by its whole path; and where
that is new, by what its files say. Nothing here writes: who is not sure is asked for a name.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from servicedesk.errors import InvalidInputError
from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.reading_files import ReadFile

_LONGEST_NAME = 200
_LARGEST_CONFIG_BYTES = 200_000
_REMOTE = re.compile(r'\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")
# More than this share of all files at the same place with the same text: the same tree. Less than the other: another one.
_SURE, _UNSURE = 0.5, 0.2
# Fewer files that read alike (a licence, a template) are no sign, unless they are all that a tree has.
_FEWEST_SHARED = 3
_GENERIC = frozenset(
    {
        "docs",
        "doc",
        "content",
        "pages",
        "articles",
        "kb",
        "en",
        "pl",
        "src",
        "site",
        "help",
        "markdown",
        "wiki",
    }
)


@dataclass(frozen=True)
class KnownFile:
    """What was recorded of a file when it came in: the hashes of it, alone and with what it shows."""

    source: str
    path: str
    hashes: frozenset[str]


def name_of(root: Path, given: str) -> str:
    """Return the name under which a tree's files are recorded."""
    if given:
        return f"tree:{given}"[:_LONGEST_NAME]
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    remote = _remote(top) if top else ""
    name = f"git:{remote}:{root.relative_to(top).as_posix()}" if top and remote else f"path:{root.as_posix()}"
    if len(name) > _LONGEST_NAME:
        name = f"{name[:150]}#{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    return name


def short_name(root: Path, given: str) -> str:
    """Return a few letters that tell this tree's addresses from those of others; "" if the folders say nothing."""
    names = [given] if given else [part for part in reversed(root.parts) if part.lower() not in _GENERIC]
    return next((slug for name in names if (slug := rules.slug_of(name)[:40].strip("-"))), "")


def recognise(root: Path, given: str, files: Sequence[ReadFile], known: Iterable[KnownFile]) -> str:
    """Return under which of the recorded names this tree came in before, or its own name if it is new.

    Raises InvalidInputError when it may be a known one and may be another.
    """
    name = name_of(root, given)
    by_source: dict[str, dict[str, frozenset[str]]] = {}
    for file in known:
        by_source.setdefault(file.source, {})[file.path] = file.hashes
    if name in by_source or not files:
        return name
    # An earlier version recorded the last two folders alone; a file that is another one now is refused by itself.
    old_name = "/".join(root.parts[-2:])
    places = {file.path for file in files}
    if not given and len(places & by_source.get(old_name, {}).keys()) > _SURE * len(
        by_source.get(old_name, {})
    ):
        return old_name
    likeness = {source: _likeness(files, paths) for source, paths in by_source.items()}
    source = max(likeness, key=lambda one: likeness[one], default="")
    if not source or likeness[source] < _UNSURE:
        return name
    is_sure = likeness[source] > _SURE and not _lies_elsewhere(source, root, likeness[source])
    if given:
        return source if is_sure and not source.startswith("tree:") else name
    if is_sure:
        return source
    raise InvalidInputError(
        f"Many files of this folder are those of {source!r}, many are not. "
        "Say --tree NAME: one name for each tree, always the same."
    )


def _likeness(files: Sequence[ReadFile], paths: Mapping[str, frozenset[str]]) -> float:
    """Return the share of all files of both that lie at the same place with the same text, or anywhere with the same text."""
    at_place = sum(1 for file in files if file.sha256 in paths.get(file.path, ()))
    texts = frozenset[str]().union(*paths.values())
    anywhere = sum(1 for file in files if file.sha256 in texts)
    at_place = at_place if at_place >= min(_FEWEST_SHARED, len(files), len(paths)) else 0
    anywhere = anywhere if anywhere >= _FEWEST_SHARED else 0
    # A part of a tree, or one that was moved within: a doubt, never a certainty.
    return max(at_place / max(len(files), len(paths)), min(_SURE, anywhere / len(files)))


def _lies_elsewhere(source: str, root: Path, likeness: float) -> bool:
    """Tell whether the tree of that name is still at its place, so that this one is a copy which went its own way."""
    place = Path(source.removeprefix("path:"))
    return source.startswith("path:") and likeness < 1 and place != root and place.is_dir()


def _remote(top: Path) -> str:
    """Return the address of a repository's origin without credentials, "" if it has none."""
    try:
        config = top / ".git"
        if config.is_file():  # A work tree of its own: this file says where the repository is.
            folder = (
                top
                / config.read_text(encoding="utf-8", errors="replace")[:1000].removeprefix("gitdir:").strip()
            )
            config = (
                (folder / "commondir").is_file() and folder / (folder / "commondir").read_text().strip()
            ) or folder
        path = Path(config) / "config"
        if path.stat().st_size > _LARGEST_CONFIG_BYTES:
            return ""
        found = _REMOTE.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return _CREDENTIALS.sub("", found[1]).removesuffix(".git") if found else ""
