"""What a piece of code of a site generator means: a box, a tab, a picture, a button, a film, or something from elsewhere."""

import re

from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.foreign.addresses import clean_address
from servicedesk.knowledge.foreign.places import Edits
from servicedesk.knowledge.foreign.resolving import Piece

_ARGUMENT = re.compile(r"(?:([\w:-]+)\s*=\s*)?(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|([^\s\"'=]+))")
# Titles of these stand in an argument of the same name or in the first one without a name.
_BOXES = frozenset(
    {
        *KINDS,
        "notice",
        "callout",
        "alert",
        "admonition",
        "hint",
        "box",
        "panel",
        "pageinfo",
        "message",
        "flash",
        "card",
    }
)
_FOLDS = frozenset({"details", "expand", "collapse", "accordion", "spoiler", "expandable"})
_TABS = frozenset({"tab", "tabitem"})
_PICTURES = frozenset(
    {
        "figure",
        "image",
        "img",
        "imgproc",
        "screenshot",
        "picture",
        "img.html",
        "image.html",
        "figure.html",
        "image-gallery",
    }
)
_LINKS = frozenset({"button", "link", "linkcard"})
_COLOURS = {"success": "tip", "primary": "note", "danger": "danger", "warning": "warning", "info": "info"}
_FROM_ELSEWHERE = frozenset({"snippet", "readfile", "content", "render", "readfile.inline"})
# What shows nothing by itself: it only holds others together, or works out a value.
_SILENT = frozenset((
    "tabs", "tabpane", "tabset", "steps", "stepper", "step", "cards", "columns", "column", "col", "row", "grid", "section",
    "toc", "raw", "comment", "else", "elsif", "elseif", "when", "assign", "break", "continue", "increment", "decrement",
    "content-ref", "code", "clear",
))  # fmt: skip
_LOGIC = frozenset({"if", "unless", "for", "case", "capture", "tablerow", "cycle", "ifversion", "liquid"})
_WORDS = ("text", "label", "title", "header", "heading", "caption", "alt", "aria-label", "name")
_SOURCES = ("src", "source", "link", "url", "href", "file", "filename", "path", "image_path", "image", "img")
_MOST_NAMED = 120


def arguments(text: str) -> dict[str, str]:
    """Return the arguments of a shortcode or tag; those without a name by their number."""
    found: dict[str, str] = {}
    for name, *values in _ARGUMENT.findall(text):
        found[name.lower() or str(len(found))] = next(filter(None, values), "")
    return found


def translated(edits: Edits, name: str, rest: str, *, is_end: bool, written: str) -> list[Piece]:
    """Return what stands for a shortcode or tag with this name."""
    given = arguments(rest)
    if name == "include":
        return _included(edits, given, written)
    if name in _BOXES or name in _FOLDS or name in _TABS:
        return [":::"] if is_end else _box(edits, name, given, written)
    if name in _PICTURES:
        return picture(given)
    if name in _LINKS:
        return _button(edits, given, is_end=is_end, written=written)
    return _other(edits, name, given, is_end=is_end, written=written)


def link_pieces(edits: Edits, target: str, words: str) -> list[Piece]:
    """Return words that lead somewhere."""
    edits.links += 1
    link = {"link": clean_address(target), "written": f"]({target})", "number": edits.links}
    return [{**link, "form": "open"}, words, {**link, "form": "close"}]


def first_of(given: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the first of these arguments that is given."""
    return next((given[name] for name in names if given.get(name)), "")


def _included(edits: Edits, given: dict[str, str], written: str) -> list[Piece]:
    """Return what Jekyll's themes show by a file of theirs; one that is not known shows only the words it is given."""
    name = given.get("0", "").rpartition("/")[2].removesuffix(".html").removesuffix(".md")
    given = {key: value for key, value in given.items() if not key.isdigit()}
    words = first_of(given, ("content", "text", "message"))
    if name in _BOXES and words:
        return [_whole(name, given, words)]
    if name in _PICTURES or name in ("image-gallery",):
        return picture(given)
    if given.get("provider") in ("youtube", "vimeo") and given.get("id"):
        return _other(edits, given["provider"], given, is_end=False, written=written)
    edits.notes.append(" ".join(written.split())[:_MOST_NAMED])
    return [words or first_of(given, _WORDS)]


def _box(edits: Edits, name: str, given: dict[str, str], written: str) -> list[Piece]:
    """Begin a box; one that nothing ends holds no more than what it says itself."""
    kind, title = _kind_and_title(name, given)
    target = first_of(given, ("link", "href", "url", "to"))
    if name in edits.ended:
        words: list[Piece] = link_pieces(edits, target, title) if target and title else [title]
        return [f":::{kind}{' ' if title else ''}", *words]
    words = link_pieces(edits, target, title or target) if target else [title]
    subtitle = first_of(given, ("subtitle", "description", "content", "text", "message"))
    if not title and not target and not subtitle:
        return unknown(edits, given, written)
    if name in ("card", "linkcard"):
        return [*words, f" {subtitle}" if subtitle else ""]
    return [f":::{kind}\n", *words, "\n" if title and subtitle else "", subtitle, "\n:::"]


def _whole(name: str, given: dict[str, str], words: str) -> str:
    kind, title = _kind_and_title(name, given)
    return f":::{kind} {title}".rstrip() + f"\n{words}\n:::"


def _kind_and_title(name: str, given: dict[str, str]) -> tuple[str, str]:
    first = given.get("0", "")
    kind = given.get("type") or given.get("style") or given.get("color") or given.get("level") or ""
    is_kind = first.lower() in KINDS or first.lower() in _COLOURS
    if name in _TABS or name in _FOLDS:
        kind = "tab" if name in _TABS else "details"
        is_kind = False
    elif name in KINDS and not kind and not is_kind:
        kind = name
    title = first_of(given, ("title", "header", "name", "label", "summary")) or next(
        (value for key, value in given.items() if key.isdigit() and not (is_kind and key == "0")), ""
    )
    kind = (kind or (first if is_kind else "")).lower()
    kind = kind if kind in KINDS or kind in ("tab", "details") else _COLOURS.get(kind, "note")
    return kind, " ".join(title.split())


def picture(given: dict[str, str]) -> list[Piece]:
    """Return a picture with its title and its caption, which stand below it in words."""
    caption = " ".join(first_of(given, ("caption",)).split())
    title = " ".join(first_of(given, ("title",)).split())
    words = first_of(given, ("alt", "1")) or (title if not caption else "")
    shown = [f"**{title}**" if title and title != words else "", f"*{caption}*" if caption else ""]
    shows = {"picture": clean_address(first_of(given, (*_SOURCES, "0"))), "words": words}
    return [{**shows, "form": "inline", "written": "{"}, "".join(f"\n{line}" for line in shown if line)]


def _button(edits: Edits, given: dict[str, str], *, is_end: bool, written: str) -> list[Piece]:
    if is_end:
        return [edits.open_links.pop()] if edits.open_links else []
    target = (
        given.get("href")
        or given.get("url")
        or given.get("link")
        or given.get("relref")
        or given.get("0", "")
    )
    if written.startswith("{%"):
        given = {"text": target, **given}  # Liquid's `link` has no end.
    words = given.get("text") or given.get("title")
    begin, *others = link_pieces(edits, target, words or "")
    if not words:
        edits.open_links.append(others[-1])
    return [begin, *others] if words else [begin]


def _other(edits: Edits, name: str, given: dict[str, str], *, is_end: bool, written: str) -> list[Piece]:
    shown = _shown(name, given, given.get("0", ""))
    if shown is not None:
        return [shown]
    if is_end or name in _SILENT:
        return []
    if name.startswith("include") or name in _FROM_ELSEWHERE:
        edits.notes.append(" ".join(written.split())[:_MOST_NAMED])
        return []
    return unknown(edits, {} if name in _LOGIC else given, written, name=name)


def _shown(name: str, given: dict[str, str], first: str) -> str | None:
    """Return what a shortcode shows by its arguments alone, if it is one of those that do."""
    number = given.get("id") or first
    by_name = {
        "youtube": number and f"https://www.youtube.com/watch?v={number}",
        "vimeo": number and f"https://vimeo.com/{number}",
        "embed": given.get("url"),
        "gist": given.get("1") and f"https://gist.github.com/{first}/{given['1']}",
        "code": given.get("title") and f"**{given['title']}**\n",
        "slack_channel": f"#{first}",
        "kbd": first and f"`{first}`",
        "br": "<br>",
        **dict.fromkeys(("ref", "relref", "link", "page", "doc"), first),
    }
    return by_name.get(name) or None


def unknown(edits: Edits, given: dict[str, str], written: str, *, name: str = "") -> list[Piece]:
    """Name what nothing here stands for, and show its words and where it leads."""
    edits.unknown.append(" ".join(written.split())[:_MOST_NAMED])
    words, source = first_of(given, _WORDS), first_of(given, _SOURCES)
    if not words and re.match(r"[{<%\s]*[\w./-]+\s+[\"'`]", written):
        words = given.get("0", "")
    if source.startswith(("https://", "http://")):
        return link_pieces(edits, source, words or source)
    words = words or source.rpartition("/")[2]
    return [f"**{words}**\n" if words and name in edits.ended else words]
