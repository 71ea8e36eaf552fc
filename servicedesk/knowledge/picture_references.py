"""Where a text refers to pictures: inline, as an HTML tag, or defined apart. Code is left as it is."""

import html
import re
from collections.abc import Callable

# Gives for a picture's address the one to write instead, "" to keep the words alone, None to leave all as it is.
FindPicture = Callable[[str], str | None]

FILE_PREFIX = "file:"
_INLINE = re.compile(
    r"!\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*(?:<([^<>\n]*)>|((?:[^<>()\"\n]|\([^()\n]*\)){0,1000}?))"
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)"
)
_TAG = re.compile(r"<img\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w-])(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE)
_DEFINITION = re.compile(r"( {0,3}\[[^\[\]]+\]:[ \t]*)(?:<([^<>]*)>|(\S+))(.*)")
_ENDING = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|ico|avif)(?:[?#]|$)", re.IGNORECASE)
_FENCE = re.compile(r" *(```|~~~)")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def rewrite_pictures(body: str, find: FindPicture) -> str:
    """Return the text with each picture at the address that `find` gives for it."""
    lines, fence = [], ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if fence or mark:
            fence = ("" if mark and mark[1] == fence else fence) if fence else (mark[1] if mark else "")
            lines.append(line)
        else:
            lines.append(_line(line, find))
    return "\n".join(lines)


def is_path(address: str) -> bool:
    """Tell whether an address is a path beside the text, not one on the web, on the page or of the article itself."""
    return bool(address.strip()) and _ADDRESS.match(address.strip()) is None


def picture(words: str, address: str) -> str:
    """Write a picture, whatever letters its words and its address hold."""
    words = words.replace("[", "(").replace("]", ")")
    return f"![{words}](<{address}>)" if re.search(r"[\s()]", address) else f"![{words}]({address})"


def tag_attributes(tag: str) -> dict[str, str]:
    """Return `src` and `alt` of an HTML picture as they read."""
    return {
        name.lower(): html.unescape(double or single or bare).strip()
        for name, double, single, bare in _ATTRIBUTE.findall(tag)
    }


def _line(line: str, find: FindPicture) -> str:
    if "![" in line:
        code = [match.span() for match in _CODE.finditer(line)] if "`" in line else []
        line = _INLINE.sub(
            lambda match: (
                match[0] if any(start < match.start() < end for start, end in code) else _inline(match, find)
            ),
            line,
        )
    if "<img" in line.lower():
        line = _TAG.sub(lambda match: _tag(match[0], find), line)
    definition = _DEFINITION.fullmatch(line) if "]:" in line else None
    return _definition(definition, find) if definition else line


def _inline(match: re.Match[str], find: FindPicture) -> str:
    address = find(match[2] or match[3] or "")
    if address is None:
        return match[0]
    return picture(match[1], address) if address else _words(match[1])


def _tag(tag: str, find: FindPicture) -> str:
    # It stays a tag: inside a block of HTML the marks of Markdown would be shown as they are.
    given = tag_attributes(tag)
    address = find(given.get("src", ""))
    if address is None:
        return tag
    source = f' src="{html.escape(address)}"' if address else ""
    return f'<img{source} alt="{html.escape(given.get("alt", ""))}">'


def _definition(match: re.Match[str], find: FindPicture) -> str:
    target = match[2] or match[3]
    address = find(target) if _ENDING.search(target) else None
    if address is None:
        return match[0]
    # An empty place is no picture: the words of whoever refers to it are shown.
    return f"{match[1]}<{address}>{match[4]}" if address else f"{match[1]}#{match[4]}"


def _words(words: str) -> str:
    return f"*{words.strip()}*" if words.strip() else ""
