r"""Paths of an IT desk keep their letters: `\\srv01\it$`, `C:\Temp\_old\*.log`, `%TEMP%\*`, `src/**/*.ts`.

CommonMark reads a backslash before a sign as an escape. One that its author escaped already (`\\\\srv\\it`) is read as before.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_NAME = r"[^\s\\/:*?\"<>|`\[\]]"
_SEGMENT = rf"{_NAME}+(?: {_NAME}+){{0,4}}\\{{1,2}}"
_WILD = r"(?:[*?]+[\w.*?-]*\\)?"
_SHARE = r"\\\\(?:[\w.?$-]+|\*|%\w+%|<[^<>\n]{1,40}>|\{[\w -]{1,40}\})"
_PATH = re.compile(
    rf"(?:(?<![\w\\])(?<!\b[A-Za-z]:)(?:{_SHARE}\\(?!\\)|\\\\[\w.-]{{3,}}\\\\(?!\\))"
    rf"|(?<![A-Za-z0-9])[A-Za-z]:\\(?!\\)|%\w+(?:\(\w+\))?%\\(?!\\)"
    rf"|(?<!\w)HK(?:LM|CU|CR|U|CC|EY_[A-Z_]+):?\\(?!\\)|\$env:\w+\\(?!\\)|(?<!\S)\.\.?\\(?=\w|\*\.))"
    rf"(?:{_WILD}{_SEGMENT})*"
)
# A server alone, of letters enough to be no escaped `\n`.
_SERVER = re.compile(r"(?<![\w\\])(?<!\b[A-Za-z]:)\\\\(?=[\w-]{3})[\w.-]+\\?(?![\w\\])")
# What a sign begins that follows a backslash: none of these does inside a path.
_SIGNS = frozenset("*_~^{+=!$:")
_STARS = re.compile(r"\*{1,2}(?=/|\.\w)")
_MARKS = re.compile(r"[*_~]{1,3}\Z")


def paths(reader: MarkdownIt) -> None:
    """Teach a parser these paths, before it reads their letters as marks."""
    reader.inline.ruler.before("escape", "windows_path", _windows)
    reader.inline.ruler.before("strong", "stars_in_path", _stars)


def _windows(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "\\":
        return False
    head = _heads(state).get(start)
    if head is None:
        return False
    following = state.src[start + 1 : start + 2] if start + 1 < state.posMax else ""
    written = "\\"
    if start == head and following == "\\":
        written = "\\\\"
    elif following and following in _SIGNS and not _ends_mark(state.src, head, start + 1):
        written = f"\\{following}"
    if not silent:
        state.push("text", "", 0).content = written
    state.pos += max(len(written), 2 if following == "\\" else 1)
    return True


def _heads(state: StateInline) -> dict[int, int]:
    """Return for each backslash in a path where the path begins."""
    found: dict[str, dict[int, int]] = state.env.setdefault("paths", {})
    if state.src not in found:
        places = found[state.src] = {}
        for pattern in (_PATH, _SERVER):
            for match in pattern.finditer(state.src):
                for place in range(match.start(), match.end()):
                    if state.src[place] == "\\":
                        places.setdefault(place, match.start())
    return found[state.src]


def _ends_mark(text: str, head: int, place: int) -> bool:
    r"""Tell whether marks behind a path end what those before it began, as in `**C:\Temp\**`."""
    marks = _MARKS.search(text, max(0, head - 3), head)
    return marks is not None and text.startswith(marks[0][::-1], place)


def _stars(state: StateInline, silent: bool) -> bool:
    """Keep the stars between two slashes, and those before an ending."""
    start = state.pos
    if state.src[start] != "*" or not start or state.src[start - 1] != "/":
        return False
    match = _STARS.match(state.src, start, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("text", "", 0).content = match[0]
    state.pos = match.end()
    return True
