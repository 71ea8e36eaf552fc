"""For which system a tree was written, where that decides what a mark in its texts means."""

import re
from pathlib import Path

from servicedesk.knowledge.outside_code import lines_outside_code

_OF_LIQUID = (
    "_config.yml",
    "_config.yaml",
    "_layouts",
    "_includes",
    ".eleventy.js",
    "eleventy.config.js",
    ".gitbook.yaml",
)
_CODE = re.compile(r"`[^`]*`")
_WIKI_LINK = re.compile(r"!?\[\[[^\[\]\n]*[^\W_][^\[\]\n]*\]\](?!\()")
_CONTENTS = re.compile(r"\[\[_?to(?:c|sp)_?\]\]", re.IGNORECASE)
_STRICT = re.compile(rb"\"strictLineBreaks\"\s*:\s*true")
_LONGEST_LOOKED_AT = 100_000


def is_of_liquid(root: Path) -> bool:
    """Tell whether double braces are code of the site, by what lies in the tree."""
    return any((root / name).exists() for name in _OF_LIQUID)


def is_obsidian(root: Path) -> bool:
    """Tell whether double percent signs are comments, by what lies in the tree."""
    return (root / ".obsidian").exists()


def keeps_breaks(root: Path) -> bool:
    """Tell whether single ends of lines are shown as such: Obsidian does, unless it was told otherwise."""
    if not is_obsidian(root):
        return False
    try:
        with (root / ".obsidian" / "app.json").open("rb") as settings:
            return _STRICT.search(settings.read(_LONGEST_LOOKED_AT)) is None
    except OSError:
        return True


def has_wiki_links(body: str) -> bool:
    """Tell whether a text is a note with links in double brackets, outside code."""
    if "[[" not in body:
        return False
    lines = lines_outside_code(body[:_LONGEST_LOOKED_AT])
    return any(_WIKI_LINK.search(_CONTENTS.sub("", _CODE.sub("", line))) for line in lines if "[[" in line)
