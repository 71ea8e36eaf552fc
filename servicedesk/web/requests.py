"""What happens around each request: its number, its log line, its transaction's kind and its limits."""

import logging
import secrets
import time

from flask import Flask, g, has_request_context, redirect, request
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from servicedesk import database
from servicedesk.database import db
from servicedesk.web.access import STATIC_ENDPOINTS
from servicedesk.web.slow_work import begins_reading

_log = logging.getLogger("servicedesk.requests")
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# How long a request has waited for a thread, where the server says so.
WAITED_S = "servicedesk.waited_s"
_LONGEST_FIELD = 500
_PROBES = frozenset({"/healthz", "/readyz"})


def set_up(app: Flask, *, trusted_proxies: int, public_url: str) -> None:
    """Give each request a number and a log line, and the kind of transaction that its method asks for."""
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )

    # Only a proxy that we trust can say that somebody came by plain http.
    must_be_secure = bool(trusted_proxies) and public_url.startswith("https://")

    @app.before_request
    def begin() -> Response | None:
        g.request_number = secrets.token_hex(6)
        g.began_at = time.perf_counter()
        begin_transactions(app)
        if must_be_secure and not request.is_secure and request.path not in _PROBES:
            return redirect(public_url + request.full_path.rstrip("?"), 308)
        return None

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        database.begin_anew()

    @app.after_request
    def log(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_number", "")
        if request.endpoint not in STATIC_ENDPOINTS:
            fields = {"fields": _fields(response)}
            _log.info("%s %s", request.method, request.path[:_LONGEST_FIELD], extra=fields)
        return response

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        database.close()


def begin_transactions(app: Flask) -> None:
    """Begin as this request's method and view ask for, waiting for the lock no longer than is left of its time."""
    database.limit_waiting(database.PATIENCE_S - request.environ.get(WAITED_S, 0.0))
    if request.method in READING_METHODS or begins_reading(app, request.endpoint):
        database.start_reading()
    else:
        database.start_writing()


@event.listens_for(db.session, "after_commit")
@event.listens_for(db.session, "after_rollback")
def _read_on(session: Session) -> None:
    """Let what an answer still asks once all is done, or undone, wait for no lock; a view that goes on writing says so."""
    if has_request_context() and not session.in_nested_transaction():
        database.start_reading()


def _fields(response: Response) -> dict[str, object]:
    return {
        "request": g.get("request_number", ""),
        "status": response.status_code,
        "took_ms": round((time.perf_counter() - g.get("began_at", time.perf_counter())) * 1000, 1),
        "person": _person(),
    }


def _person() -> str | None:
    """Return who asked if that was found out. The database is not asked: after a commit its failure would be the answer."""
    user = g.get("_login_user")
    person_id: str | None = user.get_id() if user is not None else None
    return person_id
