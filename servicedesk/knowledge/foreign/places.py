"""Where in a file the parts of a text stand, and what is to stand there instead."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from markdown_it.token import Token

from servicedesk.knowledge.foreign.resolving import Piece

# What holds a line is told by the blanks and the marks of quotes before it; the mark of an item only begins one.
_NO_MARGIN = re.compile(r"[^ \t>]")

_ENDS = re.compile(r"\{\{[<%]\s*/\s*([\w.-]+)|\{%-?\s*end([\w-]+)")
_OPENED, _CLOSED = re.compile(r"<([A-Z][\w.]*)"), re.compile(r"</([A-Z][\w.]*)\s*>")


class Change(NamedTuple):
    """What stands from start to end, and instead of it; `margin_end` is where on the first line its own words begin."""

    start: int
    end: int
    pieces: list[Piece]
    margin_end: int


@dataclass
class Edits:
    """A file's text with its lines, and the changes to it; no two of them overlap."""

    text: str
    changes: list[Change] = field(default_factory=list)
    # What the text shows of other files, and what nothing here stands for.
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    links: int = 0
    has_tags: bool = False
    open_links: list[Piece] = field(default_factory=list)
    open_tags: list[tuple[str, Piece]] = field(default_factory=list)
    is_muted: int = 0
    # Set while the words of a block are read: offset in the words, and where that is in the file.
    words: list[tuple[int, int]] = field(default_factory=list)
    _content: str = ""
    _columns: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find where the lines begin."""
        self.starts = [0]
        for line in self.text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    @cached_property
    def ended(self) -> frozenset[str]:
        """The names of all shortcodes and tags that something in the text ends."""
        return frozenset((one or other).lower() for one, other in _ENDS.findall(self.text))

    @cached_property
    def paired(self) -> frozenset[str]:
        """The names of all components that the text opens and closes."""
        opened, closed = set(_OPENED.findall(self.text)), set(_CLOSED.findall(self.text))
        return frozenset(opened & closed)

    def line(self, number: int) -> str:
        """Return a line without its end."""
        return self.text[self.starts[number] : self.starts[number + 1] - 1]

    def change(self, start: int, end: int, *pieces: Piece, margin_end: int | None = None) -> None:
        """Put pieces in the place of a part of the file; their new lines come into what holds the first one."""
        own = [piece for piece in pieces if piece != ""]
        self.changes.append(Change(start, end, own, start if margin_end is None else margin_end))

    def change_words(self, start: int, end: int, *pieces: Piece) -> None:
        """Put pieces in the place of a part of the words that are being read."""
        if not self.is_muted and self.words:
            first = self.place(self._content.rfind("\n", 0, start) + 1)
            self.change(self.place(start), self.place(end - 1) + 1, *pieces, margin_end=first)

    def is_alone(self, start: int, end: int) -> tuple[bool, bool]:
        """Tell whether a part of the words that are being read has its line's begin, and its end, for itself."""
        begin, stop = self._content.rfind("\n", 0, start) + 1, self._content.find("\n", end)
        after = self._content[end : stop if stop >= 0 else None]
        return not self._content[begin:start].strip(), not after.strip()

    def change_lines(self, first: int, end: int, *pieces: Piece) -> None:
        """Put pieces in the place of whole lines, their ends included."""
        self.change(self.starts[first], min(self.starts[end], len(self.text)), *pieces)

    def place(self, offset: int) -> int:
        """Return where in the file a place in the words is."""
        known = self.words[bisect_right(self.words, (offset, len(self.text) + 1)) - 1]
        return known[1] + offset - known[0]

    @contextmanager
    def part_of_words(self, start: int) -> Iterator[None]:
        """While it lasts, places count from here: for what the parser reads as a text of its own."""
        words, content = self.words, self._content
        self.words = [(offset - start, place) for offset, place in words]
        self._content = content[start:]
        try:
            yield
        finally:
            self.words, self._content = words, content

    def begin_words(self, token: Token) -> None:
        """Find the words of a block in the file; a block whose words cannot be found is left as it is."""
        self.words, self._content = [], token.content
        if token.map is None:
            return
        offset = 0
        for number, words in enumerate(token.content.split("\n"), start=token.map[0]):
            found = self._find(number, words) if number < len(self.starts) - 1 else None
            if found is None:
                self.words = []
                return
            self.words += [(offset + inside, self.starts[number] + column) for inside, column in found]
            offset += len(words) + 1

    def _find(self, number: int, words: str) -> Sequence[tuple[int, int]] | None:
        """Return pairs of offset in the words and column in the line, where they run apart."""
        line, bare = self.line(number), words.strip()
        inside = len(words) - len(words.lstrip())
        if not bare:
            return [(0, max(0, len(line) - len(words)))]
        if "|" in line:
            return self._find_cell(number, line, words)
        end = line.rstrip()
        column = len(end) - len(bare) if end.endswith(bare) else line.find(bare)
        return (
            None
            if column < 0
            else [(inside, column)]
            if not inside
            else [(0, column - inside), (inside, column)]
        )

    def _find_cell(self, number: int, line: str, words: str) -> Sequence[tuple[int, int]] | None:
        """Find a cell after the one before it; a bar in it stands escaped in the file."""
        bare = words.strip()
        begin = self._columns.get(number, 0)
        column = line.find(bare, begin)
        if column >= 0:
            self._columns[number] = column + len(bare)
            return [(len(words) - len(words.lstrip()), column)]
        escaped = bare.replace("|", "\\|")
        column = line.find(escaped, begin)
        if column < 0:
            return None
        self._columns[number] = column + len(escaped)
        pairs, shift = [(0, column)], 0
        for place, letter in enumerate(bare):
            if letter == "|":
                shift += 1
                pairs.append((place, column + place + shift))
        return pairs

    def pieces(self) -> list[Piece]:
        """Return the whole text in order: what stays as text, what changes as its pieces."""
        found: list[Piece] = []
        at, margin_end, margin = 0, -1, ""
        for change in sorted(self.changes, key=lambda change: change[:2]):
            if change.start < at:
                continue
            has_lines = any(isinstance(piece, str) and "\n" in piece for piece in change.pieces)
            if change.margin_end != margin_end and (has_lines or change.margin_end < change.start):
                margin_end, margin = change.margin_end, self._margin(found, at, change.margin_end)
            found += [self.text[at : change.start], *_with_margin(change.pieces, margin)]
            at = change.end
        return [piece for piece in [*found, self.text[at:]] if piece != ""]

    def _margin(self, found: Sequence[Piece], at: int, end: int) -> str:
        """Return what every line begins with that is to be held by the same quotes, items and boxes as this one.

        As they are written now: of a quote that has become a box only blanks are left.
        """
        begin = self.text.rfind("\n", 0, end) + 1
        changed = next((piece for piece in reversed(found) if piece != ""), "") if at > begin else ""
        before = changed.rpartition("\n")[2] if isinstance(changed, str) else ""
        return _NO_MARGIN.sub(" ", before + self.text[max(at, begin) : end])


def _with_margin(pieces: Sequence[Piece], margin: str) -> Sequence[Piece]:
    return (
        [_moved(piece, margin) if isinstance(piece, str) else piece for piece in pieces] if margin else pieces
    )


def _moved(text: str, margin: str) -> str:
    first, *others = text.split("\n")
    # Behind the last line that of the file may go on.
    inside = [(margin + line).rstrip() if not line else margin + line for line in others[:-1]]
    return "\n".join([first, *inside, *(margin + line for line in others[-1:])])
