"""What the place of a file says of it: a folder `Drafts`, `HR only` or `Archiwum`, a file `vpn-DRAFT.md`, `[internal] vpn.md`."""

import re
from pathlib import PurePosixPath

from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge import rules
from servicedesk.knowledge.marks_in_titles import mark_in_title
from servicedesk.knowledge.said_in_text import plain_value
from servicedesk.knowledge.statements import NOTHING, Found, clear_meaning

# Folders in which Jekyll and its kin keep what is no page of its own, or not yet.
_PARTS_OF_PAGES = frozenset({"_includes", "_layouts", "_partials", "_templates", "_snippets"})
# `_index.md` and such pages are what others call without the line.
_PAGES_OF_FOLDERS = frozenset({"index", "readme", "default"})
_NUMBERS = re.compile(r"^[\W\d_]+|[\W_]+$|[ _-][0-9a-f]{16,32}$")
_DRAFT: Found = ("draft", "")


def mark_of_folder(name: str) -> Found:
    """Return what a folder's whole name says of all that lies in it; `drafting` and `internals` are subjects."""
    if name.lower() in _PARTS_OF_PAGES:
        return _DRAFT
    word = " ".join(plain_value(_NUMBERS.sub("", name)).split())
    if word in names.DRAFT_FOLDERS or word.endswith(" confidential"):
        return _DRAFT
    found: Found = ("archived", "") if word in names.GONE_FOLDERS else clear_meaning(word)
    if name.startswith("_") and found != NOTHING:
        return _DRAFT  # What others keep beside their pages is nobody's page yet.
    return found if found != NOTHING else mark_in_title(name)


def mark_of_name(name: str) -> Found:
    """Return what a file's own name says; one that begins with a line is none to be shown by itself."""
    stem = PurePosixPath(name).stem
    if name.startswith("_") and stem.lower().strip("_") not in _PAGES_OF_FOLDERS:
        return _DRAFT
    if re.match(r"szkic_", stem, re.IGNORECASE):
        return _DRAFT
    return mark_in_title(_marked(stem))


def is_own_category(folder: str, category: str) -> bool:
    """Tell whether an export made this folder, for the category of what lies in it."""
    return bool(category) and rules.slug_of(folder) in category.split("/")


def _marked(stem: str) -> str:
    """Return a file's name as a title: `DRAFT_door codes`, `door-codes.draft` and `Szkic - kody` say what they are."""
    stem, dot, ending = stem.rpartition(".")
    return f"{stem} ({ending})" if dot and stem else ending.replace("_", " ")
