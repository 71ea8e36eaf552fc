"""Code of site generators in a text: Hugo's shortcodes, Liquid of Jekyll and GitBook, includes of Microsoft, Obsidian's marks."""

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from servicedesk.knowledge.foreign.codes import arguments, translated
from servicedesk.knowledge.foreign.html_codes import as_html
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece

# One that has no end does not take that of the next one, with all that stands between them.
_CODE = re.compile(
    r"\{\{([<%])\s*(?:(/)\s*)?([\w.-][\w/.-]*)(?![\w/.-])((?:(?![>%]\}\}|\{\{[<%]).)*)[>%]\}\}"
    r"|\{%-?\s*(end)?(\w+(?:-\w+)*)(?!\w|-\w)((?:(?!%\}|\{%).)*)%\}|\{\{(?![<%])-?((?:(?!\}\}|\{\{).)*)\}\}",
    re.DOTALL,
)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}((?:(?!\{%-?\s*(?:end)?raw\b).)*)\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_SITE_VALUE = re.compile(
    r"\s*(?:site|page|include|layout|content|paginator|jekyll|book|gitbook|forloop)\b[\w.\[\]\"' |:,/-]*",
    re.IGNORECASE,
)
_INCLUDE = re.compile(
    r"\[!INCLUDE\s*\[[^\]]*\]\s*\(([^)]*)\)\]|\[!(?:div|code|INCLUDE)[^\]]*\](?:\(([^)]*)\))?", re.IGNORECASE
)
_VIDEO = re.compile(r"\[!VIDEO\s+(https?://[^\]\s]+)[^\]]*\]", re.IGNORECASE)
_IMAGE = re.compile(r":::image\s((?:[^:\n]|:(?!::))*):::", re.IGNORECASE)
_COMMENT = re.compile(r"%%.*?%%", re.DOTALL)
_BLOCK_ID = re.compile(r"\^[A-Za-z0-9-]+(?=[ \t]*(?:\n|%%|\Z))")
_HEADING_ID = re.compile(r"\{/\*[ \t]*(#[\w:-]+)[ \t]*\*/\}")
_MDX_COMMENT = re.compile(r"\{/\*(?:(?!\*/\}|\{/\*).)*\*/\}", re.DOTALL)


@dataclass(frozen=True)
class Tree:
    """Which systems a tree was written for, as far as a text must be read differently for it."""

    is_liquid: bool = False
    is_obsidian: bool = False
    keeps_breaks: bool = False


def shortcodes(reader: MarkdownIt) -> None:
    """Have a parser note the code of site generators."""
    ruler = reader.inline.ruler
    ruler.before("link", "shortcode", _shortcode)
    ruler.before("link", "include", _include)
    ruler.before("link", "colon_image", _colon_image)
    ruler.before("link", "hidden", _hidden)
    ruler.before("newline", "break", _break)


def note_codes(edits: Edits, start: int, end: int, tree: Tree) -> None:
    """Note the shortcodes in a block of HTML, but for those in its links and pictures, which are noted already."""
    taken = [(change.start, change.end) for change in edits.changes if start <= change.start < end]
    taken.sort()
    found = list(_CODE.finditer(edits.text, start, end))
    opened, ended = (
        Counter(map(_name, found)),
        Counter(_name(match) for match in found if match[2] or match[5]),
    )
    for match in found:
        last = bisect_right(taken, (match.start(), end)) - 1
        is_free = last < 0 or taken[last][1] <= match.start()
        if not is_free or not _is_code(edits, match, tree):
            continue
        pieces = _pieces(edits, match)
        is_box = pieces[:1] and str(pieces[0]).startswith(":::") and "\n:::" not in "".join(map(str, pieces))
        if is_box and opened[_name(match)] != 2 * ended[_name(match)]:
            # It begins or ends outside this block, which an empty line ends.
            edits.change(match.start(), match.end(), "\n\n", *pieces, "\n\n", margin_end=start)
        else:
            edits.change(match.start(), match.end(), *as_html(pieces))


def _name(match: re.Match[str]) -> str:
    return (match[3] or match[6] or "").lower()


def _shortcode(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    comment = _MDX_COMMENT.match(state.src, state.pos, state.posMax)
    raw = _RAW.match(state.src, state.pos, state.posMax)
    match = comment or raw or _CODE.match(state.src, state.pos, state.posMax)
    edits: Edits = state.env["edits"]
    if match is None or edits.is_muted:
        return False
    if not comment and not raw and not _is_code(edits, match, state.env["tree"]):
        return False
    edits.has_tags |= raw is not None
    state.pos = match.end()
    if not silent:
        pieces = _of_comment(state, comment) if comment else [raw[1]] if raw else _pieces(edits, match)
        edits.change_words(match.start(), match.end(), *_spaced(state, match, pieces))
    return True


def _of_comment(state: StateInline, comment: re.Match[str]) -> list[Piece]:
    """Return what stands for a comment of MDX: nothing, but at the end of a heading it may hold the name of that."""
    named = _HEADING_ID.fullmatch(comment[0])
    is_last = not state.src[comment.end() : state.posMax].strip()
    return [f"{{{named[1]}}}"] if named and is_last and state.env.get("is_heading") else []


def _spaced(state: StateInline, match: re.Match[str], pieces: list[Piece]) -> list[Piece]:
    """Let a box begin and end on lines of their own."""
    if not pieces or not isinstance(pieces[0], str) or not pieces[0].startswith(":::"):
        return pieces
    is_first, is_last = state.env["edits"].is_alone(match.start(), match.end())
    return ["" if is_first else "\n", *pieces, "" if is_last else "\n"]


def _is_code(edits: Edits, match: re.Match[str], tree: Tree) -> bool:
    """Tell code from a text like any other; a tag of Liquid tells whose text this is."""
    edits.has_tags |= bool(match[6])
    return bool(match[1]) or tree.is_liquid or (not match[6] and bool(_SITE_VALUE.fullmatch(match[8])))


def _pieces(edits: Edits, match: re.Match[str]) -> list[Piece]:
    """Return what stands for a piece of code."""
    if match[1]:
        rest = match[4].rstrip().removesuffix("/")
        return translated(edits, match[3].lower(), rest, is_end=bool(match[2]), written=match[0])
    if match[6]:
        rest = match[7].rstrip("-")
        return translated(edits, match[6].lower(), rest, is_end=bool(match[5]), written=match[0])
    quoted = re.match(r"\s*[\"']([^\"']*)[\"']", match[8])
    if quoted is None:
        edits.unknown.append(" ".join(match[0].split())[:120])
    return [quoted[1] if quoted else ""]


def _include(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[!", state.pos):
        return False
    edits: Edits = state.env["edits"]
    video = _VIDEO.match(state.src, state.pos, state.posMax)
    match = video or _INCLUDE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    state.pos = match.end()
    if not silent:
        if not video and (match[1] or match[2]):
            edits.notes.append(match[1] or match[2])
        edits.change_words(match.start(), match.end(), f"<{video[1]}>" if video else "")
    return True


def _colon_image(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(":::image", state.pos):
        return False
    match = _IMAGE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    state.pos = match.end()
    if not silent:
        given = arguments(match[1])
        picture = {
            "picture": given.get("source", ""),
            "words": given.get("alt-text", ""),
            "form": "inline",
            "written": "{",
        }
        state.env["edits"].change_words(match.start(), match.end(), picture)
    return True


def _break(state: StateInline, silent: bool) -> bool:
    """Let a line end where it does, in trees whose readers saw it so; the rule that reads the end itself comes after."""
    if silent or state.src[state.pos] != "\n" or not state.env["tree"].keeps_breaks:
        return False
    is_title = state.src.startswith("[!") and state.src.find("\n") == state.pos
    edits: Edits = state.env["edits"]
    if not is_title and edits.words and not edits.is_muted and state.src[state.pos - 1 : state.pos] != "\\":
        edits.change(edits.place(state.pos), edits.place(state.pos), "  ")
    return False


def _hidden(state: StateInline, silent: bool) -> bool:
    """Take out what Obsidian does not show: comments, and the names of blocks."""
    if state.src[state.pos] not in "%^" or not state.env["tree"].is_obsidian:
        return False
    match = _COMMENT.match(state.src, state.pos, state.posMax)
    if match is None and (not state.pos or state.src[state.pos - 1].isspace()):
        match = _BLOCK_ID.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    state.pos = match.end()
    if not silent:
        state.env["edits"].change_words(match.start(), match.end())
    return True
