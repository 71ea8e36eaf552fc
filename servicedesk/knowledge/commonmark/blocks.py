"""Python-Markdown's first stage, read as CommonMark: the parser's tokens become the tree that everything after works on."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pymdownx.highlight import Highlight
from pymdownx.keys import KeysPattern

from servicedesk.knowledge.commonmark.boxes import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

# Rewrites the HTML that an author wrote, a block or a tag at a time.
RewriteHtml = Callable[[str], str]

# Characters that Python-Markdown's own stages use as marks, and those that no text may hold.
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])
_LANGUAGE = re.compile(r"[ \t]*(?:\{[ \t]*\.?)?([\w+#.-]*)")
_CODE_TITLE = re.compile(r"\btitle=(?:\"([^\"]*)\"|'([^']*)')|(?:^|\s)\[([^\[\]]+)\][ \t]*$")
# What MyST says beside the name of a fence: the language of its code, or what it is made of.
_DIRECTIVE = re.compile(r"[ \t]*\{([\w:-]+)\}[ \t]+(\S.*)")
_CODE_NAMES = frozenset({"code", "code-block", "code-cell", "sourcecode"})
_KEYS = r"\+{2}([\w\-]+(?:\+[\w\-]+)*?)\+{2}"
_NAMES = {"s": "del"}
# Stands before a block of an author's HTML, and nowhere inside a paragraph.
HTML_BLOCK = "\n\n"


class CommonMarkBlocks(BlockParser):
    """Stands where Python-Markdown's block parser stood, and reads what is inside the blocks as well."""

    def __init__(self, md: Markdown, reader: MarkdownIt, rewrite_html: RewriteHtml) -> None:
        super().__init__(md)
        self._reader = reader
        self._rewrite_html = rewrite_html
        self.highlight = Highlight(md, guess_lang=False, stripnl=False)
        self.keys = KeysPattern(_KEYS, {"separator": "+", "strict": False, "class": "keys", "camel_case": False, "key_map": {}}, md)  # fmt: skip # noqa: E501

    def parseDocument(self, lines: "Sequence[str]") -> "ElementTree[Element]":  # type: ignore[override] # noqa: N802
        """Return the tree of a whole text."""
        self.root = Element(self.md.doc_tag)
        text = "\n".join(lines).translate(_CONTROL)
        _Builder(self.md, self, self._rewrite_html, self.root).add(self._reader.parse(text))
        return ElementTree(self.root)


class _Builder:
    """Puts one token after the other where the tree is open."""

    def __init__(
        self, md: Markdown, parser: CommonMarkBlocks, rewrite_html: RewriteHtml, root: Element
    ) -> None:
        self._md, self._parser, self._rewrite_html = md, parser, rewrite_html
        self._open = [root]
        self._skipped = 0

    def add(self, tokens: "Sequence[Token]") -> None:
        for token in tokens:
            own = getattr(self, f"_{token.type}", None)
            if own is not None:
                own(token)
            elif token.nesting > 0:
                self._push(token)
            elif token.nesting < 0:
                self._pop()
            elif token.tag:
                self._leaf(_NAMES.get(token.tag, token.tag))

    def _push(self, token: Token) -> None:
        if token.type == "paragraph_open" and token.hidden:
            self._open.append(self._here)
            return
        attributes = {
            name: str(value) for name, value in token.attrs.items() if name in ("id", "start", "href")
        }
        self._open.append(SubElement(self._here, _NAMES.get(token.tag, token.tag) or "span", attributes))

    def _pop(self) -> None:
        self._open.pop()

    @property
    def _here(self) -> Element:
        return self._open[-1]

    def _leaf(self, tag: str, text: str = "", attributes: dict[str, str] | None = None) -> Element:
        element = SubElement(self._here, tag, attributes or {})
        element.text = text or None
        return element

    def _write(self, text: str) -> None:
        here = self._here
        if len(here):
            here[-1].tail = (here[-1].tail or "") + text
        else:
            here.text = (here.text or "") + text

    def _store(self, raw: str) -> None:
        self._write(self._md.htmlStash.store(raw))

    def _inline(self, token: Token) -> None:
        self.add(token.children or ())

    def _text(self, token: Token) -> None:
        self._write(token.content)

    def _softbreak(self, _token: Token) -> None:
        self._write("\n")

    def _code_inline(self, token: Token) -> None:
        self._leaf("code", token.content)

    def _html_inline(self, token: Token) -> None:
        self._store(self._rewrite_html(token.content))

    def _html_block(self, token: Token) -> None:
        self._write(HTML_BLOCK)
        self._store(self._rewrite_html(token.content))
        self._write("\n")

    def _image(self, token: Token) -> None:
        words = "".join(
            child.content or ("\n" if child.type == "softbreak" else "") for child in _flat(token.children)
        )
        self._leaf("img", attributes={"src": str(token.attrs.get("src", "")), "alt": " ".join(words.split())})

    def _keys(self, token: Token) -> None:
        match = self._parser.keys.compiled_re.match(token.content)
        element = self._parser.keys.handleMatch(match, token.content)[0] if match else None
        if element is None:
            self._write(token.content)
        else:
            self._here.append(element)

    def _code_block(self, token: Token) -> None:
        self._code(token.content, "")

    def _fence(self, token: Token) -> None:
        directive = _DIRECTIVE.fullmatch(token.info.rstrip())
        is_code = directive is not None and directive[1] in _CODE_NAMES
        info = directive[2] if directive and is_code else token.info
        language, title = _LANGUAGE.match(info), _CODE_TITLE.search(info)
        words = next(filter(None, title.groups()), "") if title else ""
        if directive and not is_code:
            words = directive[2]
        if words:
            self._leaf("strong", words)
            self._write("\n")
        self._code(token.content, language[1] if language else "")

    def _code(self, text: str, language: str) -> None:
        shown = str(self._parser.highlight.highlight(text, language.lstrip("."), "highlight"))
        inside = shown.strip().removeprefix('<div class="highlight">').removesuffix("</div>")
        self._leaf("div", self._md.htmlStash.store(inside), {"class": "highlight"})

    def _box_open(self, token: Token) -> None:
        kind, is_folded = KINDS.get(token.meta["kind"], "note"), bool(token.meta["fold"])
        attributes = {"class": f"admonition {kind}"} | ({"open": "open"} if token.meta["fold"] == "+" else {})
        self._open.append(SubElement(self._here, "details" if is_folded else "div", attributes))
        if not token.meta["title"]:
            self._title(is_folded).set("data-kind", token.meta["kind"])

    def _box_title_open(self, _token: Token) -> None:
        self._open.append(self._title(self._here.tag == "details"))

    def _title(self, is_folded: bool) -> Element:
        return SubElement(self._here, "summary" if is_folded else "p", {"class": "admonition-title"})

    def _footnote_ref(self, token: Token) -> None:
        number, again = token.meta["id"] + 1, token.meta.get("subId", 0)
        reference = self._leaf(
            "sup", attributes={"id": f"footnote-{number}-from{f'-{again}' if again else ''}"}
        )
        SubElement(reference, "a", {"href": f"#footnote-{number}"}).text = f"[{number}]"

    def _footnote_block_open(self, _token: Token) -> None:
        self._leaf("hr")
        self._open.append(SubElement(self._here, "ol", {"class": "footnotes"}))

    def _footnote_open(self, token: Token) -> None:
        self._open.append(SubElement(self._here, "li", {"id": f"footnote-{token.meta['id'] + 1}"}))

    def _footnote_anchor(self, token: Token) -> None:
        again = token.meta.get("subId", 0)
        address = f"#footnote-{token.meta['id'] + 1}-from{f'-{again}' if again else ''}"
        self._write(" ")
        SubElement(self._here, "a", {"href": address}).text = "↩"


def _flat(tokens: "Sequence[Token] | None") -> list[Token]:
    found: list[Token] = []
    for token in tokens or ():
        found += _flat(token.children) if token.type == "image" else [token]
    return found
