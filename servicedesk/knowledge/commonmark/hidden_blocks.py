"""Blocks that are no text of the article: remarks of Kramdown and of editors. And explained abbreviations, which are a list."""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

_REMARKS = (
    (re.compile(r"\{::comment\b[^{}\n/]*\}"), re.compile(r"\{:/(?:comment)?\}")),
    (re.compile(r"\{>>"), re.compile(r"<<\}")),
)
_ABBREVIATION = re.compile(r"\*\[([^\]\n]+)\]:[ \t]*(.*)")
_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def hidden_blocks(reader: MarkdownIt) -> None:
    """Teach a parser these blocks."""
    reader.block.ruler.before("table", "remark_block", _remark, _ALTERNATIVES)
    reader.block.ruler.before("table", "abbreviations", _abbreviations, _ALTERNATIVES)


def _remark(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _text(state, start)
    if line[:3] not in ("{::", "{>>") or state.is_code_block(start):
        return False
    for begins, ends in _REMARKS:
        if begins.match(line) is None:
            continue
        last = next((number for number in range(start, end) if ends.search(_text(state, number))), None)
        # One that is never closed hides nothing, and one with words behind it is read with them.
        if last is not None and not ends.split(_text(state, last), maxsplit=1)[1].strip():
            state.line = start if silent else last + 1
            return True
    return False


def _abbreviations(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not _text(state, start).startswith("*[") or state.is_code_block(start):
        return False
    number, found = start, []
    while number < end and (match := _ABBREVIATION.fullmatch(_text(state, number))) is not None:
        found.append(match)
        number += 1
    if not found or silent:
        return bool(found)
    state.push("bullet_list_open", "ul", 1).map = [start, number]
    for place, match in enumerate(found, start=start):
        state.push("list_item_open", "li", 1)
        state.push("paragraph_open", "p", 1).hidden = True
        words = state.push("inline", "", 0)
        words.content, words.children, words.map = f"**{match[1]}**: {match[2]}", [], [place, place + 1]
        state.push("paragraph_close", "p", -1).hidden = True
        state.push("list_item_close", "li", -1)
    state.push("bullet_list_close", "ul", -1)
    state.line = number
    return True


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
