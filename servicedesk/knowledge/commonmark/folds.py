"""Parts that Outline folds: `+++ Title` to `+++`, one in another as well; a mark that nothing ends is a word."""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark.block_text import read_body, text_of
from servicedesk.knowledge.commonmark.boxes import open_box

_OPEN = re.compile(r"\+\+\+[ \t]+(\S.*)")
_CLOSE = "+++"
_FENCE = re.compile(r"`{3,}|~{3,}")
_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def folds(reader: MarkdownIt) -> None:
    """Teach a parser these parts."""
    reader.block.ruler.before("fence", "fold", _fold, _ALTERNATIVES)


def _fold(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = _OPEN.fullmatch(text_of(state, start))
    if match is None or state.is_code_block(start):
        return False
    last = _closing(state, start, end)
    if last is None or silent:
        return last is not None
    open_box(state, "details", match[1], fold="-", line=start)
    read_body(state, start + 1, last, state.blkIndent)
    state.push("box_close", "div", -1)
    state.line = last + 1
    return True


def _closing(state: StateBlock, start: int, end: int) -> int | None:
    """Return the line that ends the part which this one begins; all lines are gone through once."""
    known: dict[tuple[int, int], tuple[int, int, dict[int, int]]] = state.env.setdefault("folds", {})
    first, behind, ends = known.get((end, state.blkIndent), (0, 0, {}))
    if not first <= start < behind:
        behind, ends = _pairs(state, start, end)
        known[end, state.blkIndent] = (start, behind, ends)
    return ends.get(start)


def _pairs(state: StateBlock, start: int, end: int) -> tuple[int, dict[int, int]]:
    """Return where what holds this line ends, and for each begin of a part in it the line that ends it."""
    opened: list[int] = []
    found: dict[int, int] = {}
    fence = ""
    for number in range(start, end):
        if not state.isEmpty(number) and state.sCount[number] < state.blkIndent:
            return number, found
        line = text_of(state, number)
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[0].startswith(fence) and not line.strip(fence[0]) else fence
        elif mark:
            fence = mark[0]
        elif line == _CLOSE and opened:
            found[opened.pop()] = number
        elif _OPEN.fullmatch(line):
            opened.append(number)
    return end, found
