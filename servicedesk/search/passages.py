"""Where in a text the query matched. Segments of plain text: whoever shows them escapes them."""

from bisect import bisect_left
from typing import NamedTuple

from servicedesk.search.analysis import Analyser, distinct_words, is_prefix, places_of, tokens
from servicedesk.search.languages import LANGUAGES

_SPAN_SLACK = 40


class Segment(NamedTuple):
    """A piece of the text, in order."""

    text: str
    is_match: bool


class _Match(NamedTuple):
    start: int
    end: int
    word: str


def highlight(query: str, text: str, *, language: str, analyser: Analyser) -> list[Segment]:
    """Cut the whole text into matching and other segments."""
    return _segments(text, 0, len(text), _matches(query, text, language, analyser))


def best_passage(query: str, text: str, *, language: str, analyser: Analyser, length: int) -> list[Segment]:
    """Return the stretch of about `length` characters with most of the query words; the start if none."""
    matches = _matches(query, text, language, analyser)
    start = _best_start(matches, length)
    start = _word_start(text, max(0, start - _SPAN_SLACK)) if start else 0
    end = _word_end(text, start + length)
    segments = _segments(text, start, end, [m for m in matches if m.start >= start and m.end <= end])
    if start > 0:
        segments.insert(0, Segment("… ", False))
    if end < len(text):
        segments.append(Segment(" …", False))
    return segments


def _matches(query: str, text: str, language: str, analyser: Analyser) -> list[_Match]:
    code = language if language in LANGUAGES else next(iter(LANGUAGES))
    wanted = {
        term: token.text.lower()
        for token in tokens(query)
        for term in analyser.terms_of_word(token.text, code)
        if not is_prefix(term)
    }
    hits: dict[str, str] = {}
    for word in distinct_words(text):
        terms = analyser.terms_of_word(word, code)
        if not wanted.keys().isdisjoint(terms):
            hits[word] = next(wanted[term] for term in terms if term in wanted)
    return [_Match(start, end, hits[word]) for word, start, end in places_of(hits, text)]


def _best_start(matches: list[_Match], length: int) -> int:
    starts = [match.start for match in matches]
    best, best_count = 0, 0
    for place, match in enumerate(matches):
        end = bisect_left(starts, match.start + length - _SPAN_SLACK)
        count = len({m.word for m in matches[place : min(end, place + _SPAN_SLACK)]})
        if count > best_count:
            best, best_count = match.start, count
    return best


def _word_start(text: str, place: int) -> int:
    space = text.find(" ", place)
    return place if place == 0 or space < 0 else space + 1


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", 0, place)
    return space if space > 0 else place


def _segments(text: str, start: int, end: int, matches: list[_Match]) -> list[Segment]:
    segments, place = [], start
    for match in matches:
        if match.start > place:
            segments.append(Segment(text[place : match.start], False))
        segments.append(Segment(text[match.start : match.end], True))
        place = match.end
    if place < end:
        segments.append(Segment(text[place:end], False))
    return segments
