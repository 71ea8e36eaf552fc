"""From the pieces of a foreign text to our Markdown, once it is known what its links and pictures mean."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from servicedesk.knowledge.heading_ids import heading_id
from servicedesk.knowledge.picture_references import FindPicture, picture

# A text, or what has to be looked up in the tree before there is one: a link's begin or end, a picture.
Piece = str | dict[str, Any]
# Gives the slug that a path, a page's address or a name means, or nothing.
FindSlug = Callable[[str], str | None]

_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#|\\\\|$)", re.IGNORECASE)
_ID = re.compile(r"[\w-]+")


@dataclass
class Resolver:
    """Writes pieces as text; `lost` are the addresses of links that lead to nothing in the tree."""

    find_slug: FindSlug
    find_picture: FindPicture
    lost: list[str] = field(default_factory=list)

    def text(self, pieces: Iterable[Piece]) -> str:
        """Return the whole text."""
        return "".join(piece if isinstance(piece, str) else self._written(piece) for piece in pieces)

    def _written(self, piece: dict[str, Any]) -> str:
        if "picture" in piece:
            return self._picture(piece)
        return self._wiki(piece) if piece["form"] == "wiki" else self._link(piece)

    def _link(self, piece: dict[str, Any]) -> str:
        form, written = str(piece["form"]), str(piece["written"])
        address = str(piece["link"])
        if _ELSEWHERE.match(address):
            # Kept as it was written; code that stood in it would be shown.
            if form == "close" and "{" in written:
                return f"]({address})" if address else "](#)"
            if form == "html" and ("{" in written or not written):
                return html.escape(address)
            return "[" if form == "open" else written
        path, _, part = address.partition("#")
        slug = self.find_slug(path.partition("?")[0])
        if slug is None:
            if form != "open":
                self.lost.append(address)
            return "" if form in ("open", "close") else written
        target = f"article:{slug}{'#' + self._part(part) if part else ''}"
        return {"open": "[", "close": f"]({target})", "html": html.escape(target), "definition": target}[form]

    def _wiki(self, piece: dict[str, Any]) -> str:
        name, part, words = (
            str(piece["link"]),
            str(piece["part"]),
            str(piece["words"]).replace("[", "(").replace("]", ")"),
        )
        place = f"#{self._part(part)}" if part else ""
        if not name:
            return f"[{words}]({place})" if place else words
        slug = self.find_slug(name)
        if slug is None and piece["other"] and (slug := self.find_slug(str(piece["other"]))):
            words = name  # GitLab and GitHub's wikis name the words first.
        if slug is None:
            self.lost.append(name)
            return words
        return f"[{words}](article:{slug}{place})"

    @staticmethod
    def _part(part: str) -> str:
        name = unquote(part)
        return name if _ID.fullmatch(name) else heading_id(name)

    def _picture(self, piece: dict[str, Any]) -> str:
        form, written = str(piece["form"]), str(piece["written"])
        if form == "tag":
            return _tag(written, str(piece["picture"]), str(piece["words"]), self.find_picture)
        address = self.find_picture(str(piece["picture"]))
        if address is None:
            return picture(str(piece["words"]), str(piece["picture"])) if "{" in written else written
        if form == "definition":
            # An empty place is no picture: the words of whoever refers to it are shown.
            return f"<{address}>" if address else "#"
        words = str(piece["words"])
        if address:
            return picture(words, address)
        return f"*{words.strip()}*" if words.strip() else ""


def _tag(tag: str, source: str, words: str, find: FindPicture) -> str:
    # It stays a tag: inside a block of HTML the marks of Markdown would be shown as they are.
    address = find(source)
    if address is None and "{" not in tag:
        return tag
    shown = source if address is None else address
    place = f' src="{html.escape(shown)}"' if shown else ""
    return f'<img{place} alt="{html.escape(words)}">'
