"""Addresses without marks round them, as GitHub links them, and between the quotation marks and brackets of any language."""

import html
import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from servicedesk.written_addresses import end_of_address, ends_address, without_sentence_end

_SCHEME = re.compile(r"(?:https?|mailto)\Z", re.IGNORECASE)
_WEB = re.compile(r"://[\w\[]")
_MAILBOX = re.compile(r":[\w.+%-]{1,64}@\w")
_WWW = re.compile(r"www\.[\w-]{1,63}\.\w", re.IGNORECASE)
_LOCAL = re.compile(r"[\w+%][\w.+%-]{0,63}\Z")
# From the sign on at which the rule is asked: one with an underscore is no stress.
_REST = re.compile(r"(?:_[\w.+%-]{0,63})?@(?:[\w-]{1,63}\.){1,8}[\w-]{0,62}[^\W\d_](?![\w@-])")
_LONGEST_LOCAL = len("mailto") + 64
# Behind these it is a part of something longer.
_JOINS_WEB, _JOINS_WWW, _JOINS_MAIL = (
    frozenset("/=+@&%#?.\\"),
    frozenset("/=+@&%#?.\\:-"),
    frozenset("/=@\\:"),
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_LAST_ENTITIES = re.compile(rf"(?:{_ENTITY.pattern})+\Z")


def bare_addresses(reader: MarkdownIt) -> None:
    """Teach a parser these addresses; the words before a colon and an @ are among those that it has read already."""
    reader.inline.add_terminator_char("w")
    reader.inline.add_terminator_char("W")
    reader.inline.ruler.push("bare_web", _with_scheme)
    reader.inline.ruler.push("bare_www", _www)
    reader.inline.ruler.before("emphasis", "bare_mail", _mail)


def _with_scheme(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-_LONGEST_LOCAL:])
    if scheme is None:
        return False
    form = _MAILBOX if scheme[0].lower() == "mailto" else _WEB
    begin = state.pos - len(scheme[0])
    if form.match(state.src, state.pos, state.posMax) is None or not _is_free(state, begin, _JOINS_WEB):
        return False
    return _link(state, begin, _address(state, begin))


def _www(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] not in "wW" or state.linkLevel > 0:
        return False
    if _WWW.match(state.src, state.pos, state.posMax) is None or not _is_free(state, state.pos, _JOINS_WWW):
        return False
    return _link(state, state.pos, _address(state, state.pos), before="http://")


def _mail(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] not in "_@" or state.linkLevel > 0:
        return False
    local = _LOCAL.search(state.pending[-_LONGEST_LOCAL:])
    rest = _REST.match(state.src, state.pos, state.posMax)
    if local is None or rest is None or not _is_free(state, state.pos - len(local[0]), _JOINS_MAIL):
        return False
    return _link(state, state.pos - len(local[0]), local[0] + rest[0], before="mailto:")


def _is_free(state: StateInline, begin: int, joins: frozenset[str]) -> bool:
    """Tell whether an address begins here, and no later part of something else."""
    if len(state.pending) == state.pos - begin and state.tokens and state.tokens[-1].nesting > 0:
        return True  # The sign before it is a mark that has been read.
    before = state.src[begin - 1 : begin] if begin else ""
    return not before.isalnum() and before not in joins


def _address(state: StateInline, begin: int) -> str:
    written = state.src[begin : end_of_address(state.src, state.pos + 1, state.posMax)]
    for entity in _ENTITY.finditer(written):
        if ends_address(html.unescape(entity[0])[:1]):
            written = written[: entity.start()]
            break
    return without_sentence_end(_LAST_ENTITIES.sub("", written).rstrip("\\"))


def _link(state: StateInline, begin: int, written: str, *, before: str = "") -> bool:
    read = state.src[begin : state.pos]
    if not state.pending.endswith(read):
        return False
    state.pending = state.pending.removesuffix(read)
    words = _ENTITY.sub(lambda entity: html.unescape(entity[0]), written)
    opened = state.push("link_open", "a", 1)
    opened.attrs, opened.markup, opened.info = {"href": before + words}, "autolink", "auto"
    state.push("text", "", 0).content = words
    closed = state.push("link_close", "a", -1)
    closed.markup, closed.info = "autolink", "auto"
    state.pos = begin + len(written)
    return True
