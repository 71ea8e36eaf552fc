"""Bytes that no row knows are set aside and not deleted: the database may be the wrong one.

They lie in `set-aside/` beside the files, under their names, and are put back as soon as a row knows them. They are
deleted when they were found there on sixty different days; the count stands beside them and not in the database.
"""

import json
import logging
import math
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.files.models import StoredFile
from servicedesk.files.storage import is_there, move, place_of, set_aside_dir

DAYS_KEPT = 60
_log = logging.getLogger("servicedesk.files")
_DAYS_SEEN = "days-seen.json"


@dataclass(frozen=True)
class Unknown:
    """Files that no row knows, among how many."""

    paths: list[Path]
    total: int


def find_unknown(root: Path, at: datetime, *, older_than: timedelta = timedelta(days=1)) -> Unknown:
    """Return what no row knows and was written so long ago that none is about to be committed."""
    limit = (at - older_than).timestamp()
    lying = [path for path in root.glob("??/*") if is_there(path)]
    old = [path for path in lying if _written_at(path) < limit]
    known = _known() if old else set()
    return Unknown([path for path in old if path.name not in known], len(lying))


def find_missing(root: Path) -> list[str]:
    """Return the names that rows know and that do not lie here: the disk may be the wrong one.

    What lies aside and could not be put back is missing as well: nobody can read it.
    """
    known = _known()
    lying = {path.name for path in root.glob("??/*") if is_there(path)}
    # What came or was put back meanwhile is not missing.
    return sorted(name for name in known - lying if not is_there(place_of(name, root)))


def set_aside(paths: Collection[Path], root: Path) -> int:
    """Move files out of the store; return how many."""
    if not paths:
        return 0
    folder = set_aside_dir(root)
    moved = 0
    for path in paths:
        moved += _moves(path, folder / path.name)
    return moved


def put_back(root: Path) -> int:
    """Put back what a row knows after all; return how many."""
    aside = _lying_aside(root)
    known = _known() if aside else set()
    back = 0
    for path in (path for path in aside if path.name in known):
        back += _moves(path, place_of(path.name, root))
    return back


def delete_long_aside(root: Path, on: date) -> int:
    """Count this day for all that no row knows and lies aside, and delete what was seen there on sixty; return how many."""
    folder, today = set_aside_dir(root), on.isoformat()
    lying = _lying_aside(root)
    known = _known() if lying else set()
    aside = {path.name: path for path in lying if path.name not in known}
    if not aside:
        return 0
    seen = {name: _counted(_read(folder).get(name), today) for name in aside}
    gone = [name for name, (days, _day) in seen.items() if days > DAYS_KEPT]
    for name in gone:
        aside[name].unlink(missing_ok=True)
        del seen[name]
    _write(folder, seen)
    return len(gone)


def count_files() -> int:
    """Return how many files the database knows."""
    return db.session.scalar(select(func.count(StoredFile.id))) or 0


def _moves(path: Path, target: Path) -> bool:
    """Move one file; one that cannot be moved is logged, and holds up no other."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        move(path, target)
    except FileNotFoundError:  # Another process was quicker.
        return False
    except OSError as error:
        _log.error("A file could not be moved to %s: %s", target, error)
        return False
    return True


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # It has got its name meanwhile, is gone, or nobody may look at it.
        return math.inf


def _known() -> set[str]:
    return set(db.session.scalars(select(StoredFile.storage_name)))


def _lying_aside(root: Path) -> list[Path]:
    folder = set_aside_dir(root)
    return [path for path in folder.glob("*") if is_there(path) and not path.name.startswith(_DAYS_SEEN)]


def _counted(before: object, today: str) -> tuple[int, str]:
    """Count a day once; what cannot be read counts from the beginning."""
    if isinstance(before, list) and len(before) == 2 and isinstance(before[0], int):
        return (before[0] if before[1] == today else before[0] + 1), today
    return 1, today


def _read(folder: Path) -> dict[str, object]:
    try:
        seen = json.loads((folder / _DAYS_SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return seen if isinstance(seen, dict) else {}


def _write(folder: Path, seen: dict[str, tuple[int, str]]) -> None:
    unfinished = folder / f"{_DAYS_SEEN}.part"
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(seen, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / _DAYS_SEEN)
