"""For which system a tree was written, where that decides what a mark in its texts means."""

import re
from pathlib import Path

_OF_LIQUID = (
    "_config.yml",
    "_config.yaml",
    "_layouts",
    "_includes",
    ".eleventy.js",
    "eleventy.config.js",
    ".gitbook.yaml",
)
_CODE = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?^[ \t]*\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_WIKI_LINK = re.compile(r"!?\[\[[^\[\]\n]*[^\W_][^\[\]\n]*\]\](?!\()")
_CONTENTS = re.compile(r"\[\[_?to(?:c|sp)_?\]\]", re.IGNORECASE)
_LONGEST_LOOKED_AT = 100_000


def is_of_liquid(root: Path) -> bool:
    """Tell whether double braces are code of the site, by what lies in the tree."""
    return any((root / name).exists() for name in _OF_LIQUID)


def is_obsidian(root: Path) -> bool:
    """Tell whether double percent signs are comments, by what lies in the tree."""
    return (root / ".obsidian").exists()


def has_wiki_links(body: str) -> bool:
    """Tell whether a text is a note with links in double brackets, outside code."""
    if "[[" not in body:
        return False
    text = _CONTENTS.sub("", _CODE.sub("", body[:_LONGEST_LOOKED_AT]))
    return _WIKI_LINK.search(text) is not None
