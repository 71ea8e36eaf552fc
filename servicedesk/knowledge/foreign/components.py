"""Whole lines of other systems: components, layout of Microsoft, code of Jekyll, asides of Notion, quotes of GitLab."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.foreign import mdx
from servicedesk.knowledge.foreign.block_lines import Done, line, until
from servicedesk.knowledge.foreign.codes import arguments, translated
from servicedesk.knowledge.foreign.places import Edits

_MOST_LINES = 30
_LAYOUT = re.compile(
    r":{3,}\s*(?:row|column|zone|moniker|no-loc)(?:\s+[\w-]+\s*=.*|\s*:*)|:{3,}\s*(?:row|column|zone|moniker)-end\s*:*\s*"
)
_CODE_FILE = re.compile(r":{3,}\s*code\s.*\bsource\s*=.*")
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


def components(reader: MarkdownIt) -> None:
    """Have a parser note whole lines of other systems, before anything else reads them."""
    reader.block.ruler.before(
        "table", "component", _component, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _component(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    words = state.src[begin : state.eMarks[start]].rstrip()
    if words[:1] not in _FIRST or state.is_code_block(start):
        return False
    for pattern, action in _ACTIONS:
        match = pattern.fullmatch(words) or (pattern in _BEGINS and pattern.match(words))
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


def _drop(_state: StateBlock, _match: re.Match[str], start: int, _end: int) -> Done:
    return start + 1, []


def _note(state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    state.env["edits"].notes.append(match[0][:120])
    return start + 1, []


def _abbreviation(_state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    return start + 1, [f"- **{match[1]}**: {match[2]}"]


def _comment(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    last = until(_COMMENT_END, state, start, end)
    return None if last is None else (last + 1, [])


def _obsidian_comment(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    last = until(re.compile(r"%%"), state, start + 1, end) if state.env["tree"].is_obsidian else None
    return None if last is None or not line(state, last).strip().endswith("%%") else (last + 1, [])


def _highlight(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    last = until(_HIGHLIGHT_END, state, start, end)
    if last is None:
        return None
    inside = [
        line(state, number, start)
        for number in range(start + 1, last)
        if not _RAW_LINE.fullmatch(line(state, number).strip())
    ]
    return last + 1, ["\n".join([f"```{match[1] or match[2]}", *inside, "```"])]


def _long_code(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    """Read a shortcode over several lines, of which the last one reads like a quote."""
    last = until(_CODE_END, state, start + 1, min(end, start + _MOST_LINES))
    if last is None:
        return None
    text = "\n".join(line(state, number).strip() for number in range(start, last + 1))
    code = _CODE.fullmatch(text)
    if code is None:
        return None
    return last + 1, translated(state.env["edits"], code[1].lower(), code[2], is_end=False, written=text)


def _embed(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Show a video of a block embed as a link; name any other, and show what it says. `@[name](/people/name)` is a link."""
    last = until(re.compile(r"\)\s*$"), state, start, min(end, start + _MOST_LINES))
    if last is None:
        return None
    text = " ".join(line(state, number).strip() for number in range(start, last + 1))
    inside, edits = text.partition("(")[2][:-1].strip(), state.env["edits"]
    if match[1].lower() in ("youtube", "vimeo"):
        is_address = inside.startswith("https://")
        return last + 1, [inside] if is_address else translated(
            edits, match[1].lower(), f" {inside}", is_end=False, written=text
        )
    given = {name: value for name, value in arguments(inside).items() if not name.isdigit()}
    if not given:
        return None
    edits.unknown.append(text[:120])
    return last + 1, ["\n\n".join(given[name] for name in ("title", "caption") if name in given) + "\n"]


def _pane(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Hugo's tabs of code: each is a block of code below its name."""
    last = until(_PANE_END, state, start, end)
    if last is None:
        return None
    inside = "\n".join(line(state, number, start) for number in range(start + 1, last))
    language, shown = arguments(match[1]).get("lang", ""), []
    for tab in _PANE_TAB.finditer(inside):
        given = arguments(tab[1])
        title = given.get("header") or given.get("0", "")
        shown += [f"**{title}**\n"] if title else []
        shown.append(f"````{given.get('lang', language)}\n{tab[2]}\n````\n")
    return last + 1, ["\n".join(shown)]


def _drawing(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    last = until(_DRAWING_END, state, start + 1, end)
    if last is None:
        return None
    return last + 1, [
        "\n".join(
            [
                f"```{match[1] or match[2]}",
                *(line(state, number, start) for number in range(start + 1, last)),
                "```",
            ]
        )
    ]


def _video(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    last = until(re.compile(r"^\s*:{3,}\s*$"), state, start + 1, end)
    return (
        None
        if last is None
        else (last + 1, ["\n".join(line(state, number, start) for number in range(start + 1, last))])
    )


def _aside(_state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    return start + 1, [":::" if match[1] else ":::note"]


def _quote(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    last = until(re.compile(r"^>>>\s*$"), state, start + 1, end)
    if last is None:
        return None
    lines = [f"> {line(state, number, start)}".rstrip() for number in range(start + 1, last)]
    return last + 1, ["\n".join([f"> {match[1]}", *lines] if match[1] else lines)]


_ACTIONS = (
    (_COMMENT, _comment),
    (_HIGHLIGHT, _highlight),
    (_PANE, _pane),
    (_DRAWING, _drawing),
    (re.compile(r"\{\{[<%](?!.*[>%]\}\}).*"), _long_code),
    (re.compile(r"%%(?!.*%%).*"), _obsidian_comment),
    (mdx.MODULE, mdx.module),
    (mdx.TAG, mdx.tag),
    (mdx.ALONE, mdx.alone_on_a_line),
    (mdx.ANY, mdx.unknown_on_lines),
    (_VIDEO, _video),
    (_LAYOUT, _drop),
    (_CODE_FILE, _note),
    (_SNIPPET, _note),
    (_ABBREVIATION, _abbreviation),
    (_EMBED, _embed),
    (_ASIDE, _aside),
    (re.compile(r">>>\s*(\[!\w.*)?"), _quote),
)
_BEGINS = frozenset({_COMMENT})
_FIRST = frozenset("{%<:-;*>@ie")
