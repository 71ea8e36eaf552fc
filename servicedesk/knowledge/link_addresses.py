"""Where a link in an article may lead: to other articles, places on the page, the web, mail and telephones."""

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

from servicedesk.knowledge.heading_ids import heading_id
from servicedesk.knowledge.html_rules import ID_PREFIX

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OUTSIDE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_TELEPHONE = re.compile(r"tel:(\+?[\d ().-]{2,30})", re.IGNORECASE)
# No browser opens these from a page of ours; a person can still copy where they lead.
_SHOWN = re.compile(
    r"(?:(?:file|smb|s?ftp|ssh|sips?|sms|callto|msteams|skype|im|xmpp|ldap|rdp|vnc):|\\\\)[^\s\\]",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<(/?)(a|iframe|video|audio|embed|object|source)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE
)
_FIRST_HEADING = re.compile(r"<(/?)h1(?=[\s>])", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(href|src|data|id|name)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE
)


@dataclass(frozen=True)
class Link:
    """What becomes of a link: its address, "" where there is none; the slug it leads to; what is shown beside its words."""

    address: str = ""
    slug: str = ""
    shown: str = ""


def link_address(href: str) -> Link:
    """Judge an address as its author wrote it."""
    href = href.strip()
    if href.lower().startswith("article:"):
        slug, _, part = href[len("article:") :].strip("/ ").partition("#")
        if _SLUG.fullmatch(slug):
            return Link(f"/articles/{slug}" + (f"#{place(part)}" if part else ""), slug)
    if href.startswith("#") and len(href) > 1:
        return Link(f"#{place(href[1:])}")
    if _OUTSIDE.match(href):
        return Link(href)
    telephone = _TELEPHONE.fullmatch(unquote(href))
    if telephone:
        return Link("tel:" + re.sub(r"[^\d+]", "", telephone[1]))
    if href.startswith("\\") and not href.startswith("\\\\"):
        href = "\\" + href  # Two at the start of a Windows share are one escaped letter of Markdown.
    return Link(shown=href) if _SHOWN.match(href) else Link()


def place(fragment: str) -> str:
    """Return the id on the page that a link's end means, be it an id or the words of a heading."""
    name = unquote(fragment).lower()
    return ID_PREFIX + (name if re.fullmatch(r"[\w-]+", name) else heading_id(name))


def rewrite_links(raw: str, slugs: list[str]) -> str:
    """Return HTML as its author wrote it, its links judged; what would be played in the page becomes a link. Adds slugs."""

    def rewrite(match: re.Match[str]) -> str:
        closing, name, attributes = match[1], match[2].lower(), match[3]
        if closing:
            return match[0] if name == "a" else ""
        given = {
            one.lower(): html.unescape(double or single or bare)
            for one, double, single, bare in _ATTRIBUTE.findall(attributes)
        }
        if name != "a":
            source = given.get("src") or given.get("data", "")
            return (
                f'<a href="{html.escape(source)}">{html.escape(source)}</a>' if _OUTSIDE.match(source) else ""
            )
        target = link_address(given.get("href", ""))
        slugs.extend([target.slug] if target.slug else [])
        anchor = given.get("id") or given.get("name")
        # An empty element of its own: the same mark stands for a link's end in one wiki and for its begin in another.
        begin = f'<span id="{html.escape(anchor.lower())}"></span>' if anchor else ""
        return begin + (f'<a href="{html.escape(target.address)}">' if target.address else "<a>")

    # The page's own heading is the article's title.
    return _FIRST_HEADING.sub(r"<\1h2", _TAG.sub(rewrite, raw)) if "<" in raw else raw
