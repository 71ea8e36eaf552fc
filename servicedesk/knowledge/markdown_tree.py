"""What our articles need beyond plain Markdown: steps that can be ticked, links by slug, images from the article's files."""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER, Registry

from servicedesk.knowledge import html_images
from servicedesk.knowledge.commonmark.blocks import HTML_BLOCK, CommonMarkBlocks
from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.commonmark.reader import article_reader
from servicedesk.knowledge.html_boxes import rewrite_boxes
from servicedesk.knowledge.link_addresses import link_address, rewrite_links

_BOX = re.compile(r"\s*\[[ xX]\][ \t]+")
# Microsoft's documentation makes tabs of headings with such links.
_TAB = "#tab/"
_OTHER_BOX = re.compile(r"\s*\[([-/<>?!*])\][ \t]+")
_SIGNS = {"-": "☒", "/": "◐", ">": "▷", "<": "◁", "?": "❓", "!": "❗", "*": "★"}
_STORED_HTML = re.compile(HTML_PLACEHOLDER % r"\d+")
_NOT_ON_GITHUB = re.compile(r"[^\w -]")
_BLOCKS = frozenset(
    {
        "p",
        "ul",
        "ol",
        "div",
        "pre",
        "table",
        "blockquote",
        "dl",
        "details",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
    }
)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_ADMONITION_TITLES = {
    "pl": {
        "note": "Uwaga", "tip": "Wskazówka", "important": "Ważne", "info": "Informacja",
        "warning": "Ostrzeżenie", "caution": "Ostrożnie", "danger": "Niebezpieczeństwo", "details": "Szczegóły",
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
        """Read blocks and words as CommonMark; what comes after the tree is there stays the library's."""
        md.preprocessors = Registry()
        md.treeprocessors.deregister("inline")
        md.treeprocessors.deregister("unescape")
        md.parser = CommonMarkBlocks(md, article_reader(), self._rewrite_html)
        md.treeprocessors.register(_MarkSteps(md), "article_mark_steps", 25)
        md.treeprocessors.register(_Finish(md, self), "article_finish", 15)
        md.treeprocessors.register(_Literal(md), "article_literal", 14)
        md.treeprocessors.register(_OtherNames(md), "article_other_names", 1)

    def _rewrite_html(self, raw: str) -> str:
        raw = rewrite_boxes(raw, lambda kind: _title(kind, self.article.language))
        return rewrite_links(raw, self.article.links)


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
            else:
                for head in heads:
                    head.text = _OTHER_BOX.sub(
                        _other_sign, _BOX.sub(_sign, head.text or "", count=1), count=1
                    )


def _sign(box: re.Match[str]) -> str:
    """Show the box of an item among others that have none: such a list is no list of steps."""
    return "☐ " if " ]" in box[0] else "☑ "


def _other_sign(box: re.Match[str]) -> str:
    """Show what Obsidian's lists of tasks say besides open and done."""
    return f"{_SIGNS[box[1]]} "


class _Finish(Treeprocessor):
    """Before headings get their ids."""

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
            elif "data-kind" in element.attrib:
                element.text = _title(element.attrib.pop("data-kind"), article.language)
            elif element.tag == "h1":
                element.tag = "h2"  # The page's own heading is the article's title.
        _free_ids(root)


def _free_ids(root: Element) -> None:
    """Take from headings the ids that their authors gave where something else has them already."""
    taken = {element.get("id") for element in root.iter() if element.tag not in _HEADINGS}
    for element in root.iter():
        if element.tag in _HEADINGS and "id" in element.attrib:
            if element.get("id") in taken or not element.get("id"):
                del element.attrib["id"]
            taken.add(element.get("id"))


class _Literal(Treeprocessor):
    """Keep a text that reads like an entity from becoming one: the library writes what looks like one as it is."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            element.text, element.tail = _literal(element.text), _literal(element.tail)


def _literal(text: str | None) -> str | None:
    return text.replace("&", "&amp;") if text and "&" in text else text


class _OtherNames(Treeprocessor):
    """After headings have their ids: they answer to the names that GitHub gives them as well."""

    def run(self, root: Element) -> None:
        taken = {name for element in root.iter() if (name := element.get("id"))}
        counted = Counter[str]()
        for heading in root.iter():
            if heading.tag in _HEADINGS and heading.get("id"):
                words = _STORED_HTML.sub("", html.unescape("".join(heading.itertext()))).strip().lower()
                name = _NOT_ON_GITHUB.sub("", words).replace(" ", "-")
                counted[name] += 1
                name += f"-{counted[name] - 1}" if name and counted[name] > 1 else ""
                if name and name not in taken:
                    taken.add(name)
                    heading.insert(0, Element("span", {"id": name}))
                    heading[0].tail, heading.text = heading.text, None


def _title(kind: str, language: str) -> str:
    own = _ADMONITION_TITLES.get(language, {}).get(KINDS.get(kind, kind))
    return own or kind.replace("-", " ").capitalize()


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
        inline = list(takewhile(lambda child: child.tag not in _BLOCKS, item))
        label.text, label[:] = item.text, inline
        for child in inline:
            item.remove(child)
        line.tail = _cut_html(label)
    item.text = None
    item.insert(0, line)
    return " ".join("".join(label.itertext()).split())


def _cut_html(label: Element) -> str:
    """Take off what an author's HTML block begins: it stands below the words of a step, not in them."""
    last = label[-1] if len(label) else None
    text = (label.text if last is None else last.tail) or ""
    words, mark, rest = text.partition(HTML_BLOCK)
    if last is None:
        label.text = words
    else:
        last.tail = words
    return mark + rest


def _resolve_link(link: Element, article: Article) -> None:
    if link.get("href", "").startswith(_TAB):
        link.tag, link.attrib = "span", {}
        return
    target = link_address(link.get("href", ""))
    if target.slug:
        article.links.append(target.slug)
    if target.address:
        link.set("href", target.address)
        return
    link.tag, link.attrib = "span", {}  # A path that leads nowhere here.
    if target.shown and target.shown != "".join(link.itertext()):
        link.tail = f" ({target.shown}){link.tail or ''}"


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
