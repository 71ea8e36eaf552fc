"""Forms from elsewhere are refused: a token in each form, and the browser's own word on where a request began.

The token lives in a signed cookie that holds nothing else of worth; being signed in is another cookie with a
random id (people/sessions.py). So a form that was opened before a log-in expired can be told apart from a forged one.
"""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf import CSRFProtect

from servicedesk.errors import N_, NotAllowedError
from servicedesk.web.form_cookie import FormCookies

csrf = CSRFProtect()
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def set_up(app: Flask, *, public_url: str) -> None:
    """Check every request that may change something, before anybody asks who sent it."""
    # Flask-WTF would ask for a Referer on https, which pages with "no-referrer" do not send; Origin is checked below.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.session_interface = FormCookies()
    own = urlsplit(public_url)

    @app.before_request
    def refuse_other_origins() -> None:
        if request.method in _SAFE_METHODS:
            return
        origin = request.headers.get("Origin", "null")
        is_ours = origin in ("null", f"{own.scheme}://{own.netloc}", request.host_url.rstrip("/"))
        if not is_ours or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            raise NotAllowedError(
                N_("This form was sent from another site. Open the page here and send it again.")
            )

    csrf.init_app(app)
