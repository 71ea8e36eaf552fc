"""A text's title, from its Markdown, and first sentences, from its page: for headers that do not say. No parser is needed."""

import html
import re

from servicedesk.knowledge.icons import with_signs

_ANCHOR = re.compile(r"<a\s+(?:name|id)=\"[^\"<>]*\"\s*(?:>\s*</a>|/?>)", re.IGNORECASE)
_HEADING = re.compile(r" {0,3}#[ \t\xa0]+(\S.*)")
_CLOSING = re.compile(r"(?:^|(?<=[ \t]))#+$")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*")
_HTML_HEADING = re.compile(
    r"\s*<h1\b[^<>]*>((?:(?!</?h\d).)*)</h1\s*>[ \t]*(?:\n|$)", re.IGNORECASE | re.DOTALL
)
_PICTURE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)|<img\b[^<>]*>", re.IGNORECASE)
# What stands before a title and is none: a table of contents, pictures, tags round them, what loads a component.
_BEFORE = re.compile(
    r"\s*(?:\[\[?_?to(?:c|sp)_?\]?\]|\{:?\s*toc\s*\}|</?(?:p|div|center|br|picture|source|a)\b[^<>]*>|<!--.*-->"
    r"|import\s.*[\"']\s*;?)?\s*",
    re.IGNORECASE,
)
# Some patterns go through a line again for each mark in it, so none sees more of it than this.
_LONGEST_LINE, _MOST_LINES_BEFORE = 1_000, 40
_CODE = re.compile(r"(`+)(?!`)(.*?)(?<!`)\1(?!`)")
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()<>\n]|<[^<>\n]*>|\([^()\n]*\))*\)|\[[^\[\]\n]*\])"
)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\n]+\]")
_CODES = re.compile(
    r"\{%[^%]*%\}|\{\{[<%][^{}]*[%>]\}\}|\s*\{:?\s*[#.][^{}\n]*\}|\{:[^{}\n]*\}|\{/\*[^{}]*\*/\}"
)
_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|br|code|kbd|sup|sub|span|small|mark|del|ins|p|div|img|picture|font|center)\b[^<>]*>|<!--.*?-->",
    re.IGNORECASE,
)
_STRESS = re.compile(
    r"(?<![\w\\])(\*{1,3}|~~)(?=[^\s*~])(?=[^*~]*\w)([^*~]*)(?<=\S)\1|(?<![\w\\=])(==)(?=\S)([^=]+)(?<=\S)==(?![\w=])"
)
_UNDERSCORES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]*)(?<=[^\s\\])\1(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# What a page's own paragraphs do not stand in.
_PARTS = re.compile(r"<(/?)(?:div|details|ul|ol|li|blockquote|table|dl)\b[^<>]*>|<p>(.*?)</p>", re.DOTALL)
_REFERENCE = re.compile(r"<sup\b[^<>]*>\s*<a\b[^<>]*>[^<>]*</a>\s*</sup>")
_ANY_TAG = re.compile(r"<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>")
_BREAK = re.compile(r"<br>")


def take_title(body: str) -> tuple[str, str]:
    """Take the first heading off, if the text begins with one; return its words and the rest, what stood before it included."""
    at = 0
    for _ in range(_MOST_LINES_BEFORE):
        end = body.find("\n", at)
        line = body[at : end if end >= 0 else len(body)][:_LONGEST_LINE]
        found = _heading_at(body, at, line)
        if found is not None:
            written, behind = found
            words = plain_words(_PICTURE.sub("", written))
            if words:
                before = body[:at].strip("\n") + "\n".join(["", *_PICTURE.findall(written)])
                rest = body[behind:].lstrip("\n")
                return words, f"{before.strip()}\n\n{rest}" if before.strip() else rest
        elif not _BEFORE.fullmatch(_PICTURE.sub("", _without_link(line))):
            break
        if end < 0:
            break
        at = end + 1
    return "", body


def _without_link(line: str) -> str:
    """Return a line of pictures and badges without the links round them."""
    bare = line.strip()
    return _LINK.sub("", bare) if bare.startswith("[![") and len(bare) < _LONGEST_LINE else line


def _heading_at(body: str, at: int, line: str) -> tuple[str, int] | None:
    """Return a heading of the first level as it is written, and where it ends."""
    written = _HTML_HEADING.match(body, at, at + 2 * _LONGEST_LINE)
    if written is not None:
        return written[1], written.end()
    line = _ANCHOR.sub("", line)
    behind = body.find("\n", at) + 1 or len(body)
    heading = _HEADING.fullmatch(line.rstrip())
    if heading is not None:
        return _CLOSING.sub("", heading[1]).rstrip(), behind
    end = body.find("\n", behind)
    under = body[behind : end if end >= 0 else len(body)]
    if line.strip() and line[:4].strip() and _UNDERLINE.fullmatch(under):
        return line.strip(), behind + len(under)
    return None


def plain_words(markdown: str) -> str:
    """Return a line of Markdown without its marks, for a title; what stands in code stays."""
    parts = []
    at = 0
    for code in _CODE.finditer(markdown):
        parts += [_without_marks(markdown[at : code.start()]), code[2]]
        at = code.end()
    return " ".join("".join([*parts, _without_marks(markdown[at:])]).split())


def first_paragraph(page: str, longest: int) -> str:
    """Return the first sentences of cleaned HTML, cut at a word; for articles that come without a summary."""
    depth, inside = 0, ""
    for part in _PARTS.finditer(page):
        if part[2] is None:
            depth += -1 if part[1] else 1
            continue
        words = _words(part[2])
        if words and not depth:
            inside = words
            break
        inside = inside or words
    return inside if len(inside) <= longest else inside[: longest - 1].rsplit(" ", 1)[0] + "…"


def _words(page: str) -> str:
    text = _ANY_TAG.sub("", _BREAK.sub(" ", _REFERENCE.sub("", page)))
    return " ".join(html.unescape(text).split())


def _without_marks(text: str) -> str:
    text = _FOOTNOTE.sub("", _TAG.sub("", _CODES.sub("", _ANCHOR.sub("", text))))
    text = with_signs(_LINK.sub(r"\1", _LINK.sub(r"\1", text)))
    for _ in range(2):  # One mark may stand in another.
        text = _STRESS.sub(lambda match: match[2] or match[4], text)
        text = _UNDERSCORES.sub(r"\2", text)
    return html.unescape(_ESCAPED.sub(r"\1", text))
