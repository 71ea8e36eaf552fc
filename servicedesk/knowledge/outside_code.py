"""The lines of a text that are no code between fences: a fence that begins with `{note}` is a box, and what is in it a text."""

import re
from collections.abc import Iterator

from servicedesk.knowledge.commonmark.directives import DIRECTIVES

_FENCE = re.compile(r"(`{3,}(?!.*`)|~{3,})[ \t]*(?:\{([A-Za-z][\w-]*)\}[ \t]*)?(.*)")


def lines_outside_code(text: str) -> Iterator[str]:
    """Yield them line by line: one pattern for all of it goes through a long fence for each of its marks."""
    fence, boxes = "", [""]
    for line in text.split("\n"):
        bare = line.strip(" \t")
        mark = _FENCE.fullmatch(bare)
        if mark is None:
            if not fence:
                yield line
        elif fence:
            fence = "" if _ends(bare, fence) else fence
        elif (mark[2] or "").lower() in DIRECTIVES:
            boxes.append(mark[1])
            yield mark[3]
        elif boxes[-1] and _ends(bare, boxes[-1]):
            boxes.pop()
        else:
            fence = mark[1]
            yield ""


def _ends(line: str, fence: str) -> bool:
    return line.startswith(fence) and not line.strip(fence[0])
