"""HTML in a text: tags round a part let its Markdown be read, and what only looks like a tag stays a word."""

import re

from markdown_it import MarkdownIt
from markdown_it.common.html_blocks import block_names
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, html_inline

from servicedesk.knowledge.commonmark.words_like_tags import RAW_TEXT
from servicedesk.knowledge.html_rules import DROPPED_WITH_CONTENT, TAGS

# Known to browsers, not to articles: the tag goes, what is in it stays.
KNOWN = frozenset((
    *TAGS, *DROPPED_WITH_CONTENT, *block_names, "iframe", "video", "audio", "embed", "object", "font", "label", "input", "button",
    "svg", "math", "picture", "source", "strike", "tt", "big", "wbr", "nobr",
)) - RAW_TEXT  # fmt: skip
_REST = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_CLOSING = re.compile(r"(?:[ \t]*</[a-zA-Z][\w-]*[ \t]*>)+[ \t]*")
_MARKED = r"\smarkdown(?:[ \t]*=[ \t]*[\"']?(?:1|span|block)[\"']?)?"
_OPENING = re.compile(rf"<[a-zA-Z]{_REST}{_MARKED}{_REST}>[ \t]*", re.IGNORECASE)
_SUMMARY = r"<summary\b[^<>]*>(?:(?!</?(?:details|summary)\b).)*</summary>"
_DETAILS = re.compile(rf"(?:[ \t]*<details\b[^<>]*>)?[ \t]*(?:{_SUMMARY})?[ \t]*", re.IGNORECASE)
_REMARK_END = "-->"
_UNTIL = tuple(
    (re.compile(begins, re.IGNORECASE), re.compile(ends, re.IGNORECASE))
    for begins, ends in (
        (r"<(?:script|pre|style)(?=\s|>|$)", r"</(?:script|pre|style)>"),
        (r"<!--", _REMARK_END),
        (r"<\?", r"\?>"),
        (r"<!\[CDATA\[", r"\]\]>"),
        (r"<![A-Z]", r">"),
    )
)
# Where the tag goes anyway, what stands beside it is Markdown.
_BLOCKS = "|".join(name for name in block_names if name in TAGS)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?=\s|/?>|$)", re.IGNORECASE)
_VOID = re.compile(r"(?:<(?:br|hr)\b[^<>]*>[ \t]*)+", re.IGNORECASE)
_KEY = re.compile(r"<([A-Z][a-zA-Z0-9]*)>")
# Beside words they are words themselves, as on GitHub.
_DROPPED = re.compile(rf"</?(?:{'|'.join(sorted(DROPPED_WITH_CONTENT))})(?=[\s/>])", re.IGNORECASE)
_DEEPEST_INDENT = 4


def html_parts(reader: MarkdownIt) -> None:
    """Teach a parser our reading of HTML."""
    reader.block.ruler.at("html_block", _block, {"alt": ["paragraph", "reference", "blockquote"]})
    reader.inline.ruler.at("html_inline", _inline)


def is_known(tag: str) -> bool:
    """Tell whether a tag is one of HTML: `<username>` is a word that readers must see."""
    name = _NAME.match(tag)
    return name is None or name[1].lower() in KNOWN


def _inline(state: StateInline, silent: bool) -> bool:
    start = state.pos
    tag = state.src[start : start + 40]
    if state.src[start] != "<" or not is_known(tag) or _DROPPED.match(tag):
        return False
    return html_inline(state, silent)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _text(state, start)
    if not line.startswith("<") or state.is_code_block(start) or not is_known(line) or _is_key(state, start):
        return False
    for begins, ends in _UNTIL:
        if begins.match(line):
            last = _end(state, start, end, ends)
            return last > start and (silent or _push(state, start, last))
    opening = _OPENING.match(line)
    if opening is not None or _is_alone(state, line, start, end):
        if opening is not None and opening.end() < len(line):
            return False
        return silent or _push(state, start, start + 1)
    if _BLOCK.match(line):
        return silent or _push(state, start, _blank(state, start, end))
    return False


def _is_alone(state: StateBlock, line: str, start: int, end: int) -> bool:
    """Tell whether the line ends or opens a part by itself, so that what follows is Markdown even without an empty line."""
    if _CLOSING.fullmatch(line) or _VOID.fullmatch(line):
        return True
    if not line or not _DETAILS.fullmatch(line):
        return False
    return (
        start + 1 >= end
        or state.isEmpty(start + 1)
        or state.sCount[start + 1] < state.blkIndent + _DEEPEST_INDENT
    )


def _is_key(state: StateBlock, start: int) -> bool:
    """Tell whether a line begins with `<P>` or `<Details>`, of which no part of the text is the content."""
    first = state.bMarks[start] + state.tShift[start]
    match = _KEY.match(state.src, first, state.eMarks[start])
    if match is None or _VOID.match(match[0]):
        return False
    ends, name = state.env.setdefault("last_ends", {}), match[1].lower()
    if name not in ends:
        ends[name] = state.src.lower().rfind(f"</{name}")
    return bool(ends[name] < first)


def _end(state: StateBlock, start: int, end: int, ends: re.Pattern[str]) -> int:
    """Return where such a part ends: what never does is words, but for a remark, which hides the rest as on GitHub."""
    unended: dict[tuple[re.Pattern[str], int], int] = state.env.setdefault("unended", {})
    if start < unended.get((ends, end), 0):
        return start
    last = end
    for number in range(start, end):
        if number > start and state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            last = number
            break
        if ends.search(_text(state, number)):
            return number + 1
    if ends.pattern == _REMARK_END:
        return last
    unended[ends, end] = last
    return start


def _blank(state: StateBlock, start: int, end: int) -> int:
    number = start + 1
    while number < end and not state.isEmpty(number) and state.sCount[number] >= state.blkIndent:
        number += 1
    return number


def _push(state: StateBlock, start: int, end: int) -> bool:
    state.line = end
    token = state.push("html_block", "", 0)
    token.map = [start, end]
    token.content = state.getLines(start, end, state.blkIndent, True)
    return True


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
