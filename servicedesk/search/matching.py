"""Which articles a search finds at all: most of its words, each of its phrases, none of what it leaves out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from servicedesk.search.analysis import plain_words, tokens
from servicedesk.search.documents import word_key
from servicedesk.search.grammar import SearchQuery
from servicedesk.search.languages import fold
from servicedesk.search.query import QueryTerm, analyse_query
from servicedesk.search.snapshot import BoolArray, Matches, Snapshot
from servicedesk.search.spelling import is_correctable, nearest_spelling

_ALL_WORDS_UP_TO = 2
_SHARE_OF_WORDS = 2 / 3


class WordMatches(NamedTuple):
    """Which articles hold each typed word. Those in `by_beginning` no article holds, only words that begin alike."""

    articles: dict[str, BoolArray]
    by_beginning: frozenset[str]


def word_matches(snapshot: Snapshot, query: Sequence[QueryTerm], matches: Matches) -> WordMatches:
    """Return for each typed word which articles hold it; by its beginning only where no article holds its stem."""
    size = len(snapshot.articles.columns)
    held: dict[tuple[str, bool], BoolArray] = {}
    for place, term in enumerate(query):
        documents = matches.numbers[matches.term == place]
        for word in term.words:
            held.setdefault((word, term.is_weak), np.zeros(size, dtype=bool))[documents] = True
    found: dict[str, BoolArray] = {}
    by_beginning = set()
    for (word, is_weak), documents in sorted(held.items(), key=lambda item: item[0][1]):
        if not is_weak or not found.get(word, np.zeros(1)).any():
            found[word] = documents
            if is_weak:
                by_beginning.add(word)
    return WordMatches(found, frozenset(by_beginning))


def matching(snapshot: Snapshot, query: SearchQuery, words: WordMatches, mask: BoolArray) -> BoolArray:
    """Return which of the articles in the mask the search finds."""
    allowed = mask.copy()
    for phrase in query.phrases:
        allowed &= _holding_phrase(snapshot, phrase, allowed)
    for left_out in query.without:
        allowed &= ~_holding(snapshot, left_out)
    held = list(words.articles.values())
    if not held:
        return allowed if query.phrases else np.zeros_like(allowed)
    counts = np.sum(held, axis=0)
    needed = len(held) if len(held) <= _ALL_WORDS_UP_TO else math.ceil(len(held) * _SHARE_OF_WORDS)
    strict: BoolArray = allowed & (counts >= needed)
    return strict if strict.any() else allowed & (counts > 0)


def _holding(snapshot: Snapshot, text: str) -> BoolArray:
    """Return which articles hold a word, in any of its forms."""
    terms = [term for term in analyse_query(text, snapshot.analyser) if not term.is_weak]
    matches = snapshot.articles.matches([term.key for term in terms])
    held = np.zeros(len(snapshot.articles.columns), dtype=bool)
    held[matches.numbers] = True
    return held


def _holding_phrase(snapshot: Snapshot, phrase: str, among: BoolArray) -> BoolArray:
    """Return which articles hold the words of a phrase one after the other, as they were typed."""
    keys = np.array([word_key(word) for word in plain_words(phrase)], dtype=np.int64)
    columns = snapshot.articles.columns
    held = np.zeros(len(columns), dtype=bool)
    words = snapshot.words()
    last_start = len(words) - len(keys) + 1
    if not len(keys) or last_start <= 0:
        return held
    places = np.flatnonzero(words[:last_start] == keys[0])
    for offset, key in enumerate(keys[1:].tolist(), start=1):
        places = places[words[places + offset] == key]
    documents = np.searchsorted(columns.word_starts, places, side="right") - 1
    inside = places + len(keys) <= columns.word_starts[documents + 1]
    held[documents[inside]] = True
    return held & among


def corrected_query(
    snapshot: Snapshot, query: SearchQuery, words: WordMatches, mask: BoolArray
) -> SearchQuery | None:
    """Return the query with the nearest spelling of each word that no article in the mask holds; None if all are.

    A word that only other people's articles hold counts as unknown: its being known would tell of them. So does a form
    of a word that only theirs have.
    """
    typed = {token.text for word in query.words for token in tokens(word)}
    known = {word for word, articles in words.articles.items() if (articles & mask).any()}
    unknown = {word for word in typed - (known - words.by_beginning) if is_correctable(word)}
    if not unknown:
        return None
    corrections = {
        word: nearest_spelling(
            word,
            snapshot.vocabulary,
            weigh=lambda known: int((_holding(snapshot, known) & mask).sum()),
            is_written=lambda known: bool(_holding_phrase(snapshot, known, mask).any()),
        )
        for word in unknown
    }
    # What is found by its beginning may have an ending that no article has: that is no misspelling.
    corrections |= {word: None for word in unknown & known if _differ_at_the_end(word, corrections[word])}
    corrected = tuple(_with_corrections(word, corrections) for word in query.words)
    return None if corrected == query.words else replace(query, words=corrected)


def _differ_at_the_end(word: str, other: str | None) -> bool:
    shorter, longer = sorted((fold(word), fold(other or "")), key=len)
    return longer.startswith(shorter)


def _with_corrections(word: str, corrections: Mapping[str, str | None]) -> str:
    """Replace the misspelt tokens of a typed word."""
    for token in reversed(list(tokens(word))):
        word = word[: token.start] + (corrections.get(token.text) or token.text) + word[token.end :]
    return word
