"""The search engine of the running application, with its type."""

from typing import cast

from flask import current_app

from servicedesk.search.engine import SearchEngine

EXTENSION = "servicedesk.search"


def current_engine() -> SearchEngine:
    """Return the engine that reads the index of this instance."""
    return cast(SearchEngine, current_app.extensions[EXTENSION])
