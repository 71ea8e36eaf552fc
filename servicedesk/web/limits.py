"""How much one request may bring (security.md, "Limits"). Past it there is a clear error, before anything is done."""

import re

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

from servicedesk.errors import N_, InvalidInputError
from servicedesk.web import access

LARGEST_JSON = 1_000_000
# Who is not signed in has a name and a password to send.
LARGEST_OPEN_BODY = 64_000
DEEPEST_JSON = 20
_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


def set_up(app: Flask) -> None:
    """Check each request before its body is read. All other limits stand in the application's settings."""
    app.before_request(_limit_body)


def largest_body(app: Flask, method: str, path: str) -> int:
    """Return how many bytes a body may have that goes there, for the server, which takes it before the application is asked.

    The path is as WSGI has it: bytes, each as the letter of its number.
    """
    try:
        endpoint, _ = app.url_map.bind("").match(path.encode("latin-1").decode(errors="replace"), method)
    except HTTPException:
        endpoint = None
    most = app.config["MAX_CONTENT_LENGTH"]
    return LARGEST_OPEN_BODY if _is_open(app, endpoint) else int(most)


def _is_open(app: Flask, endpoint: str | None) -> bool:
    return endpoint is None or access.declared(app, endpoint) == access.ANYONE


def _limit_body() -> None:
    if _is_open(current_app, request.endpoint):
        request.max_content_length = LARGEST_OPEN_BODY
    elif request.is_json:
        request.max_content_length = LARGEST_JSON
    elif request.mimetype != "multipart/form-data":
        # MAX_FORM_MEMORY_SIZE holds only for multipart forms; others would be read into memory whole.
        request.max_content_length = request.max_form_memory_size
    if request.is_json and json_depth(request.get_data()) > DEEPEST_JSON:
        raise InvalidInputError(N_("The JSON is nested too deeply."))


def json_depth(text: bytes) -> int:
    """Return how deeply lists and objects stand in each other, without parsing."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_JSON_STRING.sub(b"", text)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
