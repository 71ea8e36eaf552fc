"""An article as a file: a YAML header between two `---` lines, then Markdown. Read from foreign trees too."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import yaml

from servicedesk import foreign_text
from servicedesk.knowledge import rules
from servicedesk.knowledge.header_dates import earliest
from servicedesk.knowledge.header_values import Names, Value
from servicedesk.knowledge.headers import Header, is_ours, read_header
from servicedesk.knowledge.restrictions import (
    NOTHING_RESTRICTED,
    Restriction,
    read_restriction,
    together,
)
from servicedesk.knowledge.said_in_text import plain_name
from servicedesk.knowledge.statements import State
from servicedesk.people.rules import GROUP_PREFIX

LANGUAGES = frozenset({"en", "pl"})
_LANGUAGE_NAMES = {"english": "en", "angielski": "en", "polish": "pl", "polski": "pl"}


@dataclass(frozen=True)
class Draft:
    """What somebody wrote: everything of a revision that is not computed."""

    title: str
    body: str
    summary: str = ""
    category: str = ""
    audience: str = "everyone"
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    facts_needed: tuple[str, ...] = ()
    time_minutes: int | None = None
    review_on: date | None = None


@dataclass(frozen=True)
class Source:
    """A file: the draft, and what its header says about the article itself ("" where it says nothing).

    `foreign_slug` is the last part of an address of another system. `reasons` are the lines
    that restrict it, `notes` those that could not be used. `below` is for all files of its folder. `names_audience`: a
    header says in our own word for whom it is, so that nobody has to say it for the file.
    """

    draft: Draft
    slug: str = ""
    foreign_slug: str = ""
    language: str = ""
    translation_of: str = ""
    has_audience: bool = False
    names_audience: bool = False
    has_category: bool = False
    has_title: bool = False
    state: State = "published"
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    below: Restriction = NOTHING_RESTRICTED

    @property
    def restriction(self) -> Restriction:
        """All that the file restricts."""
        return Restriction(self.draft.audience if self.has_audience else "", self.state, self.reasons)


def read_source(text: str, *, at: datetime) -> Source:
    """Read a file's text as it stands at this moment. Raises InvalidInputError that says what is wrong with its header."""
    header, body = read_header(foreign_text.lines(text))
    restriction = read_restriction(header, at=at)
    category = rules.category_path(_first(header.get("category", "categories")))
    language, language_note = _language(header)
    review_on, review_note = _review(header)
    slug = header.get("slug")
    return Source(
        draft=Draft(
            title=_text(header.get("title"), rules.LONGEST_TITLE),
            body=body.strip("\n") + "\n",
            summary=_text(header.get("summary", "description"), rules.LONGEST_SUMMARY),
            category=category,
            audience=restriction.audience or "everyone",
            tags=_words(header.get("tags", "appliesto"), rules.LONGEST_TAG, rules.MOST_TAGS, blanks=True),
            keywords=_words(header.get("keywords"), rules.LONGEST_KEYWORD, rules.MOST_KEYWORDS),
            facts_needed=_words(header.get("facts_needed"), rules.LONGEST_FACT, rules.MOST_FACTS),
            time_minutes=_minutes(header.get("time_minutes")),
            review_on=review_on,
        ),
        slug=_text(slug, 400),
        language=language,
        translation_of=_text(header.get("translation_of"), rules.LONGEST_SLUG),
        has_audience=bool(restriction.audience),
        names_audience=is_ours(Header(header.own).get("audience")),
        has_category=bool(category),
        has_title=header.get("title") is not None,
        state=restriction.state,
        reasons=restriction.reasons,
        notes=tuple(note for note in (language_note, review_note) if note),
        aliases=_words(header.get("redirect_from", "aliases"), 200, 20)
        + _words(header.get("permalink"), 200, 1),
        below=read_restriction(Header(_below(header)), at=at),
    )


def _below(header: Header) -> Names:
    """Return what Hugo lets a folder's page say for all that lies below it."""
    return Names((name, value) for name, value in header.names if plain_name(name) == "cascade")


def restricted(source: Source, *more: Restriction) -> Source:
    """Return what a file says, with more that is said of it elsewhere; the strictest of all counts."""
    more = tuple(one for one in more if one.audience or one.state != "published")
    if not more:
        return source
    found = together(source.restriction, more)
    draft = replace(source.draft, audience=found.audience or source.draft.audience)
    return replace(
        source, draft=draft, has_audience=bool(found.audience), state=found.state, reasons=found.reasons
    )


def given_for(source: Source, audience: str) -> Source:
    """Return what a file says that was given for this audience: if it does not say itself for whom it is, both count.

    Where neither audience lies within the other, it waits as a draft for those whom the person named who gave it.
    """
    if not audience or source.names_audience:
        return source
    found = restricted(source, Restriction(audience))
    if audience.startswith(GROUP_PREFIX):
        found = replace(found, draft=replace(found.draft, audience=audience))
    return found


def source_as_values(source: Source) -> dict[str, Any]:
    """Return a source as what JSON holds; `source_from` makes the same of it."""
    values = asdict(source)
    values["draft"]["review_on"] = source.draft.review_on and source.draft.review_on.isoformat()
    return values


def source_from(values: Mapping[str, Any]) -> Source:
    """Return the source that `source_as_values` wrote."""
    draft = {name: _as_tuple(value) for name, value in values["draft"].items()}
    if draft["review_on"]:
        draft["review_on"] = date.fromisoformat(draft["review_on"])
    below = {name: _as_tuple(value) for name, value in values["below"].items()}
    others = {name: _as_tuple(value) for name, value in values.items() if name not in ("draft", "below")}
    return Source(draft=Draft(**draft), below=Restriction(**below), **others)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def write_source(
    draft: Draft, *, slug: str, language: str, translation_of: str = "", state: State = "published"
) -> str:
    """Return the file's text; `read_source` reads the same from it."""
    header: dict[str, Any] = {"title": draft.title, "summary": draft.summary, "language": language}
    header |= {"category": draft.category, "tags": list(draft.tags), "audience": draft.audience}
    header |= {"keywords": list(draft.keywords), "facts_needed": list(draft.facts_needed)}
    header |= {"review_on": draft.review_on, "time_minutes": draft.time_minutes}
    header |= {"translation_of": translation_of, "slug": slug, "state": "" if state == "published" else state}
    kept = {name: value for name, value in header.items() if value not in (None, "", [])}
    yaml_text = yaml.dump(kept, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{yaml_text}---\n{draft.body.strip(chr(10))}\n"


class _Dumper(yaml.SafeDumper):
    """Short lists stay on one line, as people write them."""

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, flow_style=True)


_Dumper.add_representer(list, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data))


def _text(value: Value, longest: int) -> str:
    return foreign_text.line(value)[:longest].strip() if isinstance(value, str) else ""


def _first(value: Value) -> str:
    """Return a text, or the first of a list of them: an article has one category."""
    if isinstance(value, list) and not isinstance(value, Names):
        value = next((one for one in value if isinstance(one, str) and one.strip()), "")
    return _text(value, 200)


def _words(value: Value, longest: int, most: int, *, blanks: bool = False) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [*(value.split() if blanks and "," not in value else value.split(","))]
    if not isinstance(value, list) or isinstance(value, Names):
        return ()
    words = (_text(word, longest) for word in value)
    return tuple(dict.fromkeys(word for word in words if word))[:most]


def _minutes(value: Value) -> int | None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,4}", value):
        return None
    return int(value) if 0 < int(value) <= rules.MOST_MINUTES else None


def _language(header: Header) -> tuple[str, str]:
    """Return the two letters of the language, "" for one that this desk does not speak, and a note about that."""
    written = _text(header.get("language", "lang", "locale", "ms.contentlocale"), 40)
    named = foreign_text.key(written)
    language = _LANGUAGE_NAMES.get(named, named.replace("_", "-").partition("-")[0])
    if not written or language in LANGUAGES:
        return language, ""
    return "", f"language: {written}"


def _review(header: Header) -> tuple[date | None, str]:
    """Return the day of the next review, and a note about one that is no day."""
    written = header.get("review_on")
    found = earliest(written) if isinstance(written, str) else None
    if found is None and written is not None:
        return None, f"review_on: {_text(written, 80) or '…'}"
    return (found.date() if found else None), ""
