"""Lists that stand too far to the right below the words they belong to: CommonMark reads their marks as words."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, paragraph

_ITEM = re.compile(r"(?:[-*+]|1[.)])[ \t]+\S")
_DEEPEST_INDENT = 3


def deep_lists(reader: MarkdownIt) -> None:
    """Have a parser read such a list as one, as its author meant it."""
    reader.block.ruler.at("paragraph", _paragraph)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    rules = state.md.block.ruler.getRules("paragraph")
    old, state.parentType = state.parentType, "paragraph"
    for number in range(start + 1, end):
        if state.isEmpty(number):
            break
        if _is_out_of_place(state, number):
            first = state.bMarks[number] + state.tShift[number]
            if _ITEM.match(state.src, first, state.eMarks[number]):
                _move(state, number, end)
                break
        elif state.sCount[number] >= 0 and any(rule(state, number, end, True) for rule in rules):
            break
    state.parentType = old
    return paragraph(state, start, end, silent)


def _is_out_of_place(state: StateBlock, number: int) -> bool:
    """Tell whether a line can begin no list where it stands: deep below the words, or between two depths of a list."""
    column = state.sCount[number]
    is_between = (
        state.listIndent >= 0 and column - state.listIndent > _DEEPEST_INDENT and column < state.blkIndent
    )
    return is_between or column - state.blkIndent > _DEEPEST_INDENT


def _move(state: StateBlock, first: int, end: int) -> None:
    """Let the list's lines begin where the words above do."""
    column = state.sCount[first]
    shift = column - state.blkIndent
    for number in range(first, end):
        if state.isEmpty(number):
            continue
        if state.sCount[number] < column:
            return
        begin, columns = state.bMarks[number], 0
        while columns < shift and state.src[begin] in " \t":
            columns += 4 - (columns + state.bsCount[number]) % 4 if state.src[begin] == "\t" else 1
            begin += 1
        state.tShift[number] -= begin - state.bMarks[number]
        state.bMarks[number] = begin
        state.bsCount[number] += columns
        state.sCount[number] -= shift
