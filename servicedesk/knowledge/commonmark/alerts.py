"""Quotes that are boxes: `> [!NOTE]` of GitHub and Microsoft, `> [!warning]- Title` of Obsidian."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from servicedesk.knowledge.commonmark.boxes import KINDS

ALERT = re.compile(r"\[!([A-Za-z][\w-]*)(?:\|[^\]]*)?\]([+-]?)[ \t]*(.*)")


def alerts(reader: MarkdownIt) -> None:
    """Teach a parser the quotes that are boxes, after it has found the quotes and before it reads the words in them."""
    reader.core.ruler.before("inline", "alerts", _alerts)


def _alerts(state: StateCore) -> None:
    out: list[Token] = []
    closing: list[bool] = []
    skip = 0
    for place, token in enumerate(state.tokens):
        if skip:
            skip -= 1
        elif token.type == "blockquote_open":
            opened, skip = _opened(state.tokens, place)
            closing.append(bool(opened))
            out += opened or [token]
        elif token.type == "blockquote_close" and closing.pop():
            out.append(Token("box_close", "div", -1, block=True, level=token.level))
        else:
            out.append(token)
    state.tokens = out


def _opened(tokens: list[Token], place: int) -> tuple[list[Token], int]:
    """Return the tokens that open the box, if the quote is one, and how many of the quote's they replace."""
    following = tokens[place + 1 : place + 4]
    if [token.type for token in following] != ["paragraph_open", "inline", "paragraph_close"]:
        return [], 0
    paragraph, inline, end = following
    first, _, rest = inline.content.partition("\n")
    match = ALERT.fullmatch(first.rstrip())
    if match is None:
        return [], 0
    # GitHub's own alerts have no title: words beside the mark are the text itself, unless more text follows.
    is_title = bool(match[3]) and (
        bool(match[2]) or bool(rest) or tokens[place + 4].type != "blockquote_close"
    )
    title = match[3] if is_title else ""
    if title and match[1].lower() not in KINDS:
        title = f"{match[1]} {title}"  # No kind that is shown by a colour: without its word a sentence may turn round.
    opened = [Token("box_open", "div", 1, block=True, level=tokens[place].level, map=tokens[place].map)]
    opened[0].meta = {"kind": match[1].lower(), "title": title, "fold": match[2]}
    if title:
        words = Token("inline", "", 0, content=title, children=[], map=inline.map, level=inline.level)
        opened += [Token("box_title_open", "p", 1), words, Token("box_title_close", "p", -1)]
    inline.content = "\n".join(filter(None, ["" if is_title else match[3], rest]))
    return opened + ([paragraph, inline, end] if inline.content else []), 3
