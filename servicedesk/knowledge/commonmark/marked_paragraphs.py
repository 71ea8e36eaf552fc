"""Paragraphs that Docsify shows as boxes: `!> Mind this.` is important, `?> Do it so.` is a tip."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_MARK = re.compile(r"([!?])>[ \t]*(?=[^\s=>])")
_KINDS = {"!": "important", "?": "tip"}


def marked_paragraphs(reader: MarkdownIt) -> None:
    """Teach a parser these paragraphs, after it has found the blocks and before it reads the words in them."""
    reader.core.ruler.before("inline", "marked_paragraphs", _marked_paragraphs)


def _marked_paragraphs(state: StateCore) -> None:
    if "!>" not in state.src and "?>" not in state.src:
        return
    out: list[Token] = []
    skip = 0
    for place, token in enumerate(state.tokens):
        if skip:
            skip -= 1
        elif token.type == "paragraph_open" and _MARK.match(state.tokens[place + 1].content):
            out += _boxes(*state.tokens[place : place + 3])
            skip = 2
        else:
            out.append(token)
    state.tokens = out


def _boxes(opened: Token, inline: Token, closed: Token) -> list[Token]:
    """Return a box for each line that begins with a mark, and those below it."""
    parts: list[tuple[str, list[str]]] = []
    for line in inline.content.split("\n"):
        mark = _MARK.match(line)
        if mark is not None:
            parts.append((_KINDS[mark[1]], [line[mark.end() :]]))
        else:
            parts[-1][1].append(line)
    found = []
    for kind, lines in parts:
        box = Token("box_open", "div", 1, block=True, map=opened.map, level=opened.level)
        box.meta = {"kind": kind, "title": "", "fold": ""}
        words = inline.copy(content="\n".join(lines), children=[])
        found += [box, opened.copy(hidden=False), words, closed.copy(hidden=False)]
        found.append(Token("box_close", "div", -1, block=True, level=opened.level))
    return found
