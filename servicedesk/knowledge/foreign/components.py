"""Whole lines of other systems: tags of MDX, layout of Microsoft, code of Jekyll, asides of Notion, quotes of GitLab."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.foreign.codes import arguments, translated
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece

_IMPORT = re.compile(
    r"(?:import\s+(?:[\w*{}\s,$]+\s+from\s+)?[\"'][^\"'\n]+[\"']|export\s+(?:const|default|let|function)\b.*);?\s*"
)
COMPONENTS = (
    "Tabs|TabItem|Tab|Admonition|CodeGroup|Steps|Step|CardGroup|CardGrid|Cards|Card|AccordionGroup|Accordion|Columns|Column|"
    "Frame|Aside|Callout|Note|Tip|Warning|Info|Caution|Danger"
)
_TAG = re.compile(rf"<(/?)({COMPONENTS})\b(.*)")
_ALONE = re.compile(r"<([A-Z]\w{0,40})\b([^<>]*)/>\s*")
_ATTRIBUTE = r"\s+[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\}))?"
_UNKNOWN = re.compile(rf"<(/?)([A-Z][\w.]{{0,40}})((?:{_ATTRIBUTE})*)\s*(/?)>\s*")
_MOST_LINES = 30
_LAYOUT = re.compile(
    r":{3,}\s*(?:row|column|zone|moniker|code|no-loc)\b(?!-).*|:{3,}\s*\w+-end\s*:*\s*|:{3,}\s*(?:row|column)[^:]*:{3,}\s*"
)
_SNIPPET = re.compile(r"-{1,2}8<-{1,2}.*|::include\{.*\}|;--8<--.*")
_ABBREVIATION = re.compile(r"\*\[([^\]]+)\]:\s*(.+)")
_EMBED = re.compile(r"@\[([a-zA-Z][\w-]{0,40})\]\(.*")
_COMMENT = re.compile(r"\{%-?\s*comment\b")
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_HIGHLIGHT = re.compile(
    r"(?:\{%-?\s*highlight\s+([\w+#-]+)[^%]*%\}|\{\{[<%]\s*highlight\s+([\w+#-]+)[^}]*[>%]\}\})\s*"
)
_HIGHLIGHT_END = re.compile(r"\{%-?\s*endhighlight\s*-?%\}|\{\{[<%]\s*/\s*highlight\s*[>%]\}\}")
_CODE = re.compile(r"\{\{[<%]\s*([\w/.-]+)((?:(?![>%]\}\}).)*)/?\s*[>%]\}\}", re.DOTALL)
_CODE_END = re.compile(r"[>%]\}\}\s*$")
_PANE = re.compile(r"\{\{<\s*tabpane\b((?:(?!text=\"?true)[^{}])*)>\}\}\s*")
_PANE_END = re.compile(r"\{\{<\s*/\s*tabpane\s*>\}\}")
_PANE_TAB = re.compile(r"\{\{<\s*tab\b([^{}]*)>\}\}[ \t]*\n?(.*?)\n?[ \t]*\{\{<\s*/\s*tab\s*>\}\}", re.DOTALL)
_RAW_LINE = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_DRAWING = re.compile(r":{3,}\s*(mermaid|plantuml)\s*|\{\{[<%]\s*(mermaid|plantuml)\b[^{}]*\}\}\s*")
_DRAWING_END = re.compile(r"^\s*:{3,}\s*$|\{\{[<%]\s*/\s*(?:mermaid|plantuml)\s*[>%]\}\}")
_VIDEO = re.compile(r":{3,}\s*video\s*")
_ASIDE = re.compile(r"<(/?)aside\b[^<>]*>\s*", re.IGNORECASE)
_COMPONENT_KINDS = {name.title(): name for name in ("note", "tip", "warning", "info", "caution", "danger")}
_OF_A_TYPE = frozenset({"Admonition", "Aside", "Callout"})


def components(reader: MarkdownIt) -> None:
    """Have a parser note whole lines of other systems, before anything else reads them."""
    reader.block.ruler.before(
        "table", "component", _component, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _component(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    line = state.src[begin : state.eMarks[start]].rstrip()
    if line[:1] not in _FIRST or state.is_code_block(start):
        return False
    for pattern, action in _ACTIONS:
        match = pattern.fullmatch(line) or (pattern in _BEGINS and pattern.match(line))
        if match:
            done = action(state, match, start, end)
            if done is None:
                continue
            if silent:
                return True
            last, pieces = done
            edits: Edits = state.env["edits"]
            before = state.src[edits.starts[start] : begin]
            if pieces or before.strip(" \t>"):  # The mark of an item stays: more of it may follow.
                edits.change(begin, state.eMarks[last - 1], *pieces)
            else:
                edits.change_lines(start, last)
            state.line = last
            return True
    return False


Done = tuple[int, list[Piece]] | None


def _drop(_state: StateBlock, _match: re.Match[str], start: int, _end: int) -> Done:
    return start + 1, []


def _note(state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    state.env["edits"].notes.append(match[0][:120])
    return start + 1, []


def _abbreviation(_state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    return start + 1, [f"- **{match[1]}**: {match[2]}"]


def _until(pattern: re.Pattern[str], state: StateBlock, start: int, end: int) -> int | None:
    return next((number for number in range(start, end) if pattern.search(_line(state, number))), None)


def _comment(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    last = _until(_COMMENT_END, state, start, end)
    return None if last is None else (last + 1, [])


def _obsidian_comment(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    last = _until(re.compile(r"%%"), state, start + 1, end) if state.env["tree"].is_obsidian else None
    return None if last is None or not _line(state, last).strip().endswith("%%") else (last + 1, [])


def _highlight(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    last = _until(_HIGHLIGHT_END, state, start, end)
    if last is None:
        return None
    inside = [
        _line(state, number, start)
        for number in range(start + 1, last)
        if not _RAW_LINE.fullmatch(_line(state, number).strip())
    ]
    return last + 1, ["\n".join([f"```{match[1] or match[2]}", *inside, "```"])]


def _long_code(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    """Read a shortcode over several lines, of which the last one reads like a quote."""
    last = _until(_CODE_END, state, start + 1, min(end, start + _MOST_LINES))
    if last is None:
        return None
    text = "\n".join(_line(state, number).strip() for number in range(start, last + 1))
    code = _CODE.fullmatch(text)
    if code is None:
        return None
    return last + 1, translated(state.env["edits"], code[1].lower(), code[2], is_end=False, written=text)


def _embed(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Show a video of a block embed as a link; name any other, and show what it says. `@[name](/people/name)` is a link."""
    last = _until(re.compile(r"\)\s*$"), state, start, min(end, start + _MOST_LINES))
    if last is None:
        return None
    text = " ".join(_line(state, number).strip() for number in range(start, last + 1))
    inside, edits = text.partition("(")[2][:-1].strip(), state.env["edits"]
    if match[1].lower() in ("youtube", "vimeo"):
        is_address = inside.startswith("https://")
        return last + 1, [inside] if is_address else translated(
            edits, match[1].lower(), f" {inside}", is_end=False, written=text
        )
    given = {name: value for name, value in arguments(inside).items() if not name.isdigit()}
    if not given:
        return None
    edits.notes.append(text[:120])
    return last + 1, ["\n\n".join(given[name] for name in ("title", "caption") if name in given) + "\n"]


def _pane(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Hugo's tabs of code: each is a block of code below its name."""
    last = _until(_PANE_END, state, start, end)
    if last is None:
        return None
    inside = "\n".join(_line(state, number, start) for number in range(start + 1, last))
    language, shown = arguments(match[1]).get("lang", ""), []
    for tab in _PANE_TAB.finditer(inside):
        given = arguments(tab[1])
        title = given.get("header") or given.get("0", "")
        shown += [f"**{title}**\n"] if title else []
        shown.append(f"````{given.get('lang', language)}\n{tab[2]}\n````\n")
    return last + 1, ["\n".join(shown)]


def _drawing(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    last = _until(_DRAWING_END, state, start + 1, end)
    if last is None:
        return None
    return last + 1, [
        "\n".join(
            [
                f"```{match[1] or match[2]}",
                *(_line(state, number, start) for number in range(start + 1, last)),
                "```",
            ]
        )
    ]


def _video(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    last = _until(re.compile(r"^\s*:{3,}\s*$"), state, start + 1, end)
    return (
        None
        if last is None
        else (last + 1, ["\n".join(_line(state, number, start) for number in range(start + 1, last))])
    )


def _aside(_state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    return start + 1, [":::" if match[1] else ":::note"]


def _tag(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Turn a component's line into a box, or take it out; its arguments may go on over several lines."""
    last, text = start + 1, match[3]
    while not re.search(r">\s*$|>[^<>=]*$", text) and last < end and last < start + 20:
        text += " " + _line(state, last).strip()
        last += 1
    inside, closed, rest = text.rpartition(">") if not text.endswith(">") else (text[:-1], ">", "")
    if not closed or ("<" in inside and "=>" not in inside):
        return None
    name, given = (
        match[2],
        arguments(inside.replace("{", '"').replace("}", '"') if "={" in inside else inside),
    )
    if name in ("TabItem", "Tab", "Accordion", "Step", "Card", *_OF_A_TYPE, *_COMPONENT_KINDS):
        opening = (
            ":::"
            if match[1]
            else f":::{_kind(name, given)} {given.get('label') or given.get('title') or given.get('value', '')}"
        )
        return last, [opening.rstrip() + (f"\n{rest.strip()}" if rest.strip() else "")]
    return last, [rest.strip()] if rest.strip() else []


def _alone(state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    """Make a link of a component without a body that leads somewhere, and name any other: what it shows is not in the file."""
    given, edits = arguments(match[2]), state.env["edits"]
    if given.get("href") and (given.get("title") or given.get("label")):
        return start + 1, translated(edits, "linkcard", match[2], is_end=False, written=match[0])
    return _note(state, match, start, _end)


def _unknown(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Name a component that nobody here knows, and show its title; `<Server>` in a text is no component but a word."""
    for last in range(start + 1, min(end, start + _MOST_LINES) + 1):
        tag = _UNKNOWN.fullmatch("\n".join(_line(state, number).strip() for number in range(start, last)))
        if tag is not None:
            break
    else:
        return None
    other = f"<{tag[2]}" if tag[1] else f"</{tag[2]}>"
    if not tag[4] and other not in state.src:
        return None
    if tag[1]:
        return last, []
    state.env["edits"].notes.append(" ".join(tag[0].split())[:120])
    given = arguments(tag[3])
    title = given.get("title") or given.get("label") or given.get("heading") or ""
    return last, [f"**{title}**\n"] if title else []


def _kind(name: str, given: dict[str, str]) -> str:
    if name in _OF_A_TYPE:
        return given.get("type", "note") if given.get("type", "note") in KINDS else "note"
    return _COMPONENT_KINDS.get(name, {"Accordion": "details"}.get(name, "tab"))


def _quote(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    last = _until(re.compile(r"^>>>\s*$"), state, start + 1, end)
    if last is None:
        return None
    lines = [f"> {_line(state, number, start)}".rstrip() for number in range(start + 1, last)]
    return last + 1, ["\n".join([f"> {match[1]}", *lines] if match[1] else lines)]


def _line(state: StateBlock, number: int, first: int | None = None) -> str:
    """Return a line without the margin of what holds it, or as far as it is further to the right than another one."""
    indent = state.blkIndent if first is None else state.sCount[first]
    return state.getLines(number, number + 1, indent, False)


_ACTIONS = (
    (_COMMENT, _comment),
    (_HIGHLIGHT, _highlight),
    (_PANE, _pane),
    (_DRAWING, _drawing),
    (re.compile(r"\{\{[<%](?!.*[>%]\}\}).*"), _long_code),
    (re.compile(r"%%(?!.*%%).*"), _obsidian_comment),
    (_IMPORT, _drop),
    (_TAG, _tag),
    (_ALONE, _alone),
    (re.compile(r"</?[A-Z].*"), _unknown),
    (_VIDEO, _video),
    (_LAYOUT, _drop),
    (_SNIPPET, _note),
    (_ABBREVIATION, _abbreviation),
    (_EMBED, _embed),
    (_ASIDE, _aside),
    (re.compile(r">>>\s*(\[!\w.*)?"), _quote),
)
_BEGINS = frozenset({_COMMENT})
_FIRST = frozenset("{%<:-;*>@ie")
