"""Where a form may lead next: only to a page of ours (security.md X15)."""

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

_LONGEST = 2000
_NOT_PAGES = frozenset({"static", "bootstrap.static", "people.log_in", "people.signed_out"})


def local_path(wanted: str | None, *, default_endpoint: str) -> str:
    """Return `wanted` if it is a path of a page that can be asked for with GET, else the default page's path."""
    return wanted if wanted and _is_page(wanted) else url_for(default_endpoint)


def page_they_came_from() -> str | None:
    """Return the path of the page of ours with the form or link that led here, if the browser says so."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if _is_page(path) else None


def _is_page(path: str) -> bool:
    is_path = path.startswith("/") and path[1:2] not in ("/", "\\") and len(path) <= _LONGEST
    if not is_path or any(ord(sign) < 32 or sign in "\\\x7f" for sign in path):
        return False
    adapter = current_app.create_url_adapter(None) or current_app.url_map.bind("localhost")
    try:
        endpoint, _values = adapter.match(path.partition("?")[0].partition("#")[0], method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return endpoint not in _NOT_PAGES
