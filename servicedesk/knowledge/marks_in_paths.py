"""What the place of a file says of it: a folder `Drafts`, `HR only`, `old`, a file `vpn-DRAFT`, `draft-vpn`, `vpn_internal`."""

import re
from pathlib import PurePosixPath

from servicedesk.knowledge import restricting_places as places
from servicedesk.knowledge import rules
from servicedesk.knowledge.marks_in_titles import mark_in_title
from servicedesk.knowledge.said_in_text import plain_value
from servicedesk.knowledge.statements import NOTHING, Found, clear_meaning, without_version

# Folders in which Jekyll and its kin keep what is no page of its own, or not yet.
_PARTS_OF_PAGES = frozenset({"_includes", "_layouts", "_partials", "_templates", "_snippets"})
# `_index.md` and such pages are what others call without the line.
_PAGES_OF_FOLDERS = frozenset({"index", "readme", "default"})
_PAGE_ID = re.compile(r"[ _-][0-9a-f]{16,32}$")
_NUMBERS = re.compile(r"^[\W\d_]+|[\W_]+$")
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Numbers, versions, days and the language, which stand before and behind places.
_NO_WORD = re.compile(r"(?:v|ver|rev|version|wersja)?\d+|v|en|pl")
_LOUD_OLD = re.compile(r"(?:OLD|STAR[YAE])[_-]")
_LONGEST_MARK = 5
_DRAFT: Found = ("draft", "")
_STAFF: Found = ("published", "staff")
_GONE: Found = ("archived", "")


def mark_of_folder(name: str) -> Found:
    """Return what a folder's whole name says of all that lies in it; `drafting` and `internals` are subjects."""
    if name.lower() in _PARTS_OF_PAGES:
        return _DRAFT
    word = without_version(" ".join(plain_value(_NUMBERS.sub("", _PAGE_ID.sub("", name))).split()))
    bare = " ".join(part for part in word.split() if part not in places.KINDS)
    last = bare.rpartition(" ")[2] if " " in bare else ""
    if {word, bare} & places.DRAFT_FOLDERS or last in places.FOLDER_ENDINGS:
        return _DRAFT
    found = _GONE if {word, bare} & places.GONE_FOLDERS else _clear(word, bare)
    if found == NOTHING and last in ("internal", "wewnetrzne"):
        found = _STAFF
    if name.startswith("_") and found != NOTHING:
        return _DRAFT  # What others keep beside their pages is nobody's page yet.
    return found if found != NOTHING else mark_in_title(name)


def mark_of_name(name: str, title: str = "") -> Found:
    """Return what a file's own name says; one that begins with a line is none to be shown by itself.

    A word that stands in the title of its text as well is what it is about, for names are made of titles.
    """
    stem = PurePosixPath(name).stem
    if name.startswith("_") and stem.lower().strip("_") not in _PAGES_OF_FOLDERS:
        return _DRAFT
    if re.match(r"szkic_", stem, re.IGNORECASE):
        return _DRAFT
    if _LOUD_OLD.match(stem):
        return _GONE
    found = mark_in_title(_marked(stem))
    return found if found != NOTHING else _at_its_ends(stem, set(_words(title)))


def is_own_category(folder: str, category: str) -> bool:
    """Tell whether an export made this folder, for the category of what lies in it."""
    return bool(category) and rules.slug_of(folder) in category.split("/")


def _clear(*phrases: str) -> Found:
    return next((one for phrase in phrases if (one := clear_meaning(phrase)) != NOTHING), NOTHING)


def _at_its_ends(stem: str, about: set[str]) -> Found:
    """Return what the first or last words of a name say, unless its text is about them."""
    words, is_title = _words(stem), " " in _PAGE_ID.sub("", stem)
    for count in range(min(_LONGEST_MARK, len(words) - 1), 0, -1):
        first, last = words[:count], words[-count:]
        if not set(last) <= about and words[-count - 1] not in places.BEFORE_SUBJECTS:
            found = _ending(" ".join(last), is_title=is_title)
            if found != NOTHING:
                return found
        is_in_front = " ".join(first) in places.BEGINNINGS and words[count] not in places.BEHIND_SUBJECTS
        if is_in_front and not is_title and not set(first) <= about:
            return clear_meaning(" ".join(first))
    return NOTHING


def _ending(phrase: str, *, is_title: bool) -> Found:
    if is_title:
        is_clear = phrase in places.TITLE_ENDINGS or "only" in phrase or "tylko" in phrase
        return clear_meaning(phrase) if is_clear else NOTHING
    if phrase in places.GONE_ENDINGS:
        return _GONE
    return _DRAFT if phrase in places.DRAFT_ENDINGS else clear_meaning(phrase)


def _words(text: str) -> list[str]:
    """Return the words of a name or a title, without the numbers and days around them."""
    found = _WORD.findall(plain_value(_HUMP.sub(" ", _PAGE_ID.sub("", text))))
    while found and _NO_WORD.fullmatch(found[-1]):
        found.pop()
    start = next((place for place, word in enumerate(found) if not _NO_WORD.fullmatch(word)), 0)
    return found[start:]


def _marked(stem: str) -> str:
    """Return a file's name as a title: `DRAFT_door codes`, `door-codes.draft` and `Szkic - kody` say what they are."""
    stem, dot, ending = stem.rpartition(".")
    return f"{stem} ({ending})" if dot and stem else ending.replace("_", " ")
