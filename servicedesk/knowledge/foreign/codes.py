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
        name = given.get("0", "").rpartition("/")[2].removesuffix(".html").removesuffix(".md")
        if "content" in given and name in KINDS:
            return [f":::{name}\n{given['content']}\n:::"]
        name = name if name in _PICTURES else "include"
    if name in _BOXES or name in _FOLDS or name in _TABS:
        return [":::" if is_end else _opening(name, given)]
    if name in _PICTURES:
        return _picture(given)
    if name in _LINKS:
        return _button(edits, given, is_end=is_end, written=written)
    return _other(edits, name, given, is_end=is_end, written=written)


def _opening(name: str, given: dict[str, str]) -> str:
    first = given.get("0", "")
    kind = given.get("type") or given.get("style") or given.get("color") or given.get("level") or ""
    is_kind = first.lower() in KINDS or first.lower() in _COLOURS
    if name in _TABS or name in _FOLDS:
        kind = "tab" if name in _TABS else "details"
        is_kind = False
    elif name in KINDS and not kind and not is_kind:
        kind = name
    title = (
        given.get("title")
        or given.get("header")
        or given.get("name")
        or given.get("label")
        or given.get("summary")
    )
    title = title or next(
        (value for key, value in given.items() if key.isdigit() and not (is_kind and key == "0")), ""
    )
    kind = (kind or (first if is_kind else "")).lower()
    kind = kind if kind in KINDS or kind in ("tab", "details") else _COLOURS.get(kind, "note")
    return f":::{kind} {' '.join(title.split())}".rstrip()


def _picture(given: dict[str, str]) -> list[Piece]:
    source = (
        given.get("src") or given.get("link") or given.get("url") or given.get("file") or given.get("0", "")
    )
    words = given.get("alt") or given.get("caption") or given.get("title") or given.get("1", "")
    caption = given.get("caption") or given.get("title") or ""
    shown = f"\n*{caption}*" if caption and caption != words else ""
    return [{"picture": clean_address(source), "words": words, "form": "inline", "written": "{"}, shown]


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
    edits.links += 1
    link = {"link": clean_address(target), "written": f"]({target})", "number": edits.links}
    words = given.get("text") or given.get("title")
    if words:
        return [{**link, "form": "open"}, words, {**link, "form": "close"}]
    edits.open_links.append({**link, "form": "close"})
    return [{**link, "form": "open"}]


def _other(edits: Edits, name: str, given: dict[str, str], *, is_end: bool, written: str) -> list[Piece]:
    first = given.get("0", "")
    if name in ("youtube", "vimeo") and (number := given.get("id") or first):
        return [f"https://{'www.youtube.com/watch?v=' if name == 'youtube' else 'vimeo.com/'}{number}"]
    if name == "embed" and given.get("url"):
        return [given["url"]]
    if name in ("ref", "relref", "link", "page", "doc"):
        return [first]
    if name == "slack_channel":
        return [f"#{first}"]
    if name == "kbd":
        return [f"`{first}`"] if first else []
    if not is_end and (
        name.startswith("include") or name in ("snippet", "readfile", "content", "render", "readfile.inline")
    ):
        edits.notes.append(" ".join(written.split())[:120])
    return []
