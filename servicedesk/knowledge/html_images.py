"""Pictures that were written as HTML: those of the article are shown, of all others the words alone. Runs before cleaning."""

import html
import re
from collections.abc import Mapping

from servicedesk.knowledge.picture_references import FILE_PREFIX, tag_attributes

_TOKEN = re.compile(r"<(/?)(a|img)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)


def settle_images(rough: str, *, slug: str, files: Mapping[str, int]) -> str:
    """Return the HTML in which every picture is one of the article's own; one on the web is a link to it."""
    is_inside_link = False

    def settle(match: re.Match[str]) -> str:
        nonlocal is_inside_link
        if match[2].lower() == "a":
            is_inside_link = not match[1]
            return match[0]
        given = tag_attributes(match[0])
        return _settled(given.get("src", ""), given.get("alt", ""), slug, files, is_linked=is_inside_link)

    return _TOKEN.sub(settle, rough) if "<img" in rough.lower() else rough


def file_address(source: str, *, slug: str, files: Mapping[str, int]) -> str | None:
    """Return where a file of the article is found that a text names, `file:menu.png` or by a path that ends so."""
    number = files.get(source.removeprefix(FILE_PREFIX).rpartition("/")[2])
    return None if number is None else f"/articles/{slug}/files/{number}"


def is_on_web(source: str) -> bool:
    """Tell whether a picture lies on the web: it is linked to and never fetched."""
    return _WEB.match(source) is not None


def _settled(source: str, words: str, slug: str, files: Mapping[str, int], *, is_linked: bool) -> str:
    own = f"/articles/{slug}/files/"
    address = source if source.startswith(own) else file_address(source, slug=slug, files=files)
    if address is not None:
        return f'<img alt="{html.escape(words)}" src="{html.escape(address)}">'
    shown = f"<em>{html.escape(words)}</em>" if words else ""
    if is_on_web(source) and not is_linked:
        return f'<a href="{html.escape(source)}">{shown or html.escape(source)}</a>'
    return shown
