"""The parser that reads an article's text as CommonMark and GitHub do, and the boxes, marks and HTML of other wikis with it.

Runs in the render process only: a text that takes it too long ends with that process.
"""

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from servicedesk.knowledge.commonmark.alerts import alerts
from servicedesk.knowledge.commonmark.attribute_rows import attribute_rows
from servicedesk.knowledge.commonmark.bare_addresses import bare_addresses
from servicedesk.knowledge.commonmark.boxes import boxes
from servicedesk.knowledge.commonmark.callouts import callouts
from servicedesk.knowledge.commonmark.deep_lists import deep_lists
from servicedesk.knowledge.commonmark.directives import directives
from servicedesk.knowledge.commonmark.folds import folds
from servicedesk.knowledge.commonmark.hidden_blocks import hidden_blocks
from servicedesk.knowledge.commonmark.html_headings import html_headings
from servicedesk.knowledge.commonmark.html_parts import html_parts
from servicedesk.knowledge.commonmark.marked_paragraphs import marked_paragraphs
from servicedesk.knowledge.commonmark.marks import marks
from servicedesk.knowledge.commonmark.pasted_marks import pasted_marks
from servicedesk.knowledge.commonmark.paths import paths
from servicedesk.knowledge.commonmark.small_marks import small_marks
from servicedesk.knowledge.commonmark.words_like_tags import words_like_tags

# More than any article may nest: a text that reaches it is refused for its depth, never cut off.
_DEEPEST = 120


class _Reader(MarkdownIt):
    """Gives addresses as they were written: which of them lead anywhere is judged later."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's names.
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def article_reader() -> MarkdownIt:
    """Return a parser for texts as people write them."""
    reader = plain_reader()
    for plugin in (
        bare_addresses,
        alerts,
        marks,
        callouts,
        marked_paragraphs,
        attribute_rows,
        small_marks,
        paths,
        html_headings,
        words_like_tags,
    ):
        plugin(reader)
    return reader


def plain_reader() -> MarkdownIt:
    """Return a parser that finds the same blocks, and of the words in them only what CommonMark knows."""
    reader = _Reader("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    for plugin in (
        footnote_plugin,
        deflist_plugin,
        boxes,
        directives,
        folds,
        html_parts,
        hidden_blocks,
        deep_lists,
        pasted_marks,
    ):
        plugin(reader)
    return reader
