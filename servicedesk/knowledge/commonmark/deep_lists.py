"""Lists that stand too far to the right below their words, or go on behind other words: CommonMark reads their marks as words."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.token import Token

_ITEM = re.compile(r"(?:[-*+]|1[.)])[ \t]+\S")
_NUMBER = re.compile(r"(\d{1,9})([.)])[ \t]+\S")
_DEEPEST_INDENT = 3
_MOST_BETWEEN = 12


def deep_lists(reader: MarkdownIt) -> None:
    """Have a parser read such a list as one, as its author meant it."""
    reader.block.ruler.at("paragraph", _paragraph)


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    rules = state.md.block.ruler.getRules("paragraph")
    old, state.parentType = state.parentType, "paragraph"
    next_step, last_line = _next_step(state), state.lineMax
    for number in range(start + 1, end):
        if state.isEmpty(number):
            break
        if _is_out_of_place(state, number):
            first = state.bMarks[number] + state.tShift[number]
            if _ITEM.match(state.src, first, state.eMarks[number]):
                _move(state, number, end)
                break
        elif next_step and _is_step(state, number, next_step):
            state.lineMax = number
            break
        elif state.sCount[number] >= 0 and any(rule(state, number, end, True) for rule in rules):
            break
    state.parentType = old
    found = paragraph(state, start, end, silent)
    state.lineMax = last_line
    return found


def _next_step(state: StateBlock) -> tuple[int, str] | None:
    """Return the number that would go on with the list before this paragraph: its own words stand too far left to be in it."""
    between = 0
    place = len(state.tokens) - 1
    while place >= 0 and between < _MOST_BETWEEN:
        token = state.tokens[place]
        if token.type == "ordered_list_close" and token.level == state.level:
            return _after(state.tokens, place)
        if token.level < state.level or token.type.startswith("heading"):
            return None
        place, between = place - 1, between + 1
    return None


def _after(tokens: list[Token], place: int) -> tuple[int, str] | None:
    """Return the number behind the last one of the list that ends here."""
    closing = tokens[place]
    while tokens[place].type != "list_item_open" or tokens[place].level != closing.level + 1:
        place -= 1
    number = tokens[place].info
    return (int(number) + 1, closing.markup) if number.isdigit() else None


def _is_step(state: StateBlock, number: int, wanted: tuple[int, str]) -> bool:
    if state.sCount[number] < state.blkIndent:
        return False
    first = state.bMarks[number] + state.tShift[number]
    match = _NUMBER.match(state.src, first, state.eMarks[number])
    return match is not None and (int(match[1]), match[2]) == wanted


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
