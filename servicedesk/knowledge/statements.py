"""What a few words say of who may read: `internal`, `HR only`, `for the IT team only`, `this page is a draft`."""

import re
from typing import Literal

from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge import restricting_names_pl as polish
from servicedesk.knowledge.said_in_text import plain_value

State = Literal["published", "draft", "archived"]
STATES: tuple[State, ...] = ("published", "draft", "archived")
# What is made of an article, and for whom it is ("" where nothing says so).
Found = tuple[State, str]

NOTHING: Found = ("published", "")
_DRAFT: Found = ("draft", "")
_STAFF: Found = ("published", "staff")
_LONGEST = 100
_MOST_WORDS = 8
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_VERSION = re.compile(r"[ (,]+(?:v|ver\.?|version|rev\.?|wersja)? ?\d[\d. ]{0,12}$")
_VERSION_BEFORE = re.compile(r"^(?:v|ver|version|rev|wersja)?\.? ?\d[\d.]{0,10}[ (,]+")
_KIND = (
    "document|article|page|file|guide|procedure|information|version|"
    "dokument|artykul|strona|material|plik|instrukcja|wersja|informacja"
)
_OF_ITSELF = re.compile(
    rf"(?:this|ten|ta|to|niniejszy|niniejsza)(?: (?:{_KIND}))? "
    r"(?:is|has been|was|jest|zostal|zostala|zostalo) (?:(?:a|an|still|strictly|now|juz) )?(.+)"
)
_WITH_KIND = re.compile(rf"(?:{_KIND}) (.+)|(.+) (?:{_KIND})")
_ONLY = re.compile(
    r"(?:for )?(?:the )?(.+?)(?: use| eyes)? only|(?:tylko|wylacznie) (?:dla |do uzytku )?(.+)|only for (?:the )?(.+)|"
    r"only (?:the )?(.+?) (?:may|can|should) (?:read|see|view)(?: .+)?|"
    r"(?:please )?do not (?:share|distribute|forward)(?: (?:this|it)(?: \w+)?)? outside (?:of )?(?:the )?(.+)"
)
_NOT_FOR_ALL = re.compile(
    r"not for (?:employees|users|end users|everyone|everybody)|nie dla (?:pracownikow|wszystkich|uzytkownikow)|"
    r"(?:please )?do not (?:share|show)(?: (?:this|it)(?: \w+)?)? (?:with|to) (?:employees|users|end users)|"
    r"nie (?:udostepniac|pokazywac) (?:pracownikom|uzytkownikom)"
)
_LEADING = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,3}?(?=\s*[^\w\s]|\s+v?\d)")


def state_named(name: str | None) -> State:
    """Return the state of this name; rows of earlier versions name none, and those published everything."""
    return next((state for state in STATES if state == name), "published")


def meaning_of(words: str) -> Found:
    """Return what words mean that stand where a mark does, such as in brackets before a title."""
    phrase = _phrase(words)
    if phrase in names.STAFF_MARKS:
        return _STAFF
    if phrase in names.GONE_MARKS:
        return "archived", ""
    return _DRAFT if phrase in names.DRAFT_STATES else clear_meaning(words)


def clear_meaning(words: str) -> Found:
    """Return what words mean that may stand anywhere: those that mean nothing else, and who alone may read."""
    phrase = _phrase(words)
    if not phrase or len(phrase.split()) > _MOST_WORDS:
        return NOTHING
    phrase, found = _of_itself(phrase)
    if found != NOTHING:
        return found
    if phrase in names.CLEAR_STAFF_MARKS:
        return _STAFF
    if phrase in names.CLEAR_MARKS or _NOT_FOR_ALL.fullmatch(phrase):
        return _DRAFT
    only = _ONLY.fullmatch(phrase)
    return _readers(set(" ".join(filter(None, only.groups())).split())) if only else NOTHING


def _of_itself(phrase: str) -> tuple[str, Found]:
    """Return a phrase without the words for the text itself, and what it means where it says of this that it is old."""
    itself, kind = _OF_ITSELF.fullmatch(phrase), _WITH_KIND.fullmatch(phrase)
    if itself:
        return itself[1], (("archived", "") if itself[1] in names.GONE_STATES else NOTHING)
    if not kind or phrase in names.CLEAR_MARKS:
        return phrase, NOTHING
    is_gone, is_draft = kind[1] in names.GONE_MARKS, kind[1] in polish.DRAFT_STATES
    return kind[1] or kind[2], ("archived", "") if is_gone else _DRAFT if is_draft else NOTHING


def _readers(words: set[str]) -> Found:
    """Return what it means that these alone may read; things (`Windows only`) and everybody are nobody."""
    if not words <= names.OF_IT | names.OTHER_READERS | names.WITH_READERS:
        return NOTHING
    if words & names.OTHER_READERS:
        return _DRAFT
    return _STAFF if words & names.OF_IT else NOTHING


def leading_words(text: str) -> str:
    """Return the words up to the first mark or number: `Draft` of `Draft v0.3`, "" where there is neither."""
    match = _LEADING.match(text)
    return plain_value(match[0]) if match else ""


def is_for_some_only(text: str) -> bool:
    """Tell whether a text ends in "only" or begins with "tylko", and no thing such as "read only" is meant."""
    word = plain_value(text)
    return (word.endswith(" only") and word.replace(" ", "") not in names.OTHER_WORDS) or word.startswith(
        ("tylko ", "wylacznie ")
    )


def without_version(word: str) -> str:
    """Return a word without the version behind it: `approved v2` is `approved`."""
    return _VERSION.sub("", word) if len(word) <= _LONGEST else word


def _phrase(words: str) -> str:
    """Return what words are compared by, without marks at their ends and a version."""
    if len(words) > _LONGEST:
        return ""
    phrase = without_version(plain_value(_EDGES.sub("", words).replace(":", " ")))
    return " ".join(_VERSION_BEFORE.sub("", phrase).split())
