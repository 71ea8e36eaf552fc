"""Security headers on every response, errors and downloads included (security.md, "Headers")."""

from flask import Flask, Response, g, request

from servicedesk.web.access import STATIC_ENDPOINTS

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; report-to csp"
)
DOWNLOAD_CSP = "sandbox; default-src 'none'"
_FIXED = {
    "Reporting-Endpoints": 'csp="/csp-reports"',
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ONE_YEAR_S = 31_536_000


def hide_address() -> None:
    """Let nothing that is asked for from this page tell where it was asked: what the page shows is for a few."""
    g.hides_address = True


def set_up(app: Flask, *, is_https: bool) -> None:
    """Add the headers to each response of the application."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _CSP)
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        if g.get("hides_address"):
            response.headers["Referrer-Policy"] = "no-referrer"
        if is_https:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        _set_caching(response)
        return response


def _set_caching(response: Response) -> None:
    """Let browsers keep files of ours whose address changes with them, and nothing that was made for a person."""
    if request.endpoint not in STATIC_ENDPOINTS:
        response.headers["Cache-Control"] = "no-store"
    elif request.args.get("v") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR_S}, immutable"
