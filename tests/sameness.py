"""Comparing two answers as somebody would who looks for differences between them."""

import re

from werkzeug.test import TestResponse

_CSRF = re.compile(rb'name="(?:csrf_token|key)" value="[^"]*"')
_UNCOMPARED = frozenset({"X-Request-ID", "Set-Cookie"})
Plain = tuple[int, list[tuple[str, str]], bytes]


def plain(answer: TestResponse) -> Plain:
    """Return all that an answer tells, without what is different in each: its number, its CSRF token and its key."""
    number = answer.headers.get("X-Request-ID", "").encode()
    body = _CSRF.sub(b"", answer.data)
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in _UNCOMPARED)
    return answer.status_code, headers, body.replace(number, b"") if number else body
