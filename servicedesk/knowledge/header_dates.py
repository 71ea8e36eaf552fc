"""Days and times as headers write them. Where one can be read in two ways, both are, and the caller takes the stricter."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ,].*)?")
_WORDS = (
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
    "%b %d %Y",
    "%Y%m%d",
    "%B %Y",
    "%b %Y",
    "%Y-%m",
    "%Y",
)
_SECONDS = re.compile(r"\d{10}(?:\d{3})?")


def earliest(text: str) -> datetime | None:
    """Return the earliest moment that the text can mean, or None if it is no date."""
    return min(_moments(text.strip()), default=None)


def latest(text: str) -> datetime | None:
    """Return the latest moment that the text can mean: a day begins anywhere on earth."""
    return max(_moments(text.strip()), default=None)


def _moments(text: str) -> Iterator[datetime]:
    try:
        found = datetime.fromisoformat(text.replace(" +", "+"))
        yield found if found.tzinfo else found.replace(tzinfo=UTC)
        return
    except (ValueError, OverflowError):
        pass
    if match := _YEAR_FIRST.fullmatch(text):
        yield from _day(match[1], match[2], match[3])
    elif match := _YEAR_LAST.fullmatch(text):
        yield from _day(match[3], match[1], match[2])
        yield from _day(match[3], match[2], match[1])
    elif _SECONDS.fullmatch(text):
        yield datetime.fromtimestamp(int(text[:10]), UTC)
    else:
        yield from _in_words(text)


def _day(year: str, month: str, day: str) -> Iterator[datetime]:
    try:
        yield datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return


def _in_words(text: str) -> Iterator[datetime]:
    for form in _WORDS:
        try:
            yield datetime.strptime(text, form).replace(tzinfo=UTC)
            return
        except ValueError:
            continue
