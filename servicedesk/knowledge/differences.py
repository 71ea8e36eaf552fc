"""What changed between two texts, for people to read: the words that went and came, and a little around them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Kind = Literal["same", "removed", "added"]
_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_CONTEXT_LINES = 2
# Comparing word by word takes time with the product of both lengths; beyond this, lines are enough.
_MOST_WORDS = 4000


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Passage:
    """Pieces that belong together. `gap` lines before it are the same in both texts and left out."""

    gap: int
    pieces: Sequence[Piece]


def differences(old: str, new: str) -> list[Passage]:
    """Return the places where the texts differ; nothing when they are the same.

    Of texts with much in common in many places it may take minutes: `rendering.compare` puts an end to that.
    """
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(_is_blank, before, after, autojunk=False)
    passages, shown_to = [], 0
    for group in matcher.get_grouped_opcodes(_CONTEXT_LINES):
        pieces = [piece for code in group for piece in _pieces(code, before, after)]
        start = group[0][1]
        passages.append(Passage(gap=start - shown_to, pieces=list(_joined(pieces))))
        shown_to = group[-1][2]
    return passages


def replaced(old: str, new: str) -> list[Passage]:
    """Return the whole of both, for texts whose differences nobody has found in time."""
    return (
        [Passage(gap=0, pieces=list(_joined([Piece("removed", old), Piece("added", new)])))]
        if old != new
        else []
    )


def passage_from(values: Mapping[str, Any]) -> Passage:
    """Return a passage that was written as plain values."""
    return Passage(values["gap"], [Piece(**piece) for piece in values["pieces"]])


def _is_blank(part: str) -> bool:
    """Tell what all texts have in common, so that nothing is found by it: comparing would begin at each of them."""
    return not part.strip()


def _pieces(code: tuple[str, int, int, int, int], before: list[str], after: list[str]) -> Iterator[Piece]:
    tag, i1, i2, j1, j2 = code
    old, new = "".join(before[i1:i2]), "".join(after[j1:j2])
    if tag == "equal":
        yield Piece("same", old)
        return
    words_before, words_after = _WORD.findall(old), _WORD.findall(new)
    if tag != "replace" or max(len(words_before), len(words_after)) > _MOST_WORDS:
        yield from (Piece("removed", old), Piece("added", new))
        return
    matcher = SequenceMatcher(_is_blank, words_before, words_after, autojunk=False)
    for word_tag, a, b, c, d in matcher.get_opcodes():
        if word_tag == "equal":
            yield Piece("same", "".join(words_before[a:b]))
        else:
            yield Piece("removed", "".join(words_before[a:b]))
            yield Piece("added", "".join(words_after[c:d]))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Put neighbours of the same kind together and leave out empty ones."""
    kind: Kind = "same"
    text = ""
    for piece in pieces:
        if piece.text and piece.kind != kind:
            if text:
                yield Piece(kind, text)
            kind, text = piece.kind, ""
        text += piece.text
    if text:
        yield Piece(kind, text)
