"""Boxes that other systems wrote as HTML: BookStack's `callout warning`, Bootstrap's `alert alert-danger`, Confluence's."""

import re
from collections.abc import Callable

from servicedesk.knowledge.commonmark.boxes import KINDS

_CLASS = r"\sclass\s*=\s*[\"'](?:callout|alert|confluence-information-macro|admonition)(?:\s[^\"'<>]*|-[^\"'<>]*)?[\"']"
_OPENING = re.compile(rf"<(div|p)(?=[^<>]*({_CLASS}))[^<>]*>", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"</p\s*>", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")
_OWN_TITLE = re.compile(r"\s*<p[^<>]*class=\"[^\"<>]*title", re.IGNORECASE)


def rewrite_boxes(raw: str, title: Callable[[str], str]) -> str:
    """Return HTML with such boxes as ours; `title` names a kind."""
    out, place = [], 0
    for match in _OPENING.finditer(raw) if "class" in raw else ():
        kind = _kind(match[2])
        if not kind or match.start() < place:
            continue
        named = "" if _OWN_TITLE.match(raw, match.end()) else f'<p class="admonition-title">{title(kind)}</p>'
        out += [raw[place : match.start()], f'<div class="admonition {KINDS[kind]}">{named}']
        place = match.end()
        if match[1].lower() == "p":
            end = _PARAGRAPH_END.search(raw, place)
            words = raw[place : end.start() if end else len(raw)]
            out.append(f"<p>{words}</p></div>")
            place = end.end() if end else len(raw)
    return "".join([*out, raw[place:]])


def _kind(attribute: str) -> str:
    """Return which kind a box's classes name."""
    for name in _WORD.findall(attribute.partition("=")[2].lower()):
        kind = name.rpartition("-")[2]
        if kind in KINDS and name != "alert":
            return str(kind)
    return ""
