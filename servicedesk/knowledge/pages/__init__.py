"""The HTML pages of articles, a module for each place: reading, searching, editing, revisions, files."""

from servicedesk.knowledge.pages import editing, editor_desk, files, reading, revisions, searching
from servicedesk.knowledge.pages.blueprint import blueprint

__all__ = ["blueprint", "editing", "editor_desk", "files", "reading", "revisions", "searching"]
