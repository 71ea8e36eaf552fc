"""Markdown of other systems (Microsoft Learn, Jekyll, Eleventy) brought to ours, a file at a time, line by line."""

import re
from collections.abc import Callable

from servicedesk.knowledge.picture_references import picture

# Gives the slug that a relative path or a page's address means, or nothing.
FindSlug = Callable[[str], str | None]

_ANCHOR = re.compile(
    r"<a\s+(?:name|id)=\"[^\"]*\"\s*>\s*</a>|<a\s+(?:name|id)=\"[^\"]*\"\s*/?>", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ALERT = re.compile(r"( *)>\s*\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*(.*)", re.IGNORECASE)
_QUOTED = re.compile(r" *> ?(.*)")
_COLONS = re.compile(r"\s*:::\s*(\S.*)?")
_IMAGE = re.compile(r":::image\s((?:[^:\n]|:(?!::))*):::", re.IGNORECASE)
_IMAGE_SOURCE = re.compile(r'source="([^"]*)"')
_IMAGE_TEXT = re.compile(r'alt-text="([^"]*)"')
_BRACKETS = re.compile(r"\[!(?:INCLUDE|div|VIDEO|code)[^\]]*\](?:\([^)]*\))?", re.IGNORECASE)
_INCLUDE = re.compile(r"\[!INCLUDE\s*\[[^\]]*\]\s*\([^)]*\)\]", re.IGNORECASE)
_LIQUID_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_LIQUID_PAGE = re.compile(r"\{%-?\s*(?:page|link)\s*\"([^\"]*)\"\s*-?%\}")
_LIQUID_CHANNEL = re.compile(r"\{%-?\s*slack_channel\s*\"([^\"]*)\"[^%]*%\}")
_LIQUID = re.compile(r"\{%[^%]*%\}|\{\{[^}]*\}\}")
_ATTRIBUTES = re.compile(r"\{:[^}\n]*\}")
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*<?([^\s<>()]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_FENCE = re.compile(r" *(```|~~~)")
_HEADING = re.compile(r"#\s+(.+?)\s*#*\s*$")


def to_our_markdown(body: str, find_slug: FindSlug) -> str:
    """Return the text with foreign marks translated or taken out; code blocks stay as they are."""
    body = _LIQUID_COMMENT.sub("", _COMMENT.sub("", body))
    lines: list[str] = []
    fence, alert = "", ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if fence or mark:
            fence = ("" if mark and mark[1] == fence else fence) if fence else (mark[1] if mark else "")
            lines.append(line)
            alert = ""
            continue
        alert = _alert(lines, line, alert)
        if not alert:
            lines.extend(_plain_line(line, find_slug))
        elif lines and lines[-1]:
            lines[-1] = _inline(lines[-1], find_slug)
    return "\n".join(lines).strip("\n") + "\n"


def take_title(body: str) -> tuple[str, str]:
    """Take the first heading off, if the text begins with one; return its words and the rest."""
    stripped = body.lstrip("\n")
    first, _, rest = stripped.partition("\n")
    match = _HEADING.match(_ANCHOR.sub("", first))
    return (plain_words(match[1]), rest.lstrip("\n")) if match else ("", body)


def plain_words(markdown: str) -> str:
    """Return a line of Markdown without its marks, for a title or a summary."""
    text = _LINK.sub(r"\2", _LIQUID.sub("", _ANCHOR.sub("", markdown)))
    return " ".join(re.sub(r"(?<!\\)[*_`]+|<[^<>]{1,200}>|\\", "", text).split())


def first_paragraph(body: str, longest: int) -> str:
    """Return the first sentences of plain text, cut at a word; for articles that come without a summary."""
    for block in re.split(r"\n\s*\n", body[:20_000]):
        text = block.strip()
        if text and not text.startswith(("#", "|", "!", "-", "*", ">", "<", "```", "1.", ":::")):
            words = plain_words(text)
            return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0] + "…"
    return ""


def _alert(lines: list[str], line: str, alert: str) -> str:
    """Turn `> [!NOTE]` and the quoted lines after it into an admonition; return its indent while it lasts."""
    start = _ALERT.match(line)
    if start:
        indent = start[1] + "    "
        lines += ["", f"{start[1]}!!! {start[2].lower()}", ""]
        if start[3]:
            lines.append(indent + start[3])
        return indent
    quoted = _QUOTED.match(line) if alert else None
    if quoted is None:
        if alert and line.strip():
            lines.append("")
        return ""
    lines.append(alert + quoted[1] if quoted[1] else "")
    return alert


def _plain_line(line: str, find_slug: FindSlug) -> list[str]:
    if ":::" in line:
        line = _IMAGE.sub(_image, line)
        if _COLONS.match(line):
            return []
    return [_inline(line, find_slug)]


def _image(match: re.Match[str]) -> str:
    source, words = _IMAGE_SOURCE.search(match[1]), _IMAGE_TEXT.search(match[1])
    return picture(words[1] if words else "", source[1] if source else "")


def _inline(line: str, find_slug: FindSlug) -> str:
    line = _INCLUDE.sub("", _ANCHOR.sub("", line))
    line = _BRACKETS.sub("", line) if "[!" in line else line
    if "{" in line:
        line = _LIQUID_CHANNEL.sub(r"#\1", _LIQUID_PAGE.sub(r"page:\1", line))
        line = _ATTRIBUTES.sub("", _LIQUID.sub("", line))
    return _LINK.sub(lambda match: _link(match, find_slug), line) if "](" in line else line


def _link(match: re.Match[str], find_slug: FindSlug) -> str:
    mark, text, target = match[1], match[2], match[3]
    if mark or target.lower().startswith(("http://", "https://", "mailto:", "#", "article:")):
        return match[0]
    path, _, part = target.partition("#")
    slug = find_slug(path.removeprefix("page:"))
    if slug is None:
        return text
    return f"[{text}](article:{slug}{'#' + part if part else ''})"
