"""Tags of MDX among the words of a text: components, and HTML of which an attribute is worked out by code."""

import html
import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from servicedesk.knowledge import html_rules
from servicedesk.knowledge.foreign.codes import first_of, link_pieces, picture
from servicedesk.knowledge.foreign.linking import PLAYED, link_in_html, played
from servicedesk.knowledge.foreign.mdx import ATTRIBUTE, TARGETS, TITLES, alone, attributes
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece

_TAG = re.compile(rf"<(/?)([A-Za-z][\w.]{{0,40}})((?:{ATTRIBUTE})*)\s*(/?)>")
_KEPT = ("href", "src", "alt", "id", "open", "start", "colspan", "rowspan")


def tags(reader: MarkdownIt) -> None:
    """Have a parser note the tags of MDX."""
    reader.inline.ruler.before("html_inline", "mdx_tag", _tag)


def _tag(state: StateInline, silent: bool) -> bool:
    """Take out a component but for its words and where it leads, and name it; `<Server>` is a word."""
    match = _TAG.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "<" else None
    edits: Edits = state.env["edits"]
    if match is None or not _is_code(edits, match):
        return False
    state.pos = match.end()
    if not silent:
        edits.change_words(match.start(), match.end(), *_pieces(edits, match, state.src))
    return True


def _is_code(edits: Edits, match: re.Match[str]) -> bool:
    name = match[2]
    if name[0].islower():
        return "={" in match[3]
    is_html = name.isupper() and name.lower() in html_rules.TAGS
    return not is_html and (bool(match[4]) or name in edits.paired)


def _pieces(edits: Edits, match: re.Match[str], text: str) -> list[Piece]:
    name, given = match[2], attributes(match[3])
    if match[1]:
        is_own = bool(edits.open_tags) and edits.open_tags[-1][0] == name
        return [edits.open_tags.pop()[1]] if is_own else []
    if name[0].islower():
        return _plain(edits, name, given)
    if match[4]:
        return alone(edits, name, given, match[0])
    target, title = first_of(given, TARGETS), first_of(given, TITLES)
    if target and text.find(f"</{name}", match.end()) >= 0:
        begin, _, end = link_pieces(edits, target, "")
        edits.open_tags.append((name, end))
        return [begin]
    edits.open_tags.append((name, ""))
    edits.unknown.append(" ".join(match[0].split())[:120])
    return [f"**{title}** " if title else ""]


def _plain(edits: Edits, name: str, given: dict[str, str]) -> list[Piece]:
    if name == "img":
        return picture(given)
    if name == "a" and given.get("href"):
        return ['<a href="', link_in_html(given["href"], given["href"]), '">']
    kept = "".join(f' {key}="{html.escape(given[key])}"' for key in _KEPT if given.get(key))
    tag = f"<{name}{kept}>"
    return (played(edits, tag) or [tag]) if name in PLAYED else [tag]
