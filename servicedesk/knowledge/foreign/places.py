"""Where in a file the parts of a text stand, and what is to stand there instead."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from servicedesk.knowledge.foreign.resolving import Piece


@dataclass
class Edits:
    """A file's text with its lines, and the changes to it; no two of them overlap."""

    text: str
    changes: list[tuple[int, int, list[Piece]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: int = 0
    has_tags: bool = False
    open_links: list[Piece] = field(default_factory=list)
    is_muted: int = 0
    # Set while the words of a block are read: offset in the words, and where that is in the file.
    words: list[tuple[int, int]] = field(default_factory=list)
    _columns: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find where the lines begin."""
        self.starts = [0]
        for line in self.text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def line(self, number: int) -> str:
        """Return a line without its end."""
        return self.text[self.starts[number] : self.starts[number + 1] - 1]

    def change(self, start: int, end: int, *pieces: Piece) -> None:
        """Put pieces in the place of a part of the file."""
        self.changes.append((start, end, [piece for piece in pieces if piece != ""]))

    def change_words(self, start: int, end: int, *pieces: Piece) -> None:
        """Put pieces in the place of a part of the words that are being read."""
        if not self.is_muted and self.words:
            self.change(self.place(start), self.place(end - 1) + 1, *pieces)

    def change_lines(self, first: int, end: int, *pieces: Piece) -> None:
        """Put pieces in the place of whole lines, their ends included."""
        self.change(self.starts[first], min(self.starts[end], len(self.text)), *pieces)

    def place(self, offset: int) -> int:
        """Return where in the file a place in the words is."""
        known = self.words[bisect_right(self.words, (offset, len(self.text) + 1)) - 1]
        return known[1] + offset - known[0]

    def begin_words(self, token: Token) -> None:
        """Find the words of a block in the file; a block whose words cannot be found is left as it is."""
        self.words = []
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
        at = 0
        for start, end, instead in sorted(self.changes, key=lambda change: change[:2]):
            if start < at:
                continue
            found += [self.text[at:start], *instead]
            at = end
        return [piece for piece in [*found, self.text[at:]] if piece != ""]
