"""Components of MDX as they are nested: each tag on a line of its own, and what stands in it without its indentation.

In MDX the indentation inside a component says nothing; in Markdown four spaces would make code of it.
"""

import re
from collections.abc import Iterator

from servicedesk.knowledge.foreign.mdx import COMPONENTS

_TAG = re.compile(rf"(</?(?:{COMPONENTS})\b[^<>]*>)")
_OPEN = re.compile(rf"([ \t]*)<({COMPONENTS})\b[^<>]*(?<!/)>[ \t]*")
_CLOSE = re.compile(rf"[ \t]*</({COMPONENTS})[ \t]*>[ \t]*")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})(.*)")


def without_nesting(text: str) -> str:
    """Return a text in which nothing in a component is further to the right than the outermost one."""
    if _TAG.search(text) is None:
        return text
    lines = [
        part for line, is_code in _lines(text) for part in ([line] if is_code else _one_tag_a_line(line))
    ]
    opened: list[tuple[str, str, list[int]]] = []
    for number, (line, is_code) in enumerate(_lines("\n".join(lines))):
        begins, ends = (None, None) if is_code else (_OPEN.fullmatch(line), _CLOSE.fullmatch(line))
        if begins:
            indent = opened[0][1] if opened else begins[1]
            lines[number] = indent + line.lstrip()
            opened.append((begins[2], indent, []))
        elif ends and opened and opened[-1][0] == ends[1]:
            _, indent, inside = opened.pop()
            lines[number] = indent + line.lstrip()
            _move(lines, inside, indent)
        elif opened:
            opened[-1][2].append(number)
    return "\n".join(lines)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is code between fences."""
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.fullmatch(line)
        yield line, bool(fence)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""


def _one_tag_a_line(line: str) -> list[str]:
    """Return a line that begins with a tag and ends with one as several lines, if it holds more than that tag."""
    text = line.strip()
    if not text.startswith("<") or not text.endswith(">"):
        return [line]
    parts = [part.strip() for part in _TAG.split(text) if part.strip()]
    is_whole = len(parts) > 1 and _TAG.fullmatch(parts[0]) and _TAG.fullmatch(parts[-1])
    indent = line[: len(line) - len(line.lstrip())]
    return [indent + part for part in parts] if is_whole else [line]


def _move(lines: list[str], numbers: list[int], indent: str) -> None:
    """Move these lines to the left, all by as much as the one allows that stands furthest to the left."""
    full = [number for number in numbers if lines[number].strip()]
    width = min((len(lines[number]) - len(lines[number].lstrip()) for number in full), default=0)
    for number in full:
        lines[number] = indent + lines[number][width:]
