"""From an article's Markdown to clean HTML and what is known about it. Runs in the render process only.

Python-Markdown builds the page, nh3 cleans all of it against an allow-list, and only then do the few form controls of
steps come in, made by us from ids that we made.
"""

import html
import re
from collections.abc import Collection, Mapping
from typing import Any

import nh3
from markdown import Markdown

from servicedesk.knowledge import html_rules
from servicedesk.knowledge.heading_ids import heading_id
from servicedesk.knowledge.html_images import own_addresses, settle_images
from servicedesk.knowledge.html_rules import ID_PREFIX
from servicedesk.knowledge.markdown_tree import Article, ArticleExtension

DEEPEST_HTML = 100
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_ANY_TAG = re.compile(r"<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>")
_BLOCK_END = re.compile(r"</(?:p|li|h\d|tr|div|pre|dd|dt|summary|blockquote|table)>|<br>|<hr>")
_CELL_END = re.compile(r"</t[dh]>\s*")
_EMPTY = re.compile(r"<p>\s*</p>\n?|<([uo]l)>\s*<li>\s*(?:<p>\s*</p>\s*)?</li>\s*</\1>\n?")
_SPACES = re.compile(r"[ \t\xa0]+")
_LINES = re.compile(r"\s*\n\s*")
_BOX = re.compile(rf'<span id="{ID_PREFIX}(step-[\d-]+)-box"></span>')
_LABEL = re.compile(rf'<bdi id="{ID_PREFIX}(step-[\d-]+)-text">')
_VOID = frozenset(
    {"br", "hr", "img", "input", "wbr", "col", "meta", "link", "area", "base", "embed", "source", "track"}
)
# These end where another one of their kind begins (HTML, 13.1.2.4).
_ENDS_ITSELF = {
    "p": {"p"}, "li": {"li", "p"}, "dt": {"dt", "dd", "p"}, "dd": {"dt", "dd", "p"}, "tr": {"tr", "td", "th"},
    "td": {"td", "th", "p"}, "th": {"td", "th", "p"},
}  # fmt: skip


class TooDeepError(ValueError):
    """The text nests its parts deeper than any article needs; cleaning such HTML takes quadratic time."""


class MarkdownRenderer:
    """Renders one text after the other; building it costs more than a short text."""

    def __init__(self) -> None:
        self._extension = ArticleExtension()
        self._markdown = Markdown(
            extensions=["toc", self._extension],
            extension_configs={"toc": {"slugify": heading_id, "toc_depth": "2-3", "marker": ""}},
        )

    def render(self, body: str, *, slug: str, language: str, files: Mapping[str, int]) -> dict[str, Any]:
        """Return html, plain_text, contents, steps and links. Raises TooDeepError, or RecursionError for nesting."""
        article = Article(slug=slug, language=language, files=files)
        self._extension.article = article
        self._markdown.reset()
        rough = settle_images(self._markdown.convert(body), slug=slug, files=files)
        _check_depth(rough)
        cleaned = _EMPTY.sub("", _clean(rough, images=own_addresses(slug, files)))
        return {
            "html": _add_controls(cleaned),
            "plain_text": plain_text(cleaned),
            "contents": list(_flat(self._markdown.toc_tokens)),  # type: ignore[attr-defined]
            "steps": article.steps,
            "links": sorted(set(article.links)),
        }


def plain_text(cleaned: str) -> str:
    """Return the words of cleaned HTML, a line a block."""
    text = _CELL_END.sub(" ", _BLOCK_END.sub("\n", cleaned))
    text = html.unescape(_ANY_TAG.sub("", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def _check_depth(rough: str) -> None:
    """Raise TooDeepError for HTML that nests too deep; `<p>` after `<p>` is a list of them, for nobody has to end one."""
    inside: list[str] = []
    for match in _TAG.finditer(rough):
        name = match[2].lower()
        if name in _VOID or match[3]:
            continue
        if not match[1]:
            if inside and name in _ENDS_ITSELF and inside[-1] in _ENDS_ITSELF[name]:
                inside.pop()
            inside.append(name)
        elif name in inside:  # An end of nothing ends nothing.
            while inside[-1] != name and inside[-1] in _ENDS_ITSELF:
                inside.pop()
            del inside[len(inside) - 1 - inside[::-1].index(name)]
        if len(inside) > DEEPEST_HTML:
            raise TooDeepError


def _clean(rough: str, *, images: Collection[str]) -> str:
    return nh3.clean(
        rough,
        tags=set(html_rules.TAGS),
        clean_content_tags=set(html_rules.DROPPED_WITH_CONTENT),
        attributes=html_rules.ATTRIBUTES,
        attribute_filter=html_rules.attribute_filter(images),
        allowed_classes=html_rules.CLASSES,
        url_schemes=set(html_rules.SCHEMES),
        url_relative=html_rules.own_path,
        link_rel="noopener noreferrer",
    )


def _add_controls(cleaned: str) -> str:
    """Put in what nobody may write into an article: checkboxes with their labels, and boxes that scroll by keyboard."""
    controls = _BOX.sub(
        rf'<input class="form-check-input step-box" type="checkbox" id="{ID_PREFIX}\1-box" autocomplete="off">',
        cleaned,
    )
    controls = _LABEL.sub(rf'<label for="{ID_PREFIX}\1-box">', controls).replace("</bdi>", "</label>")
    controls = controls.replace("<pre>", '<pre tabindex="0">')
    return controls.replace("<table>", '<div class="table-scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )


def _flat(tokens: list[dict[str, Any]]) -> list[dict[str, object]]:
    """Return the headings in order with level, id and text."""
    found: list[dict[str, object]] = []
    for token in tokens:
        name = html.unescape(token["name"])
        found.append({"level": token["level"], "id": ID_PREFIX + token["id"], "text": name})
        found.extend(_flat(token["children"]))
    return found
