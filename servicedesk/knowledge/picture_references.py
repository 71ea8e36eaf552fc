"""How a text refers to pictures: by a mark of its own or as an HTML tag."""

import html
import re
from collections.abc import Callable

# Gives for a picture's address the one to write instead, "" to keep the words alone, None to leave all as it is.
FindPicture = Callable[[str], str | None]

FILE_PREFIX = "file:"
_ATTRIBUTE = re.compile(r"(?<![\w-])(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


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
