"""How alike two complaints are letter by letter: four-letter runs of how each begins, word gaps included.

It sees what words do not: misspellings, joined words, other endings, turns of phrase. Too slow for all incidents, it
refines the order of those that the words found. What people write first says what it is about; the rest is noise.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from servicedesk.search.analysis import plain_words
from servicedesk.search.postings import FloatArray, IntArray, RaggedFile

_RUN = 4
_READ_TO = 300
_BUCKET_BITS = 16
_COUNT_BITS = 8
_MIX = np.uint64(0x9E3779B97F4A7C15)  # Multiplicative hashing (Knuth 6.4) by the golden ratio.
BUCKETS = 1 << _BUCKET_BITS
_MOST_COUNTED = (1 << _COUNT_BITS) - 1
_FREQUENCIES = (1.0 + np.log(np.maximum(np.arange(_MOST_COUNTED + 1), 1))).astype(np.float32)


def wording_of(titles: Iterable[str], bodies: Iterable[str]) -> IntArray:
    """Return the runs of a text that comes in pieces, hashed, each with its count in the lowest byte; titles count twice."""
    beginning = _beginning(bodies)
    runs = np.concatenate([np.zeros(0, np.int64), *map(_runs, [*titles] * 2), *map(_runs, beginning)])
    buckets, counts = np.unique(runs, return_counts=True)
    wording: IntArray = buckets << _COUNT_BITS | np.minimum(counts, _MOST_COUNTED)
    return wording


def wording_of_query(text: str) -> IntArray:
    """Return the runs of a question; its first line is its title, as in a filed incident."""
    title, _, body = text.partition("\n")
    return wording_of([" ".join(plain_words(title[:_READ_TO]))], [" ".join(plain_words(body[:_READ_TO]))])


def _beginning(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the pieces until they have the length that is read."""
    left = _READ_TO
    for piece in pieces:
        if left <= 0:
            return
        yield piece[:left]
        left -= len(piece) + 1


def _runs(words: str) -> IntArray:
    """Return the bucket of each run of letters in plain words, in order."""
    joined = f" {words} "
    letters = np.frombuffer(joined.encode("utf-32-le"), "<u4").astype(np.uint64)
    if len(letters) < _RUN:
        return np.zeros(0, np.int64)
    mixed = np.zeros(len(letters) - _RUN + 1, np.uint64)
    for place in range(_RUN):
        mixed = mixed * _MIX + letters[place : place + len(mixed)]
    return (mixed * _MIX >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64)


def bucket_frequencies(wordings: IntArray) -> IntArray:
    """Count in how many texts each bucket stands."""
    return np.bincount(wordings >> _COUNT_BITS, minlength=BUCKETS)


class Wordings:
    """The wording of all incidents of a generation: read from the file when asked for."""

    def __init__(self, directory: Path, starts: IntArray, frequencies: IntArray, rarity_power: float) -> None:
        """Open the file and prepare the rarity of each run."""
        self._runs = RaggedFile(directory / "incident.wordings.npy", starts)
        count = max(len(starts) - 1, 1)
        rarity = np.log1p((count - frequencies + 0.5) / (frequencies + 0.5)) ** rarity_power
        self._rarity = rarity.astype(np.float32)

    def similarities(self, query: IntArray, incidents: IntArray) -> FloatArray:
        """Return the cosine of the query with each of these incidents."""
        if not len(query) or not len(incidents):
            return np.zeros(len(incidents))
        asked = _FREQUENCIES[query & _MOST_COUNTED] * self._rarity[query >> _COUNT_BITS]
        vector = np.zeros(BUCKETS, np.float32)
        vector[query >> _COUNT_BITS] = asked
        read = [self._runs.read(number) for number in incidents.tolist()]
        sizes = np.array([len(runs) for runs in read])
        filled = sizes > 0
        cosines = np.zeros(len(incidents))
        if filled.any():
            runs = np.concatenate(read)
            buckets = runs >> _COUNT_BITS
            held = _FREQUENCIES[runs & _MOST_COUNTED] * self._rarity[buckets]
            starts = (np.cumsum(sizes) - sizes)[filled]
            dots, squares = (
                np.add.reduceat(held * vector[buckets], starts),
                np.add.reduceat(held * held, starts),
            )
            cosines[filled] = dots / np.maximum(np.sqrt(squares * np.sum(asked * asked)), 1e-9)
        return cosines
