"""Words by which a title, a line or a label says that its article is not for everybody: `DRAFT: …`, `[Internal] …`, `WIP`."""

import re
from collections.abc import Iterable

from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge.said_in_text import alike_letters, plain_value
from servicedesk.knowledge.statements import NOTHING, Found, clear_meaning, meaning_of

_STAFF: Found = ("published", "staff")
_IN_BRACKETS = re.compile(
    r"^[\W_]*([\[({<【‹])([^\[\](){}<>‹›]{2,60})[\])}>】›]|([\[({【‹])([^\[\](){}‹›]{2,60})[\])}】›][\W_]*$"
)
_BEFORE = re.compile(r"^[\W_]*([^\W_][^:–—|]{1,60}?)[*_\s]*(?::|\s[-–—|]+)(?:\s|[*_])")
_BEHIND = re.compile(r"(?:\s[-–—|]+|[,:])\s+([\w ]{2,40}?)[\W_]*$")
# Nobody writes these in capitals for another reason.
_LOUD = re.compile(
    r"^[\W_]*(?:DRAFT|WIP|SZKIC|WERSJA ROBOCZA|POUFNE|CONFIDENTIAL)\b|\b(?:DRAFT|WIP|SZKIC|POUFNE|CONFIDENTIAL)[\W_]*$"
)
_GONE_WORDS = (
    "OBSOLETE|DEPRECATED|OUTDATED|SUPERSEDED|ARCHIVED|DO NOT USE|"
    "NIEAKTUALN[EAY]|PRZESTARZA[ŁL][EAY]|ARCHIWALN[EAY]|WYCOFAN[EAY]|NIE U[ŻZ]YWA[ĆC]"
)
_LOUD_GONE = re.compile(rf"^[\W_]*(?:{_GONE_WORDS})\b|\b(?:{_GONE_WORDS})[\W_]*$")
_FOR_SOME = re.compile(
    r"\b(for (?:the )?[\w ]{2,40} only|(?:tylko|wyłącznie) dla [\w ]{2,40})[\W_]*$", re.IGNORECASE
)
_BEHIND_VERSION = re.compile(r"\bv?\d+\.[\d.]*[ -]+([^\W\d_]+)[\W_]*$")
# Where all is in capitals, this word may be as ordinary as the others.
_LOUD_STAFF = re.compile(r"^[\W_]*(?:INTERNAL|WEWN[ĘE]TRZN[AEY])\b(?!.*ERROR)(?=.*[^\W\d_A-ZĄĆĘŁŃÓŚŹŻ])")
_LOUD_LINE = re.compile(
    r"^[\W_]*(?:(?:(?:STRICTLY|HIGHLY|COMPANY) )?CONFIDENTIAL|(?:ŚCIŚLE )?POUFNE|DRAFT|SZKIC|WIP|TLP:? ?(?:RED|AMBER))\b"
)
_LOUD_GONE_LINE = re.compile(rf"[\W_]*(?:{_GONE_WORDS})(?:[\W_]*|\s*[-–—:.!]+\s.*)")
_HASHTAGS = re.compile(r"#?[\w/-]+(?: +#[\w/-]+)+")
_PARTS = re.compile(r"[.;!|:=,\"“”„]|\s[-–—]+\s")
_NAMES_OF_STAFF = names.STAFF_MARKS - {"staff"}
_LONGEST_LINE = 100
_MOST_WORDS = 8


def mark_in_title(title: str) -> Found:
    """Return what a title says beside its subject; one that is the word alone is the subject."""
    title = alike_letters(title.strip()[:400])
    before, behind = _BEFORE.match(title), _BEHIND.search(title)
    found = [_in_brackets(*filter(None, match.groups())) for match in _IN_BRACKETS.finditer(title)]
    if before and not _is_team(before[1]):
        found += [meaning_of(before[1]), _gone(before[1], is_clear=True)]
    if behind and (behind[0][0].isspace() or " " in behind[1]):
        found += [clear_meaning(behind[1]), _gone(behind[1], is_clear=False)]
    found += [
        clear_meaning(match[1]) for form in (_FOR_SOME, _BEHIND_VERSION) for match in form.finditer(title)
    ]
    if len(re.findall(r"[^\W_]+", title)) > 1:
        found.append(_loud(title))
    return next((one for one in found if one != NOTHING), NOTHING)


def _in_brackets(bracket: str, words: str) -> Found:
    """Return what stands in brackets; those with corners hold no explanation, so `VPN [HR]` is for them alone."""
    has_corners = bracket != "("
    found = [meaning_of(words), _gone(words, is_clear=has_corners)]
    readers = clear_meaning(f"{words.replace(',', ' and')} only") if has_corners else NOTHING
    # The desk's own name in brackets is as often a subject: `[IT] Order a laptop`.
    found.append(readers if readers == ("draft", "") else NOTHING)
    return next((one for one in found if one != NOTHING), NOTHING)


def _gone(words: str, *, is_clear: bool) -> Found:
    """Return whether words say that the article is old; `Outlook (old)` may tell of the thing that it is about."""
    word = plain_value(words)
    is_gone = word in names.GONE_MARKS | names.CLEAR_GONE_MARKS
    is_gone |= word in names.GONE_WORDS and (words.isupper() or (is_clear and word not in names.GONE_IF_LOUD))
    return ("archived", "") if is_gone else NOTHING


def _loud(title: str) -> Found:
    if _LOUD.search(title.replace("_", " ")):
        return "draft", ""
    if _LOUD_GONE.search(title):
        return "archived", ""
    return _STAFF if _LOUD_STAFF.match(title) else NOTHING


def mark_of_line(line: str) -> Found:
    """Return what a line says that consists of such words, unless they may as well name a thing: `Private`, `Hidden`."""
    if len(line) > _LONGEST_LINE or len(line.split()) > _MOST_WORDS:
        return NOTHING
    if _LOUD_LINE.match(alike_letters(line)):
        return "draft", ""
    if _LOUD_GONE_LINE.fullmatch(alike_letters(line)):
        return "archived", ""
    if _HASHTAGS.fullmatch(line):
        return mark_in_labels([line])
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
    words = [word.strip(" #") for label in labels for word in re.split(r"[,/]|\s(?=#)", label)]
    found = {_STAFF if plain_value(word) in _NAMES_OF_STAFF else clear_meaning(word) for word in words}
    found |= {_gone(word, is_clear=False) for word in words if not word.isupper()}
    return next((one for one in (("draft", ""), _STAFF, ("archived", "")) if one in found), NOTHING)


def _is_team(words: str) -> bool:
    """Tell whether a word before a colon names a team as well: `Staff: where to park`."""
    return plain_value(words) in names.TEAM_NAMES
