"""Which HTML an article may consist of: an allow-list (security.md X1, X3). No style, no script, no foreign images."""

import re
from collections.abc import Callable, Collection

from pygments.token import STANDARD_TYPES

ID_PREFIX = "a-"
TAGS = frozenset((
    "a", "abbr", "b", "bdi", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "div",
    "dl", "dt", "em", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p",
    "pre", "q", "s", "samp", "small", "span", "strong", "s", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul", "var",
))  # fmt: skip
DROPPED_WITH_CONTENT = frozenset({"script", "style"})
ATTRIBUTES = {
    "*": {"id"},
    "a": {"href"},
    "img": {"src", "alt"},
    "details": {"open"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_ADMONITIONS = {"admonition", "note", "tip", "important", "info", "warning", "caution", "danger"}
CLASSES = {
    "div": {"highlight", "step-line", *_ADMONITIONS},
    "details": _ADMONITIONS,
    "p": {"admonition-title"},
    "summary": {"admonition-title"},
    "span": {"keys", *filter(None, STANDARD_TYPES.values())},
    "ol": {"steps", "footnotes"},
    "li": {"step"},
}
_OWN_PATH = re.compile(r"/articles/[a-z0-9-]+(?:/files/\d+)?(?:#[\w-]+)?|#[^\s\"'<>]+")
_TELEPHONE = re.compile(r"tel:\+?\d{2,20}")


def own_path(url: str) -> str | None:
    """Keep a relative address when it leads to an article, one of its files, or a place on the page."""
    return url if _OWN_PATH.fullmatch(url) else None


def attribute_filter(images: Collection[str]) -> Callable[[str, str, str], str | None]:
    """Return what keeps the source of an image only when it is one of these: the article's own that its author may see.

    A foreign one would tell its owner who reads what, and a number of a hidden file would open that to readers. Ids become ours.
    """

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id":
            return ID_PREFIX + value
        if (tag, attribute) == ("img", "src"):
            return value if value in images else None
        is_telephone = attribute == "href" and value.strip().lower().startswith("tel:")
        return None if is_telephone and not _TELEPHONE.fullmatch(value) else value

    return keep
