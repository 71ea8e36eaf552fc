"""Components of MDX on lines of their own, and its modules: boxes, links and words; what runs as code goes and is named."""

import re

from markdown_it.rules_block import StateBlock

from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.foreign.block_lines import Done, line
from servicedesk.knowledge.foreign.codes import arguments, first_of, link_pieces, picture, unknown
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece

COMPONENTS = (
    "Tabs|TabItem|Tab|Admonition|CodeGroup|Steps|Step|CardGroup|CardGrid|Cards|Card|AccordionGroup|Accordion|Columns|Column|"
    "Frame|Aside|Callout|Note|Tip|Warning|Info|Caution|Danger"
)
TAG = re.compile(rf"<(/?)({COMPONENTS})\b(.*)")
ALONE = re.compile(r"<([A-Z]\w{0,40})\b([^<>]*)/>\s*")
ANY = re.compile(r"</?[A-Z].*")
MODULE = re.compile(r"(?:import|export)\b.*")
ATTRIBUTE = r"\s+[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\}))?"
_UNKNOWN = re.compile(rf"<(/?)([A-Z][\w.]{{0,40}})((?:{ATTRIBUTE})*)\s*(/?)>\s*")
_VALUE = re.compile(r"=\{((?:[^{}]|\{[^{}]*\})*)\}")
_QUOTED = re.compile(r"[\"'`]([^\"'`]*)[\"'`]")
_IMPORT = re.compile(
    r"import\s+(?=\S)(?:(?:(?!\sfrom\s)[\w*{}\s,$])+\sfrom\s+[\"'][^\"'\n]+[\"']"
    r"|[\"'](?:[^\"'\n.]|\.(?!\w+[\"']))+(?:\.(?:css|s[ac]ss|less|[mc]?[jt]sx?))?[\"']);?\s*"
)
_EXPORT = re.compile(
    r"export\s+(?:(?:const|let|var)\s+[\w$\[{][^=\n]*=|(?:default\s+)?(?:async\s+)?function\b\s*\*?\s*[\w$]*\s*\("
    r"|(?:default\s+)?class\b[^{\n]*\{|default\s+(?:[({\[]|[A-Z]\w*;?\s*$|\w+;\s*$)|\{|\*\s+from\s)"
)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
_GOES_ON = ("=", "=>", ",", "?", ":", "&&", "||", "+")
_MOST_LINES, _MOST_CODE_LINES = 30, 300
_KINDS = {name.title(): name for name in ("note", "tip", "warning", "info", "caution", "danger")}
_OF_A_TYPE = frozenset({"Admonition", "Aside", "Callout"})
_BOXES = frozenset({"TabItem", "Tab", "Accordion", "Step", "Card", *_OF_A_TYPE, *_KINDS})
_PICTURES = frozenset({"Image", "Img", "Figure", "Picture", "Screenshot", "ThemedImage"})
TARGETS = ("href", "to", "url", "link")
TITLES = ("title", "label", "heading", "header", "text")


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag; of one that is worked out the first text in it, if that is all that it says."""
    return arguments(_VALUE.sub(_worked_out, text) if "={" in text else text)


def _worked_out(match: re.Match[str]) -> str:
    quoted = None if "{" in match[1] else _QUOTED.search(match[1])
    return f'="{quoted[1] if quoted else ""}"'


def module(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    """Take out a statement that loads or defines something, and name what it defines; a sentence begins like one too."""
    before = line(state, start - 1).strip() if start else ""
    begins = not before or before.startswith("#") or state.env.get("module_end") == start
    if state.level or state.sCount[start] or not begins:
        return None
    first = line(state, start)
    if first.startswith("export"):
        last = _statement_end(state, start, end) if _EXPORT.match(first) else None
        if last is not None:
            state.env["edits"].unknown.append(first.strip()[:120])
    else:
        last = _import_end(state, start, end)
    if last is None:
        return None
    state.env["module_end"] = last
    return last, []


def _import_end(state: StateBlock, start: int, end: int) -> int | None:
    text = ""
    for number in range(start, min(end, start + _MOST_LINES)):
        text += line(state, number) + "\n"
        if _IMPORT.fullmatch(text):
            is_last = number + 1 >= end or state.isEmpty(number + 1) or MODULE.match(line(state, number + 1))
            return number + 1 if " from " in text or "}from" in text or is_last else None
        if state.isEmpty(number) or "{" not in text:
            return None
    return None


def _statement_end(state: StateBlock, start: int, end: int) -> int | None:
    """Return the line after a statement: where all brackets are closed, else where the block ends."""
    depth, furthest = 0, start if state.env.get("is_unbalanced") else min(end, start + _MOST_CODE_LINES)
    for number in range(start, furthest):
        text = _STRING.sub("", line(state, number)).rstrip()
        depth += sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))
        if depth <= 0 and not text.endswith(_GOES_ON):
            return number + 1
    state.env["is_unbalanced"] = True  # Others are not looked through again, one after the other.
    return next((number for number in range(start, end) if state.isEmpty(number)), end)


def tag(state: StateBlock, match: re.Match[str], start: int, end: int) -> Done:
    """Turn a component's line into a box, or take it out; its arguments may go on over several lines."""
    edits: Edits = state.env["edits"]
    if match[2] not in edits.paired:  # `<Tab>` is a key as well.
        return None
    last, text = start + 1, match[3]
    while not re.search(r">\s*$|>[^<>=]*$", text) and last < end and last < start + 20:
        text += " " + line(state, last).strip()
        last += 1
    inside, closed, rest = text.rpartition(">") if not text.endswith(">") else (text[:-1], ">", "")
    if not closed or ("<" in inside and "=>" not in inside) or inside.endswith("/"):
        return None
    rest = rest.strip()
    if match[2] not in _BOXES:
        return last, [rest] if rest else []
    opening: list[Piece] = [":::"] if match[1] else _opening(edits, match[2], attributes(inside))
    return last, [*opening, f"\n{rest}" if rest else ""]


def _opening(edits: Edits, name: str, given: dict[str, str]) -> list[Piece]:
    title, target = first_of(given, ("label", "title", "value")), first_of(given, TARGETS)
    words: list[Piece] = link_pieces(edits, target, title or target) if target else [title]
    return [f":::{_kind(name, given)}{' ' if title or target else ''}", *words]


def _kind(name: str, given: dict[str, str]) -> str:
    if name in _OF_A_TYPE:
        return given.get("type", "note") if given.get("type", "note") in KINDS else "note"
    return _KINDS.get(name, {"Accordion": "details"}.get(name, "tab"))


def alone(edits: Edits, name: str, given: dict[str, str], written: str) -> list[Piece]:
    """Make a link or a picture of a component without a body; name any other: what it shows is not in the file."""
    target, title = first_of(given, TARGETS), first_of(given, TITLES)
    if name in _PICTURES and given.get("src"):
        return picture(given)
    if target:
        return link_pieces(edits, target, title or target)
    given.pop("name", None)  # Of an icon, seldom of anything to read.
    return unknown(edits, given, written)


def alone_on_a_line(state: StateBlock, match: re.Match[str], start: int, _end: int) -> Done:
    """Read a component without a body on one line."""
    return start + 1, alone(state.env["edits"], match[1], attributes(match[2]), match[0])


def unknown_on_lines(state: StateBlock, _match: re.Match[str], start: int, end: int) -> Done:
    """Name a component that nobody here knows, and show its title; `<Server>` in a text is no component but a word."""
    for last in range(start + 1, min(end, start + _MOST_LINES) + 1):
        if last > start + 1 and line(state, last - 1).lstrip().startswith("<"):
            return None
        found = _UNKNOWN.fullmatch("\n".join(line(state, number).strip() for number in range(start, last)))
        if found is not None:
            break
    else:
        return None
    edits: Edits = state.env["edits"]
    if found[4]:
        return last, alone(edits, found[2], attributes(found[3]), found[0])
    if found[2] not in edits.paired:
        return None
    if found[1]:
        return last, []
    given = attributes(found[3])
    edits.unknown.append(" ".join(found[0].split())[:120])
    title, target = first_of(given, TITLES), first_of(given, TARGETS)
    if target:
        return last, [*link_pieces(edits, target, title or target), "\n"]
    return last, [f"**{title}**\n"] if title else []
