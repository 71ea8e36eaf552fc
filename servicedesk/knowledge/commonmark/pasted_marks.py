"""Marks as they come from Word and the Mac: a hard space behind the mark of a list or heading, and `•` for each point."""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore

_HARD_SPACE = re.compile(
    r"^([ \t>]{0,80}(?:[-*+•·◦▪]|\d{1,9}[.)]|#{1,6}))\xa0(?=\S|\xa0|[ \t])", re.MULTILINE
)
_POINT = re.compile(r"[•·◦▪][ \t]+(\S.*)")
_DEEPEST_INDENT = 3
_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def pasted_marks(reader: MarkdownIt) -> None:
    """Have a parser read such marks as its own."""
    reader.core.ruler.after("normalize", "hard_spaces", _hard_spaces)
    reader.block.ruler.before("list", "points", _points, _ALTERNATIVES)


def _hard_spaces(state: StateCore) -> None:
    """Make them spaces, in code as well: there nobody means them, and every place stays where it was."""
    if "\xa0" in state.src:
        state.src = _HARD_SPACE.sub(r"\1 ", state.src)


def _points(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if _point(state, start) is None:
        return False
    if silent:
        return True
    items: list[tuple[int, list[str]]] = []
    number = start
    while number < end:
        match = _point(state, number)
        if match is not None:
            items.append((number, [match[1]]))
        elif _goes_on(state, number, end):
            items[-1][1].append(_text(state, number))
        elif not (state.isEmpty(number) and number + 1 < end and _point(state, number + 1)):
            break
        number += 1
    _push(state, items, number)
    return True


def _point(state: StateBlock, number: int) -> re.Match[str] | None:
    if not 0 <= state.sCount[number] - state.blkIndent <= _DEEPEST_INDENT:
        return None
    return _POINT.fullmatch(_text(state, number))


def _goes_on(state: StateBlock, number: int, end: int) -> bool:
    """Tell whether a line is words of the point above it."""
    if state.isEmpty(number) or state.isEmpty(number - 1) or state.sCount[number] < state.blkIndent:
        return False
    return not any(rule(state, number, end, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _push(state: StateBlock, items: list[tuple[int, list[str]]], after: int) -> None:
    state.push("bullet_list_open", "ul", 1).map = [items[0][0], after]
    for place, lines in items:
        state.push("list_item_open", "li", 1)
        state.push("paragraph_open", "p", 1).hidden = True
        words = state.push("inline", "", 0)
        words.content, words.children, words.map = "\n".join(lines), [], [place, place + len(lines)]
        state.push("paragraph_close", "p", -1).hidden = True
        state.push("list_item_close", "li", -1)
    state.push("bullet_list_close", "ul", -1)
    state.line = after


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
