"""Code of site generators in a block of HTML, where marks of Markdown would be shown as they are: it becomes HTML as well."""

import html
import re
from collections.abc import Sequence

from servicedesk.knowledge.commonmark.boxes import KINDS
from servicedesk.knowledge.foreign.linking import link_in_html
from servicedesk.knowledge.foreign.resolving import Piece

_BOX = re.compile(r":::([\w-]+) ?([^\n]*)")
_LINE = re.compile(r"\n?(?:\*\*([^*\n]+)\*\*\n?|\*([^*\n]+)\*|`([^`\n]+)`)")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def as_html(pieces: Sequence[Piece]) -> list[Piece]:
    """Return HTML that says what these pieces say."""
    first = pieces[0] if pieces else ""
    if isinstance(first, str) and first.startswith(":::"):
        return _box(first, pieces[1:])
    return [part for piece in pieces for part in _part(piece)]


def _box(first: str, others: Sequence[Piece]) -> list[Piece]:
    opened = _BOX.match(first)
    if opened is None:
        return ["</div>"]
    kind, rest = opened[1], first[opened.end() :]
    title = as_html([opened[2], *others] if not rest else [opened[2]])
    shown = title if any(title) else [kind.replace("-", " ").capitalize()]
    begin = f'<div class="admonition {KINDS.get(kind, "note")}"><p class="admonition-title">'
    inside = as_html([rest.removesuffix("\n:::").strip(), *others[:-1]]) if rest else []
    return [begin, *shown, "</p>", *([*inside, "</div>"] if rest else [])]


def _part(piece: Piece) -> list[Piece]:
    if isinstance(piece, str):
        if _ADDRESS.fullmatch(piece):
            return [f'<a href="{html.escape(piece)}">{html.escape(piece)}</a>']
        return [_LINE.sub(_marked, piece)]
    if "picture" in piece:
        return [{**piece, "form": "tag", "written": "{"}]
    if piece["form"] == "open":
        return ['<a href="', link_in_html(str(piece["link"]), ""), '">']
    return ["</a>"] if piece["form"] == "close" else [piece]


def _marked(match: re.Match[str]) -> str:
    if match[3]:
        return f"<code>{html.escape(match[3])}</code>"
    return f"<br><strong>{match[1]}</strong><br>" if match[1] else f"<br><em>{match[2]}</em>"
