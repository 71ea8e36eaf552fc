"""What categories of articles are called: kb_articles/categories.yaml for the ones that ship, else the folder's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ARTICLES_DIR = Path(__file__).resolve().parents[2] / "kb_articles"
_FILE = ARTICLES_DIR / "categories.yaml"
_DEFAULT_ICON = "journal-text"


@dataclass(frozen=True)
class CategoryWords:
    """A category as readers see it. `path` is where it lives: "accounts" or "travel/bookings"."""

    path: str
    title: str
    description: str
    icon: str


def describe(path: str, language: str) -> CategoryWords:
    """Return the words for a category in the reader's language."""
    known = _known().get(path, {})
    return CategoryWords(
        path=path,
        title=_in_language(known, language) or _title_of(path),
        description=_in_language(known.get("description") or {}, language),
        icon=str(known.get("icon") or _DEFAULT_ICON),
    )


def trail(path: str, language: str) -> list[CategoryWords]:
    """Return the category and those above it, outermost first."""
    parts = path.split("/") if path else []
    return [describe("/".join(parts[: depth + 1]), language) for depth in range(len(parts))]


def position(path: str) -> tuple[int, str]:
    """Return what to sort categories by: those that ship in the order of their file, the others by name after them."""
    known = list(_known())
    return (known.index(path) if path in known else len(known), path)


def _title_of(path: str) -> str:
    words = path.rpartition("/")[2].replace("-", " ")
    return words[:1].upper() + words[1:]


def _in_language(texts: Mapping[str, Any], language: str) -> str:
    return str(texts.get(language) or texts.get("en") or "")


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, Any]]:
    if not _FILE.is_file():
        return {}
    read = yaml.safe_load(_FILE.read_text(encoding="utf-8")) or {}
    return {str(key): value for key, value in read.items() if isinstance(value, dict)}
