"""Offering the nearest known spelling of a word that no readable article holds."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from servicedesk.search.analysis import is_stop_word
from servicedesk.search.languages import fold

_FILE = "article.vocabulary"
_SHORTEST = 4
_TWO_EDITS_FROM = 7


def write_vocabulary(directory: Path, words: Iterable[str]) -> None:
    """Store the words of the articles as they are written."""
    (directory / _FILE).write_text("\n".join(sorted(words)), encoding="utf-8")


def read_vocabulary(directory: Path) -> list[str]:
    """Return the words of the articles. Kept on disk, for they are needed only when a word is misspelt."""
    return (directory / _FILE).read_text(encoding="utf-8").split("\n")


def is_correctable(word: str) -> bool:
    """Whether a word can be misspelt at all: codes and abbreviations are as they are."""
    return len(word) >= _SHORTEST and word.isalpha() and not is_stop_word(word)


def nearest_spelling(
    word: str, vocabulary: Sequence[str], *, weigh: Callable[[str], int], is_written: Callable[[str], bool]
) -> str | None:
    """Return the known word that differs least; None if nothing is near.

    `weigh` tells in how many readable articles a word stands in some form: nought rules it out, more wins a tie.
    `is_written` tells whether one of them has it in this very form, and is asked last, for it reads their text.
    """
    wanted = fold(word)
    edits = 2 if len(wanted) >= _TWO_EDITS_FROM else 1
    near = process.extract(
        wanted, vocabulary, processor=fold, scorer=OSA.distance, score_cutoff=edits, limit=None
    )
    # All that are equally near are weighed: a few of the nearest might all be words of unreadable articles.
    for _, equally_near in groupby(near, key=lambda candidate: candidate[1]):
        weighed = sorted((-weight, known) for known, *_ in equally_near if (weight := weigh(known)))
        if (written := next((known for _, known in weighed if is_written(known)), None)) is not None:
            return written
    return None
