"""Security headers on every response, errors and downloads included (security.md, "Headers")."""

from flask import Flask, Response, g, request

from servicedesk.web.access import STATIC_ENDPOINTS

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; report-to csp"
)
DOWNLOAD_CSP = "sandbox; default-src 'none'"
_FIXED = {
    "Content-Security-Policy": _CSP,
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


def headers_of_all_answers(*, is_https: bool) -> dict[str, str]:
    """Return what every answer says, those that are given before the application is asked included."""
    https = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"} if is_https else {}
    return {**_FIXED, **https}


def hide_address() -> None:
    """Let nothing that is asked for from this page tell where it was asked: what the page shows is for a few."""
    g.hides_address = True


def set_up(app: Flask, *, is_https: bool) -> None:
    """Add the headers to each response of the application."""
    always = headers_of_all_answers(is_https=is_https)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if g.get("hides_address"):
            response.headers["Referrer-Policy"] = "no-referrer"
        _set_caching(response)
        return response


def _set_caching(response: Response) -> None:
    """Let browsers keep files of ours whose address changes with them, and nothing that was made for a person."""
    if request.endpoint not in STATIC_ENDPOINTS:
        response.headers["Cache-Control"] = "no-store"
    elif request.args.get("v") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR_S}, immutable"
