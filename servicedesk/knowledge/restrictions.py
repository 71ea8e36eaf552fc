"""What a file's header says of who may read it, and whether at all: in our words, and in those of other systems.

Everything that is not understood falls to the narrow side: an audience is refused, anything else leaves the article a
draft, which editors find with the reason. The tables below are what is understood.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.distance import OSA

from servicedesk import foreign_text
from servicedesk.errors import InvalidInputError
from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge.audiences import all_texts, narrowest, read_audience
from servicedesk.knowledge.header_dates import earliest, latest
from servicedesk.knowledge.header_values import Names, Value
from servicedesk.knowledge.headers import Header
from servicedesk.knowledge.marks_in_titles import mark_in_labels, mark_in_title, mark_of_line
from servicedesk.knowledge.said_in_text import plain_name, plain_value
from servicedesk.knowledge.statements import (
    NOTHING,
    Found,
    State,
    clear_meaning,
    is_for_some_only,
    leading_words,
    without_version,
)
from servicedesk.people.rules import EVERYONE, STAFF

_LONGEST_NAME = 40
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Restriction:
    """For whom an article is ("" where its file does not say), its state, and what was read so, a line each."""

    audience: str = ""
    state: State = "published"
    reasons: tuple[str, ...] = ()


NOTHING_RESTRICTED = Restriction()


def read_restriction(header: Header, *, at: datetime) -> Restriction:
    """Return all that a file restricts, at this moment. Raises InvalidInputError for an audience that is not understood."""
    audiences: list[str] = []
    found: list[tuple[str, Found]] = []
    is_microsoft = any(plain_name(name) in names.MICROSOFT for name, _ in header.names)
    for written, value, inside in header.walk_inside():
        name = _meant(plain_name(written))
        if name in names.OF_WHAT_HOLDS_IT and plain_name(inside) not in names.OF_THE_ARTICLE:
            continue  # `comments: {enabled: false}` says nothing of the article.
        if name in names.AUDIENCES:
            audience = read_audience(value, is_microsoft=is_microsoft)
            audiences += [audience] if audience else []
            if audience not in ("", EVERYONE):
                found.append((f"{foreign_text.line(written)}: {audience}", ("published", audience)))
        else:
            one = _read(name, value, at) if name in _KNOWN else _unknown(written, value)
            found.append((f"{foreign_text.line(written)}: {_shown(value)}", one))
    is_labelled = not audiences
    for written, value in header.walk():
        if is_labelled and plain_name(written) in names.LABELS:
            found.append((f"{foreign_text.line(written)}: {_shown(value)}", mark_in_labels(all_texts(value))))
    for written, value in header.said:
        found.append((f"{foreign_text.line(written)}: {_shown(value)}", _said(written, value, at)))
    return _together(audiences, [(reason, one) for reason, one in found if one != NOTHING])


def _together(audiences: list[str], found: list[tuple[str, Found]]) -> Restriction:
    """Return the strictest of all that was found; where two groups are named, nobody is meant for sure."""
    reasons = [reason for reason, _ in found]
    audience, is_clear = narrowest([*audiences, *(audience for _, (_, audience) in found if audience)])
    state = _strictest(state for _, (state, _) in found)
    if not is_clear and state == "published":
        state = "draft"
    return Restriction(audience, state, tuple(dict.fromkeys(reasons)))


def together(own: Restriction, above: Iterable[Restriction]) -> Restriction:
    """Return what a file and the folders that it lies in restrict together."""
    every = [own, *above]
    audience, is_clear = narrowest([one.audience for one in every if one.audience])
    state = _strictest(one.state for one in every)
    reasons = dict.fromkeys(reason for one in every for reason in one.reasons)
    return Restriction(audience, state if is_clear or state != "published" else "draft", tuple(reasons))


def _said(written: str, value: Value, at: datetime) -> Found:
    """Return what a text says of itself: by names that mean nothing else, or by words that restrict."""
    if written == "title":
        return mark_in_title(str(value))
    if written == "line":
        return mark_of_line(str(value))
    name, word = _meant(plain_name(written)), plain_value(value)
    if name in names.AUDIENCES:
        try:
            audience = read_audience(value, is_microsoft=False)
        except InvalidInputError:
            return "draft", ""
        return "published", audience if audience != EVERYONE else ""
    if name not in _KNOWN or name in names.OF_WHAT_HOLDS_IT:
        return _unknown(written, value) if word in names.TRUE else NOTHING
    is_sure = name in names.SURE or word in names.RESTRICTING or _is_restricting(name, str(value))
    return _read(name, value, at) if is_sure else NOTHING


def _is_restricting(name: str, text: str) -> bool:
    """Tell whether what stands behind a level or a state begins or ends as what restricts does: `Draft v0.3`, `HR only`."""
    if name in names.LEVELS | names.MARKINGS:
        words = names.RESTRICTING | names.STAFF_LEVELS
        return plain_value(text) in words or leading_words(text) in words or is_for_some_only(text)
    return name in names.STATES and leading_words(text) in names.RESTRICTING


def _meant(name: str) -> str:
    """Return the name that a name is or is meant to be."""
    if name in _KNOWN or name in names.OTHER_WORDS or name in names.LABELS or len(name) > _LONGEST_NAME:
        return name
    if name.endswith(("audience", "audiences")):
        return "audience"
    for known, most in names.MISSPELT.items():
        if abs(len(name) - len(known)) <= most and OSA.distance(name, known, score_cutoff=most) <= most:
            return known
    if not name.startswith("un"):
        return next(
            (known for known, parts in names.LIKE.items() if any(part in name for part in parts)), name
        )
    return name


def _read(name: str, value: Value, at: datetime) -> Found:
    """Return what one name with its value makes of an article; "published" and "" if it restricts nothing."""
    if value is None:
        return "published", ""
    if isinstance(value, Names) and name not in names.LEVELS | names.MARKINGS | names.STATES:
        is_clear = name not in _DECIDING or _says_by_itself(value)
        return ("published" if is_clear else "draft"), ""  # A mapping says what it says by its own names.
    if name in names.DRAFT_BY_WORD:
        return ("draft" if plain_value(value) in names.DRAFT_BY_WORD[name] else "published"), ""
    if name == "title":
        return mark_in_title(value) if isinstance(value, str) else NOTHING
    if name == "date":
        return ("draft" if _is_later(value, at) is True else "published"), ""
    for group, decide in _DECIDE:
        if name in group:
            return decide(value, at)
    return "published", ""


def _unknown(written: str, value: Value) -> Found:
    """Return what a name says that we do not know: itself where it is true (`hr_only`), or a value that means nothing else."""
    name = plain_name(written)
    if name in names.NAMING | names.OTHER_WORDS:
        return NOTHING
    if plain_value(value) in names.TRUE:
        said = clear_meaning(_HUMP.sub(" ", written))
        is_for_some = name.endswith("only") or name.startswith("tylko")
        return ("draft", "") if is_for_some and said == NOTHING else said
    found = [clear_meaning(text) for text in all_texts(value)]
    if name in names.FOR_READERS:
        found += [clear_meaning(f"{text} only") for text in all_texts(value)]
    elif name not in names.KINDS_OF_TEXT:
        found = [one for one in found if one == ("draft", "")]
    return next((one for one in found if one != NOTHING), NOTHING)


def _if_true(state: State, audience: str = "") -> Callable[[Value, datetime], Found]:
    def decide(value: Value, _at: datetime) -> Found:
        if plain_value(value) in names.FALSE:
            return "published", ""
        return (
            (state, audience)
            if plain_value(value) in names.TRUE
            else (state if state != "published" else "draft", audience)
        )

    return decide


def _if_false(value: Value, at: datetime) -> Found:
    """Read `published: false` and its kin; some systems write the day there instead."""
    if plain_value(value) in names.TRUE or (
        isinstance(value, str) and (not value.strip() or _is_later(value, at) is False)
    ):
        return "published", ""
    return "draft", ""


def _marking(value: Value, at: datetime) -> Found:
    return NOTHING if plain_value(value) in names.UNMARKED else _level(value, at)


def _level(value: Value, _at: datetime) -> Found:
    words = {plain_value(one) for one in all_texts(value)}
    if isinstance(value, Names) or not words:
        return ("published", "") if isinstance(value, Names) and _says_by_itself(value) else ("draft", STAFF)
    if words <= names.OPEN_LEVELS:
        return "published", ""
    return ("published", STAFF) if words <= names.OPEN_LEVELS | names.STAFF_LEVELS else ("draft", STAFF)


def _says_by_itself(value: Names) -> bool:
    """Tell whether the names inside say all that there is to say, so that walking on reads them."""
    return bool(value) and all(_meant(plain_name(name)) in _TELLING for name, _ in value)


def _state(value: Value, _at: datetime) -> Found:
    words = {without_version(plain_value(one)) for one in all_texts(value)}
    if isinstance(value, Names) or not words <= names.OPEN_STATES | names.GONE_STATES:
        return "draft", ""
    return ("archived" if words & names.GONE_STATES else "published"), ""


def _from(value: Value, at: datetime) -> Found:
    if plain_value(value) in names.FALSE:
        return "published", ""
    return ("published" if _is_later(value, at) is False else "draft"), ""


def _until(value: Value, at: datetime) -> Found:
    if isinstance(value, str) and (not value.strip() or plain_value(value) in names.NEVER):
        return "published", ""
    end = earliest(value) if isinstance(value, str) else None
    if end is None:
        return "draft", ""
    return ("archived" if end <= at else "published"), ""


def _is_later(value: Value, at: datetime) -> bool | None:
    """Tell whether a day or time lies ahead; None if it is not understood."""
    moment = latest(value) if isinstance(value, str) else None
    return None if moment is None else moment > at


_DECIDE: list[tuple[frozenset[str], Callable[[Value, datetime], Found]]] = [
    (names.DRAFT_IF_TRUE, _if_true("draft")),
    (names.STAFF_IF_TRUE, _if_true("published", STAFF)),
    (names.GONE_IF_TRUE, _if_true("archived")),
    (names.DRAFT_IF_FALSE, _if_false),
    (names.MARKINGS, _marking),
    (names.LEVELS, _level),
    (names.STATES, _state),
    (names.FROM_ON, _from),
    (names.UNTIL, _until),
]
_DECIDING = frozenset[str]().union(*(group for group, _ in _DECIDE))
_KNOWN = _DECIDING | names.AUDIENCES | {"title", "date", *names.DRAFT_BY_WORD}


# Names inside another that say what this one means by themselves.
_TELLING = _KNOWN - {"date"} - names.OF_WHAT_HOLDS_IT


def _strictest(states: Iterable[State]) -> State:
    found = set(states)
    return "archived" if "archived" in found else "draft" if "draft" in found else "published"


def _shown(value: Value) -> str:
    return (
        foreign_text.line(value)[:80] if isinstance(value, str) else ", ".join(all_texts(value))[:80] or "…"
    )
