"""What may be typed on the search page: words, "phrases", -without, tag:/category:/lang:/by:. The rest is words."""

import re
from dataclasses import dataclass

from servicedesk.search.analysis import tokens

LONGEST_QUERY = 200
MOST_TERMS = 16
FILTERS = ("tag", "category", "lang", "by")

_PIECE = re.compile(
    r"""(?P<filter>tag|category|lang|by):(?:"(?P<quoted_value>[^"]+)"|(?P<value>[^\s"]+))
    | "(?P<phrase>[^"]*)"
    | (?<!\S)-(?P<without>[^\s"-][^\s"]*)
    | (?P<word>[^\s"]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class SearchQuery:
    """A search as understood. `filters` are for the caller: the index knows neither tags nor authors."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """All that is looked for, as one text."""
        return " ".join((*self.words, *self.phrases))

    def values(self, name: str) -> tuple[str, ...]:
        """Return what was asked of one filter."""
        return tuple(value for filter_name, value in self.filters if filter_name == name)


def parse(text: str) -> SearchQuery:
    """Read any text as a search: what is too long is cut, nothing is refused."""
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: list[tuple[str, str]] = []
    for place, match in enumerate(_PIECE.finditer(text[:LONGEST_QUERY])):
        if place == MOST_TERMS:
            break
        found = match.groupdict()
        if found["filter"]:
            filters.append((found["filter"].lower(), found["quoted_value"] or found["value"]))
        elif found["without"]:
            _add(without, found["without"])
        elif found["phrase"] is not None:
            _add(phrases, found["phrase"].strip())
        else:
            _add(words, found["word"])
    return SearchQuery(tuple(words), tuple(phrases), tuple(without), tuple(filters))


def _add(pieces: list[str], piece: str) -> None:
    """Keep what has a letter or digit in it: there is nothing to find in a lone dash."""
    if next(tokens(piece), None) is not None:
        pieces.append(piece)
