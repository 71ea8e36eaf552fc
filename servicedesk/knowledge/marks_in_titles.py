"""Words by which a title, a line or a label says that its article is not for everybody: `DRAFT: …`, `[Internal] …`, `WIP`."""

import re
from collections.abc import Iterable
from typing import Literal

from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge.said_in_text import plain_value

State = Literal["published", "draft", "archived"]
# What is made of an article, and for whom it is ("" where nothing says so).
Found = tuple[State, str]

NOTHING: Found = ("published", "")
_STAFF: Found = ("published", "staff")
_IN_BRACKETS = re.compile(
    r"^[\W_]*[\[({<【]([^\[\](){}<>]{2,60})[\])}>】]|[\[({【]([^\[\](){}]{2,60})[\])}】][\W_]*$"
)
_BEFORE = re.compile(r"^[\W_]*([^\W_][^:–—|]{1,60}?)[*_\s]*(?::|\s[-–—|]+)(?:\s|[*_])")
_BEHIND = re.compile(r"\s[-–—|]+\s+([\w ]{2,40}?)[\W_]*$")
# Nobody writes these in capitals for another reason.
_LOUD = re.compile(
    r"^[\W_]*(?:DRAFT|WIP|SZKIC|WERSJA ROBOCZA|POUFNE|CONFIDENTIAL)\b|\b(?:DRAFT|WIP|SZKIC)[\W_]*$"
)

_LONGEST_MARK = 60


def mark_in_title(title: str) -> Found:
    """Return what a title says beside its subject; one that is the word alone is the subject."""
    title = title.strip()[:400]
    brackets = [match[1] or match[2] for match in _IN_BRACKETS.finditer(title)]
    before, behind = _BEFORE.match(title), _BEHIND.search(title)
    found = [*map(_meaning, brackets), _meaning(before[1]) if before and not _is_team(before[1]) else NOTHING]
    if behind and plain_value(behind[1]) in names.LABEL_MARKS:
        found.append(("draft", ""))
    if _LOUD.search(title) and len(title.split()) > 1:
        found.append(("draft", ""))
    return next((one for one in found if one != NOTHING), NOTHING)


def mark_of_line(line: str) -> Found:
    """Return what a line says that consists of such words, unless they may as well name a thing: `Private`, `Hidden`."""
    word = plain_value(line) if len(line) <= _LONGEST_MARK else ""
    is_clear = " " in word or word in names.LABEL_MARKS or word in names.STAFF_MARKS - {"staff"}
    return _meaning(line) if is_clear else NOTHING


def mark_in_labels(labels: Iterable[str]) -> Found:
    """Return what a list of labels says."""
    words = {plain_value(word.lstrip("#")) for label in labels for word in label.split(",")}
    words = {word.strip() for word in words}
    if words & names.LABEL_MARKS:
        return ("draft", "")
    return _STAFF if words & (names.STAFF_MARKS - {"staff"}) else NOTHING


def _meaning(words: str) -> Found:
    word = plain_value(re.sub(r"^[\W_]+|[\W_]+$", "", words))
    if word in names.STAFF_MARKS:
        return _STAFF
    if word in names.GONE_MARKS:
        return ("archived", "")
    return ("draft", "") if word in names.DRAFT_STATES else NOTHING


def _is_team(words: str) -> bool:
    """Tell whether a word before a colon names a team as well: `Staff: where to park`."""
    return plain_value(words) in {
        "staff",
        "informatycy",
        "dzial it",
        "zespol it",
        "pracownicy it",
        "personel it",
    }
