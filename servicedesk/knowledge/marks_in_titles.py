"""Words by which a title, a line or a label says that its article is not for everybody: `DRAFT: …`, `[Internal] …`, `WIP`."""

import re
from collections.abc import Iterable

from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge.said_in_text import plain_value
from servicedesk.knowledge.statements import NOTHING, Found, clear_meaning, meaning_of

_STAFF: Found = ("published", "staff")
_IN_BRACKETS = re.compile(
    r"^[\W_]*[\[({<【]([^\[\](){}<>]{2,60})[\])}>】]|[\[({【]([^\[\](){}]{2,60})[\])}】][\W_]*$"
)
_BEFORE = re.compile(r"^[\W_]*([^\W_][^:–—|]{1,60}?)[*_\s]*(?::|\s[-–—|]+)(?:\s|[*_])")
_BEHIND = re.compile(r"(?:\s[-–—|]+|[,:])\s+([\w ]{2,40}?)[\W_]*$")
# Nobody writes these in capitals for another reason.
_LOUD = re.compile(
    r"^[\W_]*(?:DRAFT|WIP|SZKIC|WERSJA ROBOCZA|POUFNE|CONFIDENTIAL)\b|\b(?:DRAFT|WIP|SZKIC|POUFNE|CONFIDENTIAL)[\W_]*$"
)
# Where all is in capitals, this word may be as ordinary as the others.
_LOUD_STAFF = re.compile(r"^[\W_]*(?:INTERNAL|WEWN[ĘE]TRZN[AEY])\b(?!.*ERROR)(?=.*[^\W\d_A-ZĄĆĘŁŃÓŚŹŻ])")
_LOUD_LINE = re.compile(
    r"^[\W_]*(?:(?:(?:STRICTLY|HIGHLY|COMPANY) )?CONFIDENTIAL|(?:ŚCIŚLE )?POUFNE|DRAFT|SZKIC|WIP|TLP:? ?(?:RED|AMBER))\b"
)
_PARTS = re.compile(r"[.;!|:=,\"“”„]|\s[-–—]+\s")
_NAMES_OF_STAFF = names.STAFF_MARKS - {"staff"}
_LONGEST_LINE = 100
_MOST_WORDS = 8


def mark_in_title(title: str) -> Found:
    """Return what a title says beside its subject; one that is the word alone is the subject."""
    title = title.strip()[:400]
    brackets = [match[1] or match[2] for match in _IN_BRACKETS.finditer(title)]
    before, behind = _BEFORE.match(title), _BEHIND.search(title)
    found = [
        *map(meaning_of, brackets),
        meaning_of(before[1]) if before and not _is_team(before[1]) else NOTHING,
    ]
    if behind and (behind[0][0].isspace() or " " in behind[1]):
        found.append(clear_meaning(behind[1]))
    if len(re.findall(r"[^\W_]+", title)) > 1:
        found.append(
            ("draft", "") if _LOUD.search(title) else _STAFF if _LOUD_STAFF.match(title) else NOTHING
        )
    return next((one for one in found if one != NOTHING), NOTHING)


def mark_of_line(line: str) -> Found:
    """Return what a line says that consists of such words, unless they may as well name a thing: `Private`, `Hidden`."""
    if len(line) > _LONGEST_LINE or len(line.split()) > _MOST_WORDS:
        return NOTHING
    if _LOUD_LINE.match(line):
        return "draft", ""
    word = plain_value(line)
    if "work in progress" in word and word != "work in progress":
        return NOTHING  # So readers are told of a page that is there for them.
    parts = _PARTS.split(line)
    found = [meaning_of(line) if " " in word or word in _NAMES_OF_STAFF else clear_meaning(line)]
    found += [clear_meaning(part) for part in parts if " " in part.strip()]
    if line[len(parts[0]) :].startswith((".", "!")):
        found.append(clear_meaning(parts[0]))
    return next((one for one in found if one != NOTHING), NOTHING)


def mark_in_labels(labels: Iterable[str]) -> Found:
    """Return what a list of labels says."""
    words = [word.strip(" #") for label in labels for word in label.split(",")]
    found = {_STAFF if plain_value(word) in _NAMES_OF_STAFF else clear_meaning(word) for word in words}
    return next((one for one in (("draft", ""), _STAFF) if one in found), NOTHING)


def _is_team(words: str) -> bool:
    """Tell whether a word before a colon names a team as well: `Staff: where to park`."""
    return plain_value(words) in names.TEAM_NAMES
