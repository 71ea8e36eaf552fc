"""A line of attributes below a table, `{: .table }`, which the table takes for its last row."""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from servicedesk.knowledge.commonmark.marks import is_attributes


def attribute_rows(reader: MarkdownIt) -> None:
    """Have a parser leave out such rows."""
    reader.core.ruler.before("inline", "attribute_rows", _attribute_rows)


def _attribute_rows(state: StateCore) -> None:
    kept: list[Token] = []
    begun = 0
    for token in state.tokens:
        if token.type == "tr_open":
            begun = len(kept)
        kept.append(token)
        if token.type == "tr_close":
            cells = [one.content for one in kept[begun:] if one.type == "inline"]
            if cells and cells[0].startswith("{") and is_attributes(cells[0]) and not any(cells[1:]):
                del kept[begun:]
    state.tokens = kept
