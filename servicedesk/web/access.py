"""Who may call a route: declared at the route, enforced in one place, and nothing by default.

A view without a declaration is refused at start, so that no page can be forgotten. Whether somebody may see a
certain incident or article is another question: that is answered inside the query.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from servicedesk.errors import N_, NotAllowedError
from servicedesk.web.addresses import page_they_came_from
from servicedesk.web.kept_texts import posted_texts

View = TypeVar("View", bound=Callable[..., Any])
ANYONE = "anyone"
_SIGNED_IN = "signed-in"
STATIC_ENDPOINTS = frozenset({"static", "bootstrap.static"})


def anyone(view: View) -> View:
    """Open the route to people who are not signed in."""
    view._access = ANYONE  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open the route to everybody who is signed in."""
    view._access = _SIGNED_IN  # type: ignore[attr-defined]
    return view


def role(*names: str) -> Callable[[View], View]:
    """Open the route to people who have one of the roles."""

    def declare(view: View) -> View:
        view._access = names  # type: ignore[attr-defined]
        return view

    return declare


def declared(app: Flask, endpoint: str) -> str | tuple[str, ...] | None:
    """Return what a route declares: "anyone", "signed-in", a tuple of roles, or None."""
    if endpoint in STATIC_ENDPOINTS:
        return ANYONE
    view = app.view_functions[endpoint]
    access: str | tuple[str, ...] | None = getattr(view, "_access", None)
    if access is None:  # A class-based view of the API wraps its methods.
        access = getattr(getattr(view, "view_class", None), "_access", None)
    return access


def enforce(app: Flask) -> None:
    """Check each request against its route's declaration."""
    app.before_request(_check)


def refuse_undeclared(app: Flask) -> None:
    """Raise RuntimeError when a route has no declaration; call once all features are registered."""
    missing = [rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None]
    if missing:
        raise RuntimeError(f"These routes do not say who may call them: {', '.join(sorted(missing))}")


def _check() -> Response | None:
    from_app = request.endpoint and declared(current_app, request.endpoint)
    if not from_app or from_app == ANYONE:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if isinstance(from_app, tuple) and not any(current_user.has_role(name) for name in from_app):
        raise NotAllowedError(N_("This page is for colleagues with another role."))
    return None


def _ask_to_sign_in() -> Response:
    """Lead to the log-in and back; a text that was typed meanwhile is shown first, so that it is not lost."""
    # What a script asks for must not be a log-in page that it then shows as a piece of its own.
    is_script = request.headers.get("X-Background") == "1" or request.headers.get("Sec-Fetch-Dest") == "empty"
    if is_script or request.path.startswith("/api/") or posted_texts():
        raise Unauthorized
    is_page = request.method in ("GET", "HEAD")
    wanted = request.full_path.rstrip("?") if is_page else page_they_came_from()
    return redirect(url_for("people.log_in", next=wanted), 303)
