"""A text's title and first sentences, without marks: for lists and for headers that do not say. No parser is needed for them."""

import re

_ANCHOR = re.compile(
    r"<a\s+(?:name|id)=\"[^\"]*\"\s*>\s*</a>|<a\s+(?:name|id)=\"[^\"]*\"\s*/?>", re.IGNORECASE
)
_HEADING = re.compile(r"#\s+(\S.*)")
# Some patterns go through a line again for each mark in it, so none sees more of it than this.
_LONGEST_LINE = 1_000
_CODE = re.compile(r"(`+)(?!`)(.*?)(?<!`)\1(?!`)")
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()<>\n]|<[^<>\n]*>|\([^()\n]*\))*\)|\[[^\[\]\n]*\])"
)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\n]+\]")
_CODES = re.compile(r"\{%[^%]*%\}|\{\{[<%][^{}]*[%>]\}\}|\s*\{:?\s*[#.][^{}\n]*\}|\{:[^{}\n]*\}")
_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|br|code|kbd|sup|sub|span|small|mark|del|ins|p|div|img)\b[^<>]*>|<!--.*?-->",
    re.IGNORECASE,
)
_STRESS = re.compile(r"(?<!\\)(?:\*+|~~|==)|(?<![\w\\])_+(?=\w)|(?<=[\w.!?])_+(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_NO_SENTENCE = (
    "#",
    "|",
    "!",
    "-",
    "*",
    ">",
    "<",
    "```",
    "~~~",
    "1.",
    ":::",
    "???",
    "===",
    "[^",
    "    ",
    "\t",
)


def take_title(body: str) -> tuple[str, str]:
    """Take the first heading off, if the text begins with one; return its words and the rest."""
    stripped = body.lstrip("\n")
    first, _, rest = stripped.partition("\n")
    match = _HEADING.match(_ANCHOR.sub("", " ".join(first[:_LONGEST_LINE].split())))
    if match is None:
        return "", body
    return plain_words(match[1].rstrip("#")), rest.lstrip("\n")


def plain_words(markdown: str) -> str:
    """Return a line of Markdown without its marks, for a title or a summary; what stands in code stays."""
    parts = []
    at = 0
    for code in _CODE.finditer(markdown):
        parts += [_without_marks(markdown[at : code.start()]), code[2]]
        at = code.end()
    return " ".join("".join([*parts, _without_marks(markdown[at:])]).split())


def first_paragraph(body: str, longest: int) -> str:
    """Return the first sentences of plain text, cut at a word; for articles that come without a summary."""
    for block in re.split(r"\n\s*\n", body[:20_000]):
        text = block.strip("\n")
        if text.strip() and not text.startswith(_NO_SENTENCE) and not re.match(r"\d{1,3}[.)]\s", text):
            words = plain_words(text[: 2 * _LONGEST_LINE])
            return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0] + "…"
    return ""


def _without_marks(text: str) -> str:
    text = _FOOTNOTE.sub("", _TAG.sub("", _CODES.sub("", _ANCHOR.sub("", text))))
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    return _ESCAPED.sub(r"\1", _STRESS.sub("", text))
