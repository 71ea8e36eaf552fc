"""Pure decisions about articles: names in addresses, limits, and who may do what with a draft."""

import re
import unicodedata
from collections.abc import Collection

from servicedesk.people.rules import EVERYONE, GROUP_PREFIX, STAFF

LONGEST_TITLE = 200
LONGEST_SUMMARY = 500
LONGEST_SLUG = 100
LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_KEYWORD = 100
MOST_KEYWORDS = 60
LONGEST_FACT = 200
MOST_FACTS = 12
MOST_MINUTES = 600
DEEPEST_CATEGORY = 4
LONGEST_PATH = 400
REASONS = ("not-my-problem", "step-failed", "unclear", "outdated", "other")
# Addresses below /articles/ that are pages of ours: no article may be named like one.
TAKEN_SLUGS = frozenset({"edit", "new", "category", "preview", "files"})
_UNFOLDED = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "đ": "d", "æ": "ae", "œ": "oe"})
_ACCENTS = re.compile("[\u0300-\u036f]")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def slug_of(text: str) -> str:
    """Make a name for an address: ASCII words with hyphens between; empty if the text has no letter or digit."""
    folded = without_accents(text).encode("ascii", "ignore").decode()
    return _NOT_SLUG.sub("-", folded.lower()).strip("-")[:LONGEST_SLUG].strip("-")


def without_accents(text: str) -> str:
    """Return a text as people type it who leave accents out: `dostęp` is `dostep`."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_UNFOLDED)))


def is_slug(text: str) -> bool:
    """Tell whether this can be an article's address."""
    return len(text) <= LONGEST_SLUG and text not in TAKEN_SLUGS and _SLUG.fullmatch(text) is not None


def file_name(name: str, *, taken: Collection[str]) -> str:
    """Return a name for an article's file that is not taken, without what Markdown or a path would read as a mark."""
    stem, dot, ending = name.rpartition(".")
    stem = slug_of(stem or ending) or "file"
    ending = dot + slug_of(ending) if dot else ""
    names = (f"{stem}{f'-{number}' if number > 1 else ''}{ending}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in names if candidate not in taken)


def category_path(text: str) -> str:
    """Bring a folder path to the form categories have: `Travel and Leave/Tools` is `travel-and-leave/tools`."""
    parts = [slug_of(part) for part in text.replace("\\", "/").split("/")]
    return "/".join([part for part in parts if part][:DEEPEST_CATEGORY])[:200].strip("/")


def is_audience(text: str) -> bool:
    """Tell whether this is an audience: everyone, staff, or group:NAME."""
    return text in (EVERYONE, STAFF) or (
        text.startswith(GROUP_PREFIX) and 0 < len(text.removeprefix(GROUP_PREFIX).strip()) <= 150
    )


def is_wider(new: str, old: str) -> bool:
    """Tell whether an article with the new audience may be read by people who could not read the old one."""
    return new != old and old != EVERYONE  # A group may hold people who are no staff.


def may_publish(*, roles: Collection[str]) -> bool:
    """Editors and admins publish; agents only propose."""
    return "editor" in roles or "admin" in roles


def reads_incidents(*, roles: Collection[str]) -> bool:
    """Agents and admins read the incidents of colleagues; editors do not."""
    return "agent" in roles or "admin" in roles


def may_write(*, roles: Collection[str]) -> bool:
    """Tell whether somebody may write drafts at all."""
    return "agent" in roles or may_publish(roles=roles)
