"""Forms from elsewhere are refused: a token in each form, and the browser's own word on where a request began.

The token lives in a signed cookie that holds nothing else of worth; being signed in is another cookie with a
random id (people/sessions.py). So a form that was opened before a log-in expired can be told apart from a forged one.
"""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf import CSRFProtect

from servicedesk.errors import NotAllowedError

csrf = CSRFProtect()
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def set_up(app: Flask, *, public_url: str) -> None:
    """Check every request that may change something."""
    csrf.init_app(app)
    own = urlsplit(public_url)

    @app.before_request
    def refuse_other_origins() -> None:
        if request.method in _SAFE_METHODS:
            return
        origin = request.headers.get("Origin")
        is_foreign = (
            origin is not None
            and origin != "null"
            and urlsplit(origin).netloc not in (own.netloc, request.host)
        )
        if is_foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise NotAllowedError(
                "This form was sent from another site. Open the page here and send it again."
            )
