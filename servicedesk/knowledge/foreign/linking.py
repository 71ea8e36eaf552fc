"""Links and pictures of a text, by Markdown, HTML or a wiki's brackets: each becomes a piece that is looked up in the tree."""

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline

from servicedesk.knowledge.foreign.addresses import clean_address
from servicedesk.knowledge.foreign.mdx import attributes
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece

Rule = Callable[[StateInline, bool], bool]

PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|ico|avif)(?:[?#]|$)", re.IGNORECASE)
_WIKI = re.compile(r"(!?)\[\[([^\[\]\n|]+)(?:\|([^\[\]\n]*))?\]\]")
_CONTENTS = re.compile(r"_?to(?:c|sp)_?", re.IGNORECASE)
_SIZE = re.compile(r"\d+(?:x\d+)?")
_HTML = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?:a|img|video|audio|iframe|embed|object|source)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>",
    re.IGNORECASE | re.DOTALL,
)
PLAYED = frozenset({"video", "audio", "iframe", "embed", "object", "source"})
_ON_WEB = re.compile(r"https?://", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s+(?:name|id)=\"([^\"]*)\"\s*(?:/>|>\s*</a>|>)", re.IGNORECASE)
_HREF = re.compile(r"(?<![\w-])href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE)
_DEFINITION = re.compile(r"[ \t>]*\[(?:[^\[\]\\]|\\.)+\]:\s*(<[^<>\n]*>|\S+)")


def linking(reader: MarkdownIt) -> None:
    """Have a parser note where links and pictures stand."""
    rules = {rule.name: rule.fn for rule in reader.inline.ruler.__rules__}
    reader.inline.ruler.at("link", _noting(rules["link"], _link))
    reader.inline.ruler.at("image", _noting(rules["image"], _image, mutes=True))
    reader.inline.ruler.at("html_inline", _noting(rules["html_inline"], _html))
    reader.inline.ruler.before("link", "wiki_link", _wiki)
    if "footnote_inline" in rules:
        reader.inline.ruler.at("footnote_inline", _in_footnote(rules["footnote_inline"]))


def note_html(edits: Edits, start: int, end: int) -> None:
    """Note what stands in a block of HTML."""
    for match in _HTML.finditer(edits.text, start, end):
        _note_tag(edits, match[0], match.start(), match.end())


def note_definitions(edits: Edits, references: dict[str, dict[str, list[int]]]) -> None:
    """Note the addresses of links that are defined apart from their words."""
    for reference in references.values():
        first, end = reference["map"]
        match = _DEFINITION.match(edits.text, edits.starts[first], min(edits.starts[end], len(edits.text)))
        if match is not None:
            address = clean_address(match[1])
            kind = "picture" if PICTURE.search(address) else "link"
            edits.change(
                match.start(1), match.end(1), {kind: address, "form": "definition", "written": match[1]}
            )


def _noting(rule: Rule, note: Callable[[Edits, StateInline, int], None], *, mutes: bool = False) -> Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start, edits = state.pos, state.env["edits"]
        edits.is_muted += mutes
        try:
            if not rule(state, silent):
                return False
        finally:
            edits.is_muted -= mutes
        if not silent and not edits.is_muted:
            note(edits, state, start)
        return True

    return noting


def _in_footnote(rule: Rule) -> Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        if silent or not state.src.startswith("^[", state.pos):
            return rule(state, silent)
        # The plugin reads what stands in the brackets as a text of its own.
        with state.env["edits"].part_of_words(state.pos + 2):
            return rule(state, silent)

    return noting


def _parts(state: StateInline, start: int) -> tuple[int, str] | None:
    """Return where the words in brackets end, and the address after them; nothing for a link that is defined apart."""
    label_end = parseLinkLabel(state, start, False)
    if state.src[label_end + 1 : label_end + 2] != "(":
        return None
    begin = label_end + 2
    while begin < state.pos and state.src[begin].isspace():
        begin += 1
    result = state.md.helpers.parseLinkDestination(state.src, begin, state.pos)
    return (label_end, state.src[begin : result.pos]) if result.ok else None


def _link(edits: Edits, state: StateInline, start: int) -> None:
    parts = _parts(state, start)
    if parts is not None:
        label_end, written = parts
        edits.links += 1
        link = {
            "link": clean_address(written),
            "written": state.src[label_end : state.pos],
            "number": edits.links,
        }
        edits.change_words(start, start + 1, {**link, "form": "open"})
        edits.change_words(label_end, state.pos, {**link, "form": "close"})


def _image(edits: Edits, state: StateInline, start: int) -> None:
    parts = _parts(state, start + 1)
    if parts is not None:
        words = " ".join(state.tokens[-1].content.split())
        picture = {
            "picture": clean_address(parts[1]),
            "words": words,
            "written": state.src[start : state.pos],
        }
        edits.change_words(start, state.pos, {**picture, "form": "inline"})


def _html(edits: Edits, state: StateInline, start: int) -> None:
    written = state.src[start : state.pos]
    anchor = _ANCHOR.match(state.src, start)
    if anchor is not None and f"#{anchor[1]}".lower() not in edits.text.lower():
        state.pos = max(state.pos, anchor.end() if anchor[0].lower().endswith("</a>") else state.pos)
        edits.change_words(start, state.pos)
    elif edits.words and edits.place(state.pos - 1) - edits.place(start) == len(written) - 1:
        place = edits.place(start)
        if _HTML.fullmatch(written):
            _note_tag(edits, written, place, place + len(written))


def _note_tag(edits: Edits, tag: str, start: int, end: int) -> None:
    if tag.startswith("<!--"):
        edits.change(start, end)
        return
    name = tag[1:].partition(" ")[0].split()[0].rstrip("/>").lower()
    if name == "img":
        given = _given(tag)
        source = clean_address(given.get("src", ""))
        shows = {"picture": source, "words": given.get("alt", ""), "form": "tag", "written": tag}
        edits.change(start, end, shows)
    elif name in PLAYED:
        if pieces := played(edits, tag):
            edits.change(start, end, *pieces)
    elif "={" in tag:
        edits.change(start, end, '<a href="', link_in_html(_given(tag).get("href", ""), ""), '">')
    elif href := _HREF.search(tag):
        group = next(number for number in (1, 2, 3) if href[number] is not None)
        link = link_in_html(html.unescape(href[group]), href[group])
        edits.change(start + href.start(group), start + href.end(group), link)


def link_in_html(address: str, written: str) -> Piece:
    """Return a link's address that stands in a tag."""
    return {"link": clean_address(address), "form": "html", "written": written}


def played(edits: Edits, tag: str) -> list[Piece]:
    """Return a link to what a tag plays or shows in the page, if it is on the web; else name it, and show the file's name."""
    given = _given(tag)
    source = clean_address(given.get("src") or given.get("data") or "")
    if not source:
        return []
    if _ON_WEB.match(source):
        return [f'<a href="{html.escape(source)}">{html.escape(source)}</a>']
    edits.unknown.append(" ".join(tag.split())[:120])
    return [f"<em>{html.escape(unquote(source).rpartition('/')[2])}</em>"]


def _given(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in attributes(tag).items()}


def _wiki(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "[!" or not state.src.startswith(
        "[[", state.pos + (state.src[state.pos] == "!")
    ):
        return False
    match = _WIKI.match(state.src, state.pos, state.posMax)
    if match is None or _CONTENTS.fullmatch(match[2].strip()):
        return False
    state.pos = match.end()
    if not silent:
        state.env["edits"].change_words(match.start(), match.end(), *_wiki_pieces(match))
    return True


def _wiki_pieces(match: re.Match[str]) -> list[str | dict[str, object]]:
    target, words = match[2].strip().rstrip("\\"), (match[3] or "").strip()
    if match[1] and PICTURE.search(target):
        name = re.sub(r"[-_]+", " ", target.rpartition("/")[2].rpartition(".")[0])
        shown = name if not words or _SIZE.fullmatch(words) else words
        return [{"picture": target, "words": shown, "form": "inline", "written": match[0], "by_name": True}]
    name, _, part = target.partition("#")
    part = "" if part.startswith("^") else part
    words = "" if match[1] and _SIZE.fullmatch(words) else words
    shown = words or " > ".join(filter(None, [name, *part.split("#")]))
    return [{"link": name, "part": part, "other": words, "words": shown, "form": "wiki", "written": match[0]}]
