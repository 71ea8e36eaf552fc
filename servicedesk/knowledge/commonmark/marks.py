"""Marks inside a text beyond CommonMark: keys, highlights, icons, ids of headings, attributes and tables of contents."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from servicedesk.knowledge.icons import icon_at

_KEYS = re.compile(r"\+\+([\w-]+(?:\+[\w-]+)*)\+\+")
_VALUE = r"[\w:.%-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'{}=]+)"
_ATTRIBUTE = rf"(?:[#.][A-Za-z_][\w:-]*|{_VALUE})"
_LIST = re.compile(rf"\{{:?[ \t]*{_ATTRIBUTE}(?:[ \t]+(?:{_ATTRIBUTE}|[a-z]+))*[ \t]*\}}")
_KRAMDOWN = re.compile(r"\{:[^{}\n]*\}")
_SURE = re.compile(r"\{:[ \t]*(?:[#.]|[\w-]+=|\})")
_HEADING = re.compile(r"[ \t]*(?:\{:?([^{}\n]*)\}|\{/\*[ \t]*(#[^{}\n]*?)\*/\})[ \t]*$")
_ID = re.compile(r"(?:^|\s)#([^\s#.{}\"']+)")
_CONTENTS = re.compile(
    r"\[\[?_?to(?:c|sp)_?\]?\]|@\[toc\]|\$\{toc\}|\{\{\s*toc\s*\}\}|\{\{[<%]\s*toc\s*[>%]\}\}", re.IGNORECASE
)
_AFTER = frozenset(
    {"link_close", "image", "code_inline", "html_inline", "strong_close", "em_close", "s_close", "keys"}
)
_FOUR_STARS = re.compile(r"(?<!\*)\*{4}(?![\s*]).{1,400}?(?<![\s*])\*{4}(?!\*)", re.DOTALL)
_TWO_STARS = re.compile(r"(?<![*\\\\])\*\*(?!\*)")
_INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_NOT_IN_IDS = re.compile(r"[^\w-]+")


def marks(reader: MarkdownIt) -> None:
    """Teach a parser the marks."""
    reader.inline.ruler.before("emphasis", "keys", _keys)
    reader.inline.ruler.before("emphasis", "strong", _strong)
    reader.inline.ruler.before("emphasis", "highlight", _highlight)
    reader.inline.ruler.before("emphasis", "icon", _icon)
    reader.inline.ruler.before("emphasis", "attributes", _attributes)
    reader.core.ruler.before("inline", "block_attributes", _block_attributes)


def clean_id(name: str) -> str:
    """Return an author's id as it can be in an address."""
    return _NOT_IN_IDS.sub("-", name.lower()).strip("-")


def is_attributes(line: str) -> bool:
    """Tell whether a line holds attributes of the block beside it and nothing else."""
    return bool(_KRAMDOWN.fullmatch(line) or (_LIST.fullmatch(line) and line.lstrip("{: \t")[0] in "#."))


def _keys(state: StateInline, silent: bool) -> bool:
    match = _KEYS.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "+" else None
    if match is None:
        return False
    if not silent:
        state.push("keys", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _strong(state: StateInline, silent: bool) -> bool:
    """Let `**Note:**words` and `**words **` be bold: CommonMark wants spaces otherwise, people and Python-Markdown do not."""
    if silent or not state.src.startswith("**", state.pos):
        return False
    length, written = state.scanDelims(state.pos, True).length, 0
    if length % 4 in (0, 2) and length > len("***") and not _FOUR_STARS.search(state.src):
        written = length - length % 4  # Bold around nothing, as editors leave it behind.
        length -= written
    opens, closes = _sides(state, state.pos, length + written)
    for _ in range(length):
        state.push("text", "", 0).content = "*"
        place = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord("*"), length, place, -1, opens, closes))
    state.pos += length + written
    return True


def _sides(state: StateInline, start: int, length: int) -> tuple[bool, bool]:
    """Tell whether a run of stars can open and whether it can close."""
    text, pairs = state.env.get("stars", ("", {}))
    if text != state.src:
        pairs = _spaced_pairs(state.src)
        state.env["stars"] = (state.src, pairs)
    if start in pairs:
        return pairs[start], not pairs[start]
    return not _is_space(state.src, start + length), not _is_space(state.src, start - 1)


def _spaced_pairs(text: str) -> dict[int, bool]:
    """Return which runs of two stars open, if they come in pairs of which one has a space on its inner side."""
    runs = [match.start() for match in _TWO_STARS.finditer(_INLINE_CODE.sub(_blanked, text))]
    if not runs or len(runs) % 2 or text.count("**") != len(runs):
        return {}
    if any(text[place + 2 : place + 3] == "/" or text[max(0, place - 1) : place] == "/" for place in runs):
        return {}  # Stars of a path.
    alone = [place for place in runs if _is_space(text, place - 1) and _is_space(text, place + 2)]
    fits = [
        not _is_space(text, place + 2 if not number % 2 else place - 1) for number, place in enumerate(runs)
    ]
    if all(fits) or len(alone) > len(runs) // 2:
        return {}
    return {place: not number % 2 for number, place in enumerate(runs)}


def _blanked(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _is_space(text: str, place: int) -> bool:
    return not 0 <= place < len(text) or text[place].isspace()


def _highlight(state: StateInline, silent: bool) -> bool:
    start, longest = state.pos, state.posMax
    if not state.src.startswith("==", start) or state.src[max(0, start - 1)].isalnum():
        return False
    end = state.src.find("==", start + 2, longest)
    inner = state.src[start + 2 : end] if end > 0 else ""
    if not inner.strip() or inner != inner.strip() or "=" in inner[0] + state.src[end + 2 : end + 3]:
        return False
    if not silent:
        state.push("mark_open", "mark", 1)
        state.pos, state.posMax = start + 2, end
        state.md.inline.tokenize(state)
        state.push("mark_close", "mark", -1)
    state.pos, state.posMax = end + 2, longest
    return True


def _icon(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":" or (state.pos and state.src[state.pos - 1].isalnum()):
        return False
    found = icon_at(state.src, state.pos, state.posMax)
    if found is None:
        return False
    end, sign = found
    if not silent and sign:
        state.push("text", "", 0).content = sign
    attributes = _LIST.match(state.src, end, state.posMax)
    state.pos = attributes.end() if attributes else end
    return True


def _attributes(state: StateInline, silent: bool) -> bool:
    """Take out `{ .lead }` and `{width=300}` where they belong to something before them."""
    if state.src[state.pos] != "{":
        return False
    match = _KRAMDOWN.match(state.src, state.pos, state.posMax)
    is_after = not state.pending and bool(state.tokens) and state.tokens[-1].type in _AFTER
    match = match or _LIST.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    at_end = not state.src[match.end() : state.posMax].split("\n", 1)[0].strip()
    if not (is_after or (at_end and match[0].lstrip("{: \t")[0] in "#.") or _SURE.match(match[0])):
        return False
    if not silent:
        state.pending = state.pending.rstrip(" \t") if at_end else state.pending
    state.pos = match.end()
    return True


def _block_attributes(state: StateCore) -> None:
    """Give headings the ids of their authors; take out lines of attributes, and tables of contents: pages have their own."""
    for place, token in enumerate(state.tokens):
        if token.type != "inline":
            continue
        before = state.tokens[place - 1]
        if before.type == "heading_open":
            _heading(before, token)
        elif before.type == "paragraph_open":
            lines = token.content.split("\n")
            if place > 3 and state.tokens[place - 2].type == "heading_close" and is_attributes(lines[0]):
                _give_id(state.tokens[place - 4], lines[0])
            kept = [
                line for line in lines if not _CONTENTS.fullmatch(line) and not is_attributes(line.strip())
            ]
            if len(kept) < len(lines):
                is_contents = any(_names_contents(line) for line in lines)
                token.content = "" if is_contents and len(kept) < 2 else "\n".join(kept)
                token.meta["is_emptied"] = not token.content


def _names_contents(line: str) -> bool:
    return bool(_CONTENTS.fullmatch(line)) or line.startswith("{:toc")


def _heading(opened: Token, inline: Token) -> None:
    match = _HEADING.search(inline.content)
    found = match and _ID.search(match[1] or match[2] or "")
    if match is None or not (
        found or _LIST.fullmatch(match[0].strip()) or match[0].lstrip().startswith("{:")
    ):
        return
    inline.content = inline.content[: match.start()]
    _give_id(opened, f" {match[1] or match[2]}")


def _give_id(heading: Token, attributes: str) -> None:
    found = _ID.search(attributes)
    if found:
        heading.attrSet("id", clean_id(found[1]))
