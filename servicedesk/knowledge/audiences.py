"""Audiences as files name them: everyone, staff and group:NAME, and the words of other systems that mean the same."""

from collections.abc import Iterable, Iterator

from servicedesk import foreign_text
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge import rules
from servicedesk.knowledge.header_values import Names, Value
from servicedesk.knowledge.said_in_text import plain_value
from servicedesk.people.rules import EVERYONE, GROUP_PREFIX, STAFF


def read_audience(value: Value, *, is_microsoft: bool) -> str:
    """Return whom the header names, "" if it says nothing; what is misspelt is refused, for it must not open an article."""
    if value is None or value == "":
        return ""
    texts = list(all_texts(value))
    if isinstance(value, Names) or not texts:
        raise InvalidInputError(N_("The audience must be everyone, staff or group:NAME."))
    named = [name for text in texts for name in _split(text)]
    decorating = names.FOR_ANYBODY | (names.WRITTEN_FOR if is_microsoft else frozenset())
    audience, is_clear = narrowest([name for name in named if plain_value(name) not in decorating])
    if not is_clear or (audience and not rules.is_audience(audience)):
        raise InvalidInputError(N_("The audience must be everyone, staff or group:NAME."))
    return audience


def _split(text: str) -> list[str]:
    """Return the names in a text; a group's name may hold commas, so it stands alone."""
    text = foreign_text.line(text).strip("\"'")
    prefix, colon, name = text.partition(":")
    if colon and foreign_text.key(prefix) == GROUP_PREFIX.rstrip(":"):
        return [GROUP_PREFIX + name.strip()]
    parts = [part.strip() for part in text.replace("|", ",").replace(";", ",").split(",")]
    return [_ours(part) for part in parts if part]


def _ours(name: str) -> str:
    """Return our word for an audience. `public` of other systems may mean others than ours, and is refused."""
    word = plain_value(name)
    if word in names.EVERYBODY:
        return EVERYONE
    if word in (EVERYONE, STAFF):
        return word
    return STAFF if word in names.STAFF_LEVELS else name


def narrowest(audiences: Iterable[str]) -> tuple[str, bool]:
    """Return the narrowest of several audiences; False where none lies within the others, such as two groups."""
    left = set(audiences) - {EVERYONE}
    if len(left) > 1:
        return min(left, key=lambda name: (not name.startswith(GROUP_PREFIX), name)), False
    return (left.pop() if left else EVERYONE if set(audiences) else ""), True


def all_texts(value: Value) -> Iterator[str]:
    """Yield the texts of a value that is one or a list of them; of anything else an odd one, which nobody understands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and not isinstance(value, Names):
        yield from (inner if isinstance(inner, str) else "?" for inner in value)
