"""Headings that are written as HTML, as at the top of a README: headings like the others, with a place in the contents."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark.marks import clean_id

_OPENING = re.compile(r"<h([1-6])((?:\s[^<>]*)?)>", re.IGNORECASE)
_ID = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MOST_LINES = 12


def html_headings(reader: MarkdownIt) -> None:
    """Teach a parser these headings, before it takes them for blocks of HTML."""
    reader.block.ruler.before(
        "html_block", "html_heading", _heading, {"alt": ["paragraph", "reference", "blockquote"]}
    )


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    first = state.bMarks[start] + state.tShift[start]
    opening = _OPENING.match(state.src, first, state.eMarks[start])
    if opening is None or state.is_code_block(start):
        return False
    closing = f"</h{opening[1]}>"
    for number in range(start, min(end, start + _MOST_LINES)):
        if state.isEmpty(number) or state.sCount[number] < state.blkIndent:
            return False
        if _line(state, number).lower().endswith(closing):
            break
    else:
        return False
    lines = [
        _line(state, start)[len(opening[0]) :],
        *(_line(state, one) for one in range(start + 1, number + 1)),
    ]
    words = " ".join(lines)[: -len(closing)]
    if closing in words.lower() or not any(map(str.isalnum, _TAG.sub("", words))):
        return False
    if not silent:
        _push(state, opening, " ".join(words.split()), (start, number + 1))
    return True


def _push(state: StateBlock, opening: re.Match[str], words: str, lines: tuple[int, int]) -> None:
    state.line = lines[1]
    heading = state.push("heading_open", f"h{opening[1]}", 1)
    heading.map = list(lines)
    given = _ID.search(opening[2])
    if given:
        heading.attrSet("id", clean_id(given[1] or given[2] or given[3] or ""))
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = words, [], list(lines)
    state.push("heading_close", f"h{opening[1]}", -1)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
