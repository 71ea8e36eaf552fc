"""Boxes round a part of a text: `!!! note "Title"`, `??? tip`, `=== "Tab"` with indented bodies; `:::note Title` to `:::`."""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark.block_text import read_body, text_of
from servicedesk.knowledge.commonmark.box_options import options

# What other systems call a box, and which of ours it is.
KINDS = {
    "note": "note", "info": "info", "tip": "tip", "important": "important", "warning": "warning", "caution": "caution",
    "danger": "danger", "hint": "tip", "success": "tip", "check": "tip", "done": "tip", "attention": "warning",
    "error": "danger", "bug": "danger", "failure": "danger", "fail": "danger", "missing": "danger", "critical": "danger",
    "abstract": "info", "summary": "info", "tldr": "info", "todo": "info", "question": "info", "help": "info", "faq": "info",
    "example": "note", "quote": "note", "cite": "note", "seealso": "note", "secondary": "note", "alert": "warning",
}  # fmt: skip
# What only holds others of these together, and those: the names of tabs are the titles of boxes.
GROUPS = frozenset({"code-group", "tabs", "tab-set", "panel-tabset", "grid", "cards", "steps"})
ITEMS = frozenset({"code-group-item", "tab", "tab-item", "card", "grid-item-card"})
FOLDED = frozenset({"details", "spoiler", "collapse", "dropdown", "toggle"})
# Words of a sentence as well: beside a title without marks they are a part of it.
_ALSO_WORDS = frozenset({
    "success", "check", "done", "error", "failure", "fail", "missing", "critical", "todo", "question", "help", "example", "quote",
    "alert", "secondary", "summary", "abstract", "toggle",
})  # fmt: skip
_INDENTED = re.compile(
    r"(!!!!?(?!!)|\?\?\?(?!\?)\+?|===[!+]?)[ \t]*(?:([\w-]+(?:[ \t]+[\w-]+)*?)"
    r"(?:[ \t]+inline(?:[ \t]+end)?(?=[ \t]*(?:\"|$)))?(?=[ \t]|$))?[ \t]*"
    r"(?:\"(.*?)\"?|(.*?))[ \t]*"
)
_OPEN = re.compile(
    r"(:{3,})[ \t]*(?:\{[ \t]*\.?([A-Za-z][\w-]*)([^{}]*)\}|([A-Za-z][\w-]*))"
    r"[ \t]*(?:\[([^\n]*)\](?=[ \t]*(?:\{|$)))?(?:\{([^{}]*)\})?[ \t]*(.*)"
)
_CLOSE = re.compile(r":{3,}[ \t]*")
_ONE_LINE = re.compile(r":{3,}[ \t]*\S.*:{3}[ \t]*")
_TITLE = re.compile(r"(?:^|\s)(?:title|label|name)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))")
_SETTINGS = re.compile(r"[ \t]*\{[^{}]*\}\Z")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_BODY_INDENT = 4
_ALTERNATIVES: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def boxes(reader: MarkdownIt) -> None:
    """Teach a parser the boxes."""
    reader.block.ruler.before("fence", "indented_box", _indented, _ALTERNATIVES)
    reader.block.ruler.before("fence", "colon_box", _colons, _ALTERNATIVES)


def open_box(state: StateBlock, kind: str, title: str, *, fold: str = "", line: int = 0) -> None:
    """Begin a box of a kind as its author names it; `fold` is "" (always open), "-" (closed first) or "+"."""
    token = state.push("box_open", "div", 1)
    token.map, token.block = [line, line + 1], True
    token.meta = {"kind": kind.lower(), "title": title, "fold": fold}
    if title:
        state.push("box_title_open", "p", 1)
        inline = state.push("inline", "", 0)
        inline.content, inline.children, inline.map = title, [], [line, line + 1]
        state.push("box_title_close", "p", -1)


def push_named(state: StateBlock, kind: str, title: str, start: int, last: int) -> None:
    """Make a box of these lines, of which the first names its kind, and those below it may hold options."""
    given, first = options(state, start + 1, last)
    classes = given.get("class", "").lower().split()
    if kind.lower() not in KINDS:
        kind = next((name for name in classes if name in KINDS), kind)
    is_folded = kind in FOLDED or not FOLDED.isdisjoint(classes)
    if kind in ITEMS:
        kind, title = "tab", title.removesuffix(":active")
    kind = {"admonition": "note", "dropdown": "details", "toggle": "details"}.get(kind, kind)
    open_box(state, kind, title, fold=("+" if "open" in given else "-") if is_folded else "", line=start)
    read_body(state, first, last, state.blkIndent)
    state.push("box_close", "div", -1)


def _indented(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = text_of(state, start)
    if line[:3] not in ("!!!", "???", "===") or state.is_code_block(start):
        return False
    match = _INDENTED.fullmatch(line)
    if match is None or not (match[2] or match[3] or match[4]):
        return False
    if match[1][0] == "=" and (match[3] is None or match[2]):
        return False
    if silent:
        return True
    indent = state.sCount[start] + _BODY_INDENT
    last = after = start + 1
    while after < end and (state.isEmpty(after) or state.sCount[after] >= indent):
        last = last if state.isEmpty(after) else after + 1
        after += 1
    if last == start + 1 and last < end and not state.isEmpty(last) and match[1][0] != "=":
        indent, last = state.blkIndent, _paragraph_end(state, start + 1, end)
    fold = {"???": "-", "???+": "+"}.get(match[1], "")
    kind, title = ("tab", match[3] or "") if match[1][0] == "=" else _kind_and_title(match)
    open_box(state, kind, title, fold=fold, line=start)
    read_body(state, start + 1, last, indent)
    state.push("box_close", "div", -1)
    state.line = last
    return True


def _kind_and_title(match: re.Match[str]) -> tuple[str, str]:
    """Tell which box a line begins; the first word of a sentence is no kind: `!!! Never share it` would say its opposite."""
    word, quoted = (match[2] or "").partition(" ")[0], match[3]
    if quoted is None:
        title = match[4]
    elif '"' not in quoted or match[0].rstrip().endswith('"'):
        if not word or word.islower() or word.lower() in KINDS:
            return word or "note", quoted
        title = f'"{quoted}"'
    else:
        title = match[0][match.start(3) - 1 :].rstrip()
    return _judged(word, title, f"{match[2] or ''} {title}") if word else ("note", title)


def _judged(word: str, title: str, line: str) -> tuple[str, str]:
    """Return the kind and the title of a box whose title has no marks round it: it may be a sentence with its first word."""
    is_kind = word.lower() in KINDS or word in FOLDED or word in ITEMS
    if not any(map(str.isalnum, title)):
        return (word, "") if is_kind else ("note", line.strip())
    if is_kind and word.islower() and word not in _ALSO_WORDS:
        return word, title
    return (word if is_kind else "note"), line.strip()


def _paragraph_end(state: StateBlock, start: int, end: int) -> int:
    """Return where the lines end that an author forgot to indent."""
    while start < end and not state.isEmpty(start) and state.sCount[start] >= state.blkIndent:
        start += 1
    return start


def _colons(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = text_of(state, start)
    if not line.startswith(":::") or state.is_code_block(start) or _ONE_LINE.fullmatch(line):
        return False
    match = _OPEN.fullmatch(line)
    if match is None:
        return False
    if silent:
        return True
    last, is_closed = _closing(state, start, end)
    kind = (match[2] or match[4]).removeprefix("callout-")
    if kind in GROUPS and (match[2] or _holds_no_words(match[7])):
        read_body(state, options(state, start + 1, last)[1], last, state.blkIndent)
        state.line = last + is_closed
        return True
    named = _TITLE.search(f"{match[3] or ''} {match[6] or ''}")
    title = match[5] or (named and (named[1] or named[2] or named[3])) or _SETTINGS.sub("", match[7])
    if match[4] and not match[5] and not named:
        kind, title = _judged(kind, title, f"{match[4]} {title}")
    push_named(state, kind, title, start, last)
    state.line = last + is_closed
    return True


def _holds_no_words(settings: str) -> bool:
    return ":" in settings or not any(map(str.isalpha, settings))


def _closing(state: StateBlock, start: int, end: int) -> tuple[int, bool]:
    """Return the line that closes the box which this one opens, or where what holds it ends."""
    depth, fence = 1, ""
    for number in range(start + 1, end):
        if not state.isEmpty(number) and state.sCount[number] < state.blkIndent:
            return number, False
        line = text_of(state, number)
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) and not line.strip("`~ \t") else fence
        elif mark:
            fence = mark[1]
        elif _CLOSE.fullmatch(line):
            depth -= 1
            if not depth:
                return number, True
        elif line.startswith(":::") and not _ONE_LINE.fullmatch(line) and _OPEN.fullmatch(line):
            depth += 1
    return end, False
