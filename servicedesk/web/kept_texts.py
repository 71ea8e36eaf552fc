"""What somebody had typed when a request could not be done, so that the error page can give it back."""

from flask import request
from werkzeug.exceptions import HTTPException

_SHORTEST = 20
_MOST = 10
_NEVER = ("password", "token", "key", "next")


def posted_texts() -> list[str]:
    """Return the longer texts of the form that was posted; nothing secret, nothing hidden."""
    if request.method != "POST" or request.path.startswith("/api/"):
        return []
    try:
        values = [
            value.strip()
            for name, value in request.form.items(multi=True)
            if not any(mark in name.lower() for mark in _NEVER)
        ]
    except HTTPException:  # The form itself is what could not be read.
        return []
    return [value for value in values if len(value) >= _SHORTEST or "\n" in value][:_MOST]
