"""Offering the nearest known spelling of a word that no readable article holds."""

from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from servicedesk.search.analysis import is_stop_word
from servicedesk.search.languages import fold

_FILE = "article.vocabulary"
_SHORTEST = 4
_TWO_EDITS_FROM = 7


class Vocabulary(NamedTuple):
    """The words of the articles, as they are compared and as they are written, in the same order."""

    folded: list[str]
    written: list[str]


def write_vocabulary(directory: Path, words: Iterable[str]) -> None:
    """Store the words, folded once and for all: that takes ten times as long as comparing with them."""
    written = sorted(words)
    folded = map(fold, written)
    (directory / _FILE).write_text("\n".join([*folded, *written]), encoding="utf-8")


def read_vocabulary(directory: Path) -> Vocabulary:
    """Return the words of the articles. Kept on disk, for they are needed only when a word is misspelt."""
    lines = (directory / _FILE).read_text(encoding="utf-8").split("\n")
    half = len(lines) // 2
    return Vocabulary(lines[:half], lines[half:])


def is_correctable(word: str) -> bool:
    """Whether a word can be misspelt at all: codes and abbreviations are as they are."""
    return len(word) >= _SHORTEST and word.isalpha() and not is_stop_word(word)


def nearest_spelling(
    word: str, vocabulary: Vocabulary, *, weigh: Callable[[str], int], is_written: Callable[[str], bool]
) -> str | None:
    """Return the known word that differs least; None if nothing is near.

    `weigh` tells in how many readable articles a word stands in some form: nought rules it out, more wins a tie.
    `is_written` tells whether one of them has it in this very form, and is asked last, for it reads their text.
    """
    wanted = fold(word)
    edits = 2 if len(wanted) >= _TWO_EDITS_FROM else 1
    near = process.extract(wanted, vocabulary.folded, scorer=OSA.distance, score_cutoff=edits, limit=None)
    # All that are equally near are weighed: a few of the nearest might all be words of unreadable articles.
    for _, equally_near in groupby(near, key=lambda candidate: candidate[1]):
        words = [vocabulary.written[place] for *_, place in equally_near]
        weighed = sorted((-weight, known) for known in words if (weight := weigh(known)))
        if (written := next((known for _, known in weighed if is_written(known)), None)) is not None:
            return written
    return None
