"""What our articles need beyond plain Markdown: steps that can be ticked, links by slug, images from the article's files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.inlinepatterns import HTML_RE, HtmlInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE

from servicedesk.knowledge import html_images
from servicedesk.knowledge.html_rules import ID_PREFIX, TAGS
from servicedesk.knowledge.list_indents import widen_lists

_BOX = re.compile(r"\s*\[[ xX]\][ \t]+")
_OUTSIDE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_BLOCKS = frozenset(
    {"p", "ul", "ol", "div", "pre", "table", "blockquote", "dl", "h2", "h3", "h4", "h5", "h6", "hr"}
)
_ADMONITION_TITLES = {
    "pl": {
        "note": "Uwaga", "tip": "Wskazówka", "important": "Ważne", "info": "Informacja",
        "warning": "Ostrzeżenie", "caution": "Ostrożnie", "danger": "Niebezpieczeństwo",
    }
}  # fmt: skip


@dataclass
class Article:
    """What the text is rendered for, and what was found in it."""

    slug: str = ""
    language: str = "en"
    files: Mapping[str, int] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class ArticleExtension(Extension):
    """Registers everything below; set `article` before each conversion."""

    def __init__(self) -> None:
        super().__init__()
        self.article = Article()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name.
        """Put each processor where it belongs among the library's own."""
        md.preprocessors.register(_Lists(md), "article_lists", 27)
        md.treeprocessors.register(_MarkSteps(md), "article_mark_steps", 25)
        md.treeprocessors.register(_Finish(md, self), "article_finish", 15)
        md.inlinePatterns.register(_KnownHtml(HTML_RE, md), "html", 90)
        md.parser.blockprocessors.register(_Admonitions(md, self), "admonition", 105)


class _Lists(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return widen_lists(lines)


class _KnownHtml(HtmlInlineProcessor):
    """`<username>` in a text is a placeholder that readers must see, not a tag that cleaning drops."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> Any:
        name = _TAG_NAME.match(m.group(1))
        if name and name[1].lower() not in TAGS and name[1].lower() not in ("script", "style"):
            return None, None, None
        return super().handleMatch(m, data)


class _Admonitions(AdmonitionProcessor):
    """Titles in the article's language where the author gave none."""

    def __init__(self, md: Markdown, extension: ArticleExtension) -> None:
        super().__init__(md.parser)
        self._extension = extension

    def get_class_and_title(self, match: re.Match[str]) -> tuple[str, str | None]:
        klass, title = super().get_class_and_title(match)
        if match.group(2) is None:
            title = _ADMONITION_TITLES.get(self._extension.article.language, {}).get(
                klass.split(" ")[0], title
            )
        return klass, title


class _MarkSteps(Treeprocessor):
    """Before inline markup is read: find the task lists and take the boxes off."""

    def run(self, root: Element) -> None:
        for items in root.iter():
            if items.tag not in ("ul", "ol"):
                continue
            heads = [item if (item.text or "").strip() or not len(item) else item[0] for item in items]
            if heads and all(_BOX.match(head.text or "") for head in heads):
                for head in heads:
                    head.text = _BOX.sub("", head.text or "", count=1)
                items.set("class", "steps")


class _Finish(Treeprocessor):
    """After inline markup is read, before headings get their ids."""

    def __init__(self, md: Markdown, extension: ArticleExtension) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, root: Element) -> None:
        article, lists = self._extension.article, 0
        linked = {id(image) for link in root.iter("a") for image in link.iter("img")}
        for element in list(root.iter()):
            if element.get("class") == "steps" and element.tag in ("ul", "ol"):
                lists += 1
                texts = _build_steps(element, lists)
                article.steps = article.steps or texts
            elif element.tag == "a":
                _resolve_link(element, article)
            elif element.tag == "img":
                _resolve_image(element, article, is_linked=id(element) in linked)
            elif element.tag == "h1":
                element.tag = "h2"  # The page's own heading is the article's title.


def _build_steps(items: Element, number: int) -> list[str]:
    """Give each item a box and a label; the cleaned HTML is where they become form controls."""
    items.tag = "ol"
    texts = []
    for place, item in enumerate(items, start=1):
        name = f"step-{place}" if number == 1 else f"step-{number}-{place}"
        item.set("class", "step")
        item.set("id", name)
        texts.append(_label(item, name))
    return texts


def _label(item: Element, name: str) -> str:
    line, label = Element("div", {"class": "step-line"}), Element("bdi", {"id": f"{name}-text"})
    line.append(Element("span", {"id": f"{name}-box"}))
    line.append(label)
    if len(item) and item[0].tag == "p" and not (item.text or "").strip():
        first = item[0]
        label.text, label[:] = first.text, list(first)
        item.remove(first)
    else:
        inline = [child for child in item if child.tag not in _BLOCKS]
        label.text, label[:] = item.text, inline
        for child in inline:
            item.remove(child)
    item.text = None
    item.insert(0, line)
    return " ".join("".join(label.itertext()).split())


def _resolve_link(link: Element, article: Article) -> None:
    href = link.get("href", "")
    if href.startswith("article:"):
        slug, _, part = href.removeprefix("article:").strip("/ ").partition("#")
        if _SLUG.fullmatch(slug):
            article.links.append(slug)
            link.set("href", f"/articles/{slug}" + (f"#{ID_PREFIX}{part}" if part else ""))
            return
    elif href.startswith("#") and len(href) > 1:
        link.set("href", f"#{ID_PREFIX}{href[1:].lower()}")
        return
    elif _OUTSIDE.match(href) or href.startswith(AMP_SUBSTITUTE):
        return
    link.tag, link.attrib = "span", {}  # A path that leads nowhere here.


def _resolve_image(image: Element, article: Article, *, is_linked: bool) -> None:
    """Show a file of this article; of any other image only the alternative text, for nothing is fetched from elsewhere."""
    source, words, tail = image.get("src", ""), image.get("alt", ""), image.tail
    address = html_images.file_address(source, slug=article.slug, files=article.files)
    if address is not None:
        image.attrib = {"src": address, "alt": words}
        return
    image.tag, image.attrib, image.text, image.tail = "em", {}, words, tail
    if html_images.is_on_web(source) and not is_linked:
        image.tag, image.attrib, image.text = "a", {"href": source}, words or source
