"""Addresses as other systems write them in links: shortcodes and tags inside them, spaces, a size after a picture."""

import re
import types

from markdown_it import helpers
from markdown_it.helpers.parse_link_destination import _Result

# A piece of code ends at its own end: never at that of a later one, with all that stands between them.
_PIECE = r"(?:\{\{(?:(?!\}\}|\{\{).){0,500}\}\}|\{%(?:(?!%\}|\{%).){0,500}%\})"
_CODE = re.compile(rf"[^\s(){{}}]*{_PIECE}(?:{_PIECE}|[^\s(){{}}])*")
_SPACED = re.compile(
    r"[^()<>\n\"]*[^()<>\n\" ]\.(?:mdx?|markdown|html?|png|jpe?g|gif|webp|svg|pdf)(?:#[^()<>\n\"]*)?(?=[ \t]*\))",
    re.IGNORECASE,
)
_SIZE = re.compile(r"[ \t]+=\d*%?x?\d*%?(?=[ \t]*\))")
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']|path=([^\s\"'>]+)")
_LINKING = re.compile(
    r"\{\{[<%]-?\s*(?:ref|relref|link)\s((?:(?!\}\}|\{\{).)*)[%>]\}\}"
    r"|\{%-?\s*(?:link|page|post_url|doc)\s((?:(?!%\}|\{%).)*)%\}"
)
_VARIABLE = re.compile(r"\{\{-?\s*(?:[\"']([^\"'{}]*)[\"'])?(?:(?!\}\}|\{\{).)*\}\}|\{%(?:(?!%\}|\{%).)*%\}")


def foreign_helpers() -> types.SimpleNamespace:
    """Return the parser's helpers for links, with ours for the address."""
    return types.SimpleNamespace(
        parseLinkDestination=_destination,
        parseLinkLabel=helpers.parseLinkLabel,
        parseLinkTitle=helpers.parseLinkTitle,
    )


def clean_address(written: str) -> str:
    """Return the address that is meant, without the code round it."""
    address = written.strip()
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1].strip()
    address = _SIZE.sub("", address + ")").rstrip(")") if " =" in address else address
    if address.startswith(("@site/", "@/")):  # Docusaurus and Zola: from the root of the tree.
        address = address[address.index("/") :]
    if "{" in address:
        address = _LINKING.sub(_named, address)
        address = _VARIABLE.sub(lambda match: match[1] or "", address)
    return address


def _named(match: re.Match[str]) -> str:
    inside = (match[1] or match[2] or "").strip().removesuffix("-").rstrip()
    quoted = _QUOTED.search(inside)
    return (quoted[1] or quoted[2]) if quoted else inside.split(" ")[0]


def _destination(string: str, pos: int, maximum: int) -> _Result:
    code = _CODE.match(string, pos, maximum) if "{" in string[pos : pos + 200] else None
    if code is not None:
        return _result(code.end(), code[0])
    result = helpers.parseLinkDestination(string, pos, maximum)
    if result.ok and string[pos : pos + 1] != "<":
        size = _SIZE.match(string, result.pos, maximum)
        if size is not None:
            return _result(size.end(), result.str)
        rest = string[result.pos : maximum].lstrip()
        if rest[:1] in ('"', "'", ")", "("):
            return result
    spaced = _SPACED.match(string, pos, maximum) if string[pos : pos + 1] != "<" else None
    return result if spaced is None else _result(spaced.end(), spaced[0])


def _result(position: int, text: str) -> _Result:
    result = _Result()
    result.ok, result.pos, result.str = True, position, text
    return result
