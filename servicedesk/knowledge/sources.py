"""An article as a file: a YAML header between two `---` lines, then Markdown. Read from foreign trees too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import rules

_LONGEST_HEADER = 64_000
# Microsoft's documentation marks with these whom a page is written for, not who may read it.
_FOREIGN_AUDIENCES = frozenset({"itpro", "admin", "developer", "enduser", "end user", "user"})


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
    """A file: the draft, and what its header says about the article itself ("" where it says nothing)."""

    draft: Draft
    slug: str = ""
    language: str = ""
    translation_of: str = ""
    has_audience: bool = False
    has_category: bool = False
    has_title: bool = False
    is_archived: bool = False
    aliases: tuple[str, ...] = ()


def read_source(text: str) -> Source:
    """Read a file's text. Raises InvalidInputError that says what is wrong with its header."""
    header, body = _split(text)
    values = _load(header)
    audience = _audience(values)
    return Source(
        draft=Draft(
            title=_text(values, "title", rules.LONGEST_TITLE),
            body=body.strip("\n") + "\n",
            summary=_text(values, "summary", rules.LONGEST_SUMMARY)
            or _text(values, "description", rules.LONGEST_SUMMARY),
            category=rules.category_path(_text(values, "category", 200)),
            audience=audience or "everyone",
            tags=_words(values.get("tags", values.get("appliesto")), rules.LONGEST_TAG, rules.MOST_TAGS),
            keywords=_words(values.get("keywords"), rules.LONGEST_KEYWORD, rules.MOST_KEYWORDS),
            facts_needed=_words(values.get("facts_needed"), rules.LONGEST_FACT, rules.MOST_FACTS),
            time_minutes=_minutes(values.get("time_minutes")),
            review_on=_date(values.get("review_on")),
        ),
        slug=_text(values, "slug", rules.LONGEST_SLUG),
        language=(_text(values, "language", 8) or _text(values, "ms.contentlocale", 8)).lower()[:2],
        translation_of=_text(values, "translation_of", rules.LONGEST_SLUG),
        has_audience=bool(audience),
        has_category="category" in values,
        has_title=bool(values.get("title")),
        is_archived=values.get("state") == "archived",
        aliases=_words(values.get("redirect_from"), 200, 20) + _words(values.get("permalink"), 200, 1),
    )


def write_source(
    draft: Draft, *, slug: str, language: str, translation_of: str = "", is_archived: bool = False
) -> str:
    """Return the file's text; `read_source` reads the same from it."""
    header: dict[str, Any] = {"title": draft.title, "summary": draft.summary, "language": language}
    header |= {"category": draft.category, "tags": list(draft.tags), "audience": draft.audience}
    header |= {"keywords": list(draft.keywords), "facts_needed": list(draft.facts_needed)}
    header |= {"review_on": draft.review_on, "time_minutes": draft.time_minutes}
    header |= {"translation_of": translation_of, "slug": slug, "state": "archived" if is_archived else ""}
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


def _split(text: str) -> tuple[str, str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if not text.startswith("---\n"):
        return "", text
    end = text.find("\n---", 3)
    while end >= 0 and text[end + 4 : end + 5] not in ("\n", ""):
        end = text.find("\n---", end + 1)
    if end < 0:
        return "", text
    if end > _LONGEST_HEADER:
        raise InvalidInputError(N_("The header is larger than 64 kB."))
    return text[4 : end + 1], text[end + 5 :]


def _load(header: str) -> Mapping[str, Any]:
    try:
        values = yaml.load(header, Loader=_LOADER) if header.strip() else {}  # noqa: S506 - a safe loader.
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInputError(
            N_("The header is not valid YAML. Quote texts that hold a colon or begin with a mark.")
        ) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise InvalidInputError(N_("The header is not a list of names with values."))
    return {str(name): value for name, value in values.items()}


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _text(values: Mapping[str, Any], name: str, longest: int) -> str:
    value = values.get(name, "")
    if not isinstance(value, str | int | float | date):
        return ""
    return " ".join(str(value).split())[:longest]


def _words(value: Any, longest: int, most: int) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return ()
    words = (" ".join(str(word).split())[:longest] for word in value if isinstance(word, str | int | float))
    return tuple(dict.fromkeys(word for word in words if word))[:most]


def _minutes(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value <= rules.MOST_MINUTES else None


def _date(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise InvalidInputError(N_("review_on is not a date such as 2027-05-01."))


def _audience(values: Mapping[str, Any]) -> str:
    """Return whom the header names; a misspelt audience is refused, for it must not open an article to everyone."""
    audience = _text(values, "audience", 200)
    if not audience or {part.strip().lower() for part in audience.split("|")} <= _FOREIGN_AUDIENCES:
        return ""
    if not rules.is_audience(audience):
        raise InvalidInputError(N_("The audience must be everyone, staff or group:NAME."))
    return audience
