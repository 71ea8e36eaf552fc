"""Marks of few letters: `^^added^^`, `x^2^`, `H~2~O`, `~struck~`, and those of editors: {++ ++}, {-- --}, {~~ ~> ~~}, {>> <<}."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_ADDED = re.compile(r"\^\^(?![\s^])((?:[^^\n]|\^(?!\^))+?)(?<!\s)\^\^(?!\^)")
# Letters and digits with a sign before or behind them: `x^2+y^2` and `PROGRA~1\\MICROS~1` hold no such marks.
_RAISED = re.compile(r"\^([+-]?[^\W_]{1,40}[+-]?)\^(?![\^\d])")
_LOWERED = re.compile(r"~([+-]?[^\W_]{1,40}[+-]?)~(?![~\d])")
_STRUCK = re.compile(r"~(?![\s~])([^~\n]+?)(?<!\s)~(?![\w~])")
_EDITED = re.compile(r"\{(\+\+|--|~~|==)(.+?)(\+\+|--|~~|==)\}", re.DOTALL)
_REMARK = re.compile(r"\{>>.*?<<\}|\{::comment\}.*?\{:/(?:comment)?\}|\{::comment[^{}\n]*/\}", re.DOTALL)
_EXTENSION = re.compile(r"\{:(?::(?:nomarkdown|options)\b[^{}\n]*|/(?:nomarkdown|comment)?)\}")
_REFERENCE = re.compile(r"<xref(?::([^\s<>?]+)[^\s<>]*|\s+href=\"([^\"<>?]+)[^\"<>]*\"[^<>]*)>(?:</xref>)?")
_INCLUDED = re.compile(r"\[!code(?:-[\w#+-]{1,30})?\[([^\[\]\n]*)\]\(([^()\n]*)\)\]")
_TAGS = {"++": "ins", "--": "del", "==": "mark"}


def small_marks(reader: MarkdownIt) -> None:
    """Teach a parser these marks, before the keys and struck words whose marks are parts of theirs."""
    reader.inline.ruler.before("autolink", "cross_reference", _cross_reference)
    reader.inline.ruler.before("link", "included_code", _included_code)
    reader.inline.ruler.before("strikethrough", "edited", _edited)
    reader.inline.ruler.before("strikethrough", "raised", _raised)
    reader.inline.ruler.before("strikethrough", "lowered", _lowered)


def _edited(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    remark = _REMARK.match(state.src, state.pos, state.posMax) or _EXTENSION.match(
        state.src, state.pos, state.posMax
    )
    if remark is not None:
        state.pos = remark.end()
        return True
    match = _EDITED.match(state.src, state.pos, state.posMax)
    if match is None or match[1] != match[3]:
        return False
    if not silent:
        old, arrow, new = match[2].partition("~>")
        if match[1] != "~~":
            _inside(state, _TAGS[match[1]], match.start(2), match.end(2))
        else:
            middle = match.start(2) + len(old)
            _inside(state, "del", match.start(2), middle)
            if arrow and new:
                _inside(state, "ins", middle + len(arrow), match.end(2))
    state.pos = match.end()
    return True


def _cross_reference(state: StateInline, silent: bool) -> bool:
    """Show the name of a thing in Microsoft's documentation, which leads nowhere here."""
    match = _REFERENCE.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "<" else None
    if match is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = (match[1] or match[2]).replace("%2A", "").rstrip("*")
    state.pos = match.end()
    return True


def _included_code(state: StateInline, silent: bool) -> bool:
    """Name what Microsoft's documentation shows here from elsewhere."""
    start = state.pos
    match = _INCLUDED.match(state.src, start, state.posMax) if state.src.startswith("[!code", start) else None
    if match is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = match[1] or match[2]
    state.pos = match.end()
    return True


def _raised(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "^":
        return False
    added = _ADDED.match(state.src, state.pos, state.posMax)
    if added is not None:
        return _marked(state, "ins", added, silent)
    match = _RAISED.match(state.src, state.pos, state.posMax)
    is_raised = match is not None and _is_behind_word(state)
    return is_raised and match is not None and _marked(state, "sup", match, silent)


def _lowered(state: StateInline, silent: bool) -> bool:
    """Read one tilde: behind a word as lowered letters, else as GitHub does, who strikes."""
    if state.src[state.pos] != "~" or state.src[state.pos + 1 : state.pos + 2] == "~":
        return False
    if _is_behind_word(state):
        match = _LOWERED.match(state.src, state.pos, state.posMax)
        return match is not None and _marked(state, "sub", match, silent)
    if state.pos and state.src[state.pos - 1] in "~/\\":
        return False
    match = _STRUCK.match(state.src, state.pos, state.posMax)
    return match is not None and match[1][0] != "/" and _marked(state, "del", match, silent)


def _is_behind_word(state: StateInline) -> bool:
    return state.pos > 0 and (state.src[state.pos - 1].isalnum() or state.src[state.pos - 1] in ")]*_")


def _marked(state: StateInline, tag: str, match: re.Match[str], silent: bool) -> bool:
    if not silent:
        _inside(state, tag, match.start(1), match.end(1))
    state.pos = match.end()
    return True


def _inside(state: StateInline, tag: str, start: int, end: int) -> None:
    """Read the words inside a mark as any others."""
    longest = state.posMax
    state.push(f"{tag}_open", tag, 1)
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.push(f"{tag}_close", tag, -1)
    state.posMax = longest
