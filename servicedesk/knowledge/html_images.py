"""Pictures in HTML: which are the article's own, and what becomes of all others before cleaning: their words alone."""

import html
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from servicedesk.knowledge.picture_references import FILE_PREFIX, tag_attributes

_TOKEN = re.compile(r"<(/?)(a|img)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_FILE = re.compile(r"/articles/[a-z0-9-]+/files/([0-9]{1,18})")


def settle_images(rough: str, *, slug: str, files: Mapping[str, int]) -> str:
    """Return the HTML in which every picture is one of the article's own; one on the web is a link to it."""
    is_inside_link, own = False, own_addresses(slug, files)

    def settle(match: re.Match[str]) -> str:
        nonlocal is_inside_link
        if match[2].lower() == "a":
            is_inside_link = not match[1]
            return match[0]
        given = tag_attributes(match[0])
        source = given.get("src", "")
        address = source if source in own else file_address(source, slug=slug, files=files)
        return _settled(source, given.get("alt", ""), address, is_linked=is_inside_link)

    return _TOKEN.sub(settle, rough) if "<img" in rough.lower() else rough


def file_address(source: str, *, slug: str, files: Mapping[str, int]) -> str | None:
    """Return where a file of the article is found that a text names, `file:menu.png` or by a path that ends so."""
    number = files.get(source.removeprefix(FILE_PREFIX).rpartition("/")[2])
    return None if number is None else f"/articles/{slug}/files/{number}"


def own_addresses(slug: str, files: Mapping[str, int]) -> set[str]:
    """Return where all files of the article are found that a text may show."""
    return {f"/articles/{slug}/files/{number}" for number in files.values()}


def shown_numbers(cleaned: str) -> set[int]:
    """Return the numbers of the files that rendered HTML shows: asked of its pictures, for words may read like an address."""
    pictures = _Pictures()
    if "<img" in cleaned:
        pictures.feed(cleaned)
        pictures.close()
    return pictures.numbers


def is_on_web(source: str) -> bool:
    """Tell whether a picture lies on the web: it is linked to and never fetched."""
    return _WEB.match(source) is not None


def _settled(source: str, words: str, address: str | None, *, is_linked: bool) -> str:
    if address is not None:
        return f'<img alt="{html.escape(words)}" src="{html.escape(address)}">'
    shown = f"<em>{html.escape(words)}</em>" if words else ""
    if is_on_web(source) and not is_linked:
        return f'<a href="{html.escape(source)}">{shown or html.escape(source)}</a>'
    return shown


class _Pictures(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.numbers: set[int] = set()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        found = _FILE.fullmatch(dict(attrs).get("src") or "") if tag == "img" else None
        if found is not None:
            self.numbers.add(int(found[1]))
