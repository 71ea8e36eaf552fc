"""Keys, fields and buttons that are written like HTML: `Press <S>`, `Click <Menu>`, `Put <title> there` keep their words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# A browser takes all that follows these for their content; GitHub shows them as words.
RAW_TEXT = frozenset({"title", "textarea", "xmp", "noembed", "noframes", "plaintext"})
# They need no end; a capital letter makes a key of them as well.
_ENDS_ITSELF = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "option"})
_EMPTY = frozenset({"br", "hr", "wbr", "col"})
_VOID = frozenset({"img", "input", "source", "link", "base", "area", "embed", "track", "meta", "param"})
_PHRASES = frozenset({
    "a", "abbr", "b", "bdi", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
})  # fmt: skip
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)([a-zA-Z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_RAW_TEXT = re.compile(rf"<(?=/?(?:{'|'.join(sorted(RAW_TEXT))})(?:[\s/>]|$))", re.IGNORECASE)
_SCRIPT = re.compile(r"<(?=(script|style)(?:[\s/>]|$))", re.IGNORECASE)


@dataclass
class _Opened:
    """A tag that wants an end: all of a token, or the letters of a block from `start` on."""

    token: Token
    name: str
    is_bare: bool
    start: int


def words_like_tags(reader: MarkdownIt) -> None:
    """Have a parser show what opens and never ends, once it has read all blocks and their words."""
    reader.core.ruler.after("inline", "words_like_tags", _words_like_tags)


def _words_like_tags(state: StateCore) -> None:
    opened: dict[str, list[_Opened]] = {}
    words: list[_Opened] = []
    for token in _tags(state.tokens):
        if token.type == "html_block":
            token.content = _without_raw_text(token.content)
        for match in _TAG.finditer(token.content):
            name = (match[2] or "").lower()
            if match[1]:
                if opened.get(name):
                    opened[name].pop()
            elif name and name not in _EMPTY:
                one = _Opened(token, match[2], not match[3].strip("/ \t\n"), match.start())
                (words if name in _VOID else opened.setdefault(name, [])).append(one)
    words += [one for left in opened.values() for one in left]
    _show(filter(_is_word, words))


def _tags(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "html_block":
            yield token
        for child in token.children or () if token.type == "inline" else ():
            if child.type == "html_inline":
                yield child


def _without_raw_text(raw: str) -> str:
    """Show the tags in a block of HTML that would make words of all that follows."""
    lower = raw.lower()
    ends = {name: lower.rfind(f"</{name}") for name in ("script", "style")}
    raw = _SCRIPT.sub(lambda match: "<" if match.start() < ends[match[1].lower()] else "&lt;", raw)
    return _RAW_TEXT.sub("&lt;", raw)


def _is_word(one: _Opened) -> bool:
    name = one.name.lower()
    if not one.is_bare:
        return False
    if one.token.type == "html_block":
        return name in _PHRASES
    return one.name != name or name not in _ENDS_ITSELF


def _show(words: Iterable[_Opened]) -> None:
    in_blocks: dict[int, tuple[Token, list[int]]] = {}
    for one in words:
        if one.token.type == "html_block":
            in_blocks.setdefault(id(one.token), (one.token, []))[1].append(one.start)
        else:
            one.token.type = "text"
    for token, starts in in_blocks.values():
        cuts = [-1, *sorted(starts)]
        parts = [token.content[cut + 1 : after] for cut, after in pairwise([*cuts, len(token.content)])]
        token.content = "&lt;".join(parts)
