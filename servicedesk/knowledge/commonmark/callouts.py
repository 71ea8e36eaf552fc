"""Boxes named by a line of attributes: `{: .warning }` before a text, `{: .prompt-tip }` or `{.is-info}` behind a quote."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.commonmark.marks import is_attributes

_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")


def callouts(reader: MarkdownIt) -> None:
    """Teach a parser these boxes, before it takes out the lines that name them."""
    reader.core.ruler.before("block_attributes", "callouts", _callouts)


def _callouts(state: StateCore) -> None:
    tokens, closing = state.tokens, _closing_quotes(state.tokens)
    inside: list[int] = []
    wrapped: dict[int, Token] = {}
    for place, token in enumerate(tokens):
        if token.type == "blockquote_open":
            inside.append(place)
        elif token.type in ("blockquote_close", "box_close") and inside and closing[inside[-1]] == place:
            inside.pop()
        elif token.type == "paragraph_open" and (kind := _kind(tokens[place + 1].content)):
            quote = inside[-1] if inside and tokens[inside[-1]].level == token.level - 1 else place + 3
            if quote in closing:
                _make_box(tokens[quote], tokens[closing[quote]], kind)
            elif "\n" in tokens[place + 1].content:
                opened, closed = Token("", "", 1), Token("", "", -1)
                _make_box(opened, closed, kind)
                wrapped |= {place: opened, place + 2: closed}
    if wrapped:
        state.tokens = [
            one for place, token in enumerate(tokens) for one in _around(token, wrapped.get(place))
        ]


def _closing_quotes(tokens: list[Token]) -> dict[int, int]:
    """Return for each quote where it ends."""
    found: dict[int, int] = {}
    inside: list[int] = []
    for place, token in enumerate(tokens):
        if token.type == "blockquote_open":
            inside.append(place)
        elif token.type == "blockquote_close":
            found[inside.pop()] = place
    return found


def _kind(text: str) -> str:
    """Return the kind that the first or the last line of a paragraph names."""
    first, last = text.partition("\n")[0], text.rpartition("\n")[2]
    for line in (first.strip(), last.strip()):
        if line.startswith("{") and is_attributes(line):
            for name in _CLASS.findall(line):
                kind = name.lower().removesuffix("-title").rpartition("-")[2]
                if kind in KINDS:
                    return str(kind)
    return ""


def _make_box(opened: Token, closed: Token, kind: str) -> None:
    opened.type, opened.tag, opened.block = "box_open", "div", True
    opened.meta = {"kind": kind, "title": "", "fold": ""}
    closed.type, closed.tag, closed.block = "box_close", "div", True


def _around(token: Token, edge: Token | None) -> list[Token]:
    if edge is None:
        return [token]
    return [edge, token] if edge.nesting > 0 else [token, edge]
