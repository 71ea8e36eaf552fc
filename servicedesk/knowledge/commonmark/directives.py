"""Boxes of MyST and Sphinx: a fence that begins with `{note} Title`, and options on its first lines, `:class: tip`."""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark import boxes
from servicedesk.knowledge.commonmark.block_text import read_body, text_of
from servicedesk.knowledge.commonmark.box_options import options

# Fences with any other name hold code.
DIRECTIVES = frozenset(
    {*boxes.KINDS, *boxes.GROUPS, *boxes.ITEMS, *boxes.FOLDED, "admonition", "topic", "sidebar", "margin"}
)
_OPEN = re.compile(r"(`{3,}|~{3,})[ \t]*\{([A-Za-z][\w-]*)\}[ \t]*(.*)")
_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def directives(reader: MarkdownIt) -> None:
    """Teach a parser these boxes, before it takes them for code."""
    reader.block.ruler.before("fence", "directive", _directive, _ALTERNATIVES)


def _directive(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = text_of(state, start)
    if line[:3] not in ("```", "~~~") or state.is_code_block(start):
        return False
    match = _OPEN.fullmatch(line)
    if match is None or match[2].lower() not in DIRECTIVES or (line[0] == "`" and "`" in match[3]):
        return False
    if silent:
        return True
    last = _end(state, match[1], start + 1, end)
    is_closed = last < end and text_of(state, last).startswith(match[1])
    if match[2].lower() in boxes.GROUPS:
        read_body(state, options(state, start + 1, last)[1], last, state.blkIndent)
    else:
        boxes.push_named(state, match[2].lower(), match[3], start, last)
    state.line = last + is_closed
    return True


def _end(state: StateBlock, fence: str, start: int, end: int) -> int:
    """Return the line that closes a fence, or where what holds it ends."""
    for number in range(start, end):
        if not state.isEmpty(number) and state.sCount[number] < state.blkIndent:
            return number
        line = text_of(state, number)
        if line.startswith(fence) and not line.strip(fence[0]) and not state.is_code_block(number):
            return number
    return end
