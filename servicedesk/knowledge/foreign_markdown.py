"""Markdown of other systems brought to ours: what is foreign is translated, the rest stays as it was written.

Runs in the render process, for a text that takes the parser too long ends with it; what only the tree knows, where its
links and pictures are, is asked afterwards (foreign/resolving.py).
"""

import re
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from servicedesk.knowledge.commonmark.alerts import ALERT
from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.commonmark.reader import plain_reader
from servicedesk.knowledge.foreign.addresses import foreign_helpers
from servicedesk.knowledge.foreign.components import components
from servicedesk.knowledge.foreign.jsx import tags
from servicedesk.knowledge.foreign.linking import linking, note_definitions, note_html
from servicedesk.knowledge.foreign.nesting import without_nesting
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece
from servicedesk.knowledge.foreign.shortcodes import Tree, note_codes, shortcodes

_QUOTED = re.compile(r"([ \t]*)> ?")
_FOLDS = {"": "!!!", "-": "???", "+": "???+"}


class ForeignReader:
    """Reads one text after the other; building it costs more than a short text."""

    def __init__(self) -> None:
        """Build a parser that notes what it would show otherwise than ours."""
        self._pictures = _reader()
        self._all = _reader()
        shortcodes(self._all)
        components(self._all)
        tags(self._all)

    def read(
        self, body: str, *, is_liquid: bool, is_obsidian: bool, keeps_breaks: bool
    ) -> dict[str, list[Piece]]:
        """Return the text in pieces, what it wants to include, and what nothing here stands for."""
        body = without_nesting(body)
        tree = Tree(is_liquid, is_obsidian, keeps_breaks)
        edits = self._read(self._all, body, tree)
        if edits.has_tags and not is_liquid:
            edits = self._read(self._all, body, replace(tree, is_liquid=True))
        return {"pieces": edits.pieces(), "notes": list(edits.notes), "unknown": list(edits.unknown)}

    def pictures(self, body: str) -> dict[str, list[Piece]]:
        """Return the text in pieces, of which only the pictures are to be looked up."""
        edits = self._read(self._pictures, body, None)
        edits.changes = [change for change in edits.changes if any("picture" in piece for piece in change[2])]
        return {"pieces": edits.pieces()}

    def _read(self, reader: MarkdownIt, body: str, tree: Tree | None) -> Edits:
        edits = Edits(body)
        environment = {"edits": edits, "tree": tree}
        tokens = reader.parse(body, environment)
        for place, token in enumerate(tokens):
            if token.type == "html_block" and token.map:
                start, end = edits.starts[token.map[0]], min(edits.starts[token.map[1]], len(body))
                note_html(edits, start, end)
                if tree is not None:
                    note_codes(edits, start, end, tree)
            elif token.type == "blockquote_open" and tree is not None:
                _alert(edits, tokens, place)
        note_definitions(edits, environment.get("references", {}))  # type: ignore[arg-type]
        return edits


def _reader() -> MarkdownIt:
    reader = plain_reader()
    linking(reader)
    reader.core.ruler.at("inline", _read_words)
    reader.helpers = foreign_helpers()  # type: ignore[assignment] # A module by its stub; any object by its use.
    return reader


def _read_words(state: StateCore) -> None:
    before = ""
    for token in state.tokens:
        if token.type == "inline":
            state.env["is_heading"] = before == "heading_open"
            state.env["edits"].begin_words(token)
            token.children = token.children or []
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        before = token.type


def _alert(edits: Edits, tokens: list[Token], place: int) -> None:
    """Turn a quote that begins with `[!NOTE]` into our box, where nothing but spaces stands before its lines."""
    quote, inline = tokens[place], tokens[place + 2]
    if quote.map is None or inline.type != "inline":
        return
    first, end = quote.map
    match = ALERT.fullmatch(inline.content.partition("\n")[0].rstrip())
    prefix = _QUOTED.match(edits.line(first))
    if match is None or prefix is None or match[1].lower() not in KINDS:
        return
    if not edits.line(first)[prefix.end() :].lstrip().startswith("[!"):
        return  # In a quote of its own inside another one: ours shows it as it is.
    while end > first + 1 and not edits.line(end - 1).strip():
        end -= 1
    indent = prefix[1] + "    "
    has_more = any(edits.line(number).strip(" \t>") for number in range(first + 1, end))
    is_title = bool(match[3]) and (bool(match[2]) or has_more)
    begin = f"\n{prefix[1]}{_FOLDS[match[2]]} {match[1].lower()}"
    start, line = edits.starts[first], edits.line(first)
    if match[3]:
        words = start + line.rindex(match[3])
        edits.change(start, words, f'{begin} "' if is_title else f"{begin}\n\n{indent}")
        if is_title:
            behind = words + len(match[3].rstrip())
            edits.change(behind, start + len(line), '"\n', margin_end=start)
    else:
        edits.changes = [one for one in edits.changes if not start <= one[0] < edits.starts[first + 1]]
        edits.change(start, start + len(line), f"{begin}\n")
    for number in range(first + 1, end):
        line = edits.line(number)
        quoted = _QUOTED.match(line)
        width = quoted.end() if quoted else 0
        start = edits.starts[number]
        edits.change(start, start + width, indent if line[width:].strip() else "")
