"""Where a form may lead next: only to a page of ours (security.md X15)."""

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def local_path(wanted: str | None, *, default_endpoint: str) -> str:
    """Return `wanted` if it is a path of a page that can be asked for with GET, else the default page's path."""
    default = url_for(default_endpoint)
    if (
        not wanted
        or not wanted.startswith("/")
        or wanted[1:2] in ("/", "\\")
        or any(ord(c) < 32 or c == "\\" for c in wanted)
    ):
        return default
    adapter = current_app.create_url_adapter(None) or current_app.url_map.bind("localhost")
    try:
        adapter.match(wanted.partition("?")[0].partition("#")[0], method="GET")
    except RequestRedirect:
        return wanted
    except HTTPException:
        return default
    return wanted
