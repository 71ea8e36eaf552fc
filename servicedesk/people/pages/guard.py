"""What happens to a signed-in person around each request: found by the cookie, kept signed in, held back when unconfirmed."""

import logging

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager, current_user
from sqlalchemy.exc import InternalError, OperationalError

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.errors import N_, UnavailableError
from servicedesk.people import queries, rules, sessions
from servicedesk.people.current import current_person
from servicedesk.people.models import Person
from servicedesk.people.pages.confirming import is_confirmed_now
from servicedesk.web import access
from servicedesk.web.requests import READING_METHODS, begin_transactions

login_manager = LoginManager()
# Leaving must always work.
_ALWAYS_OPEN = frozenset({"people.log_out", "people.end_web_session", "people.end_other_web_sessions"})
# Writing down the last use may as well be left out.
_PATIENCE_MS = 300
_log = logging.getLogger("servicedesk.people")


def set_up(app: Flask) -> None:
    """Let Flask-Login find the person by our own cookie; nothing about log-in is in Flask's signed one."""
    login_manager.init_app(app)
    login_manager.session_protection = None
    login_manager.request_loader(_load)
    app.before_request(_keep_alive)
    app.before_request(_hold_back_unconfirmed)
    app.add_template_global(queries.find_break_glass_use, "break_glass_use")


def ask_again(app: Flask) -> None:
    """Let the directory be asked before somebody is refused only because their last check looks old: before `access.enforce`."""
    app.before_request(_ask_again)


def session_cookie() -> str:
    """Return what the browser sent as its session's id, or nothing."""
    return request.cookies.get(_cookie_name(), "")


def set_session_cookie(response: Response, value: str) -> Response:
    """Give the browser a session's id, readable to no script, sent to no other site."""
    is_https = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(_cookie_name(), value, path="/", secure=is_https, httponly=True, samesite="Lax")
    return response


def delete_session_cookie(response: Response) -> Response:
    """Take the session's id from the browser."""
    is_https = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(_cookie_name(), path="/", secure=is_https, httponly=True, samesite="Lax")
    return response


def _cookie_name() -> str:
    return sessions.cookie_name(is_https=current_app.config["SESSION_COOKIE_SECURE"])


def _load(request: Request) -> Person | None:
    g.web_session = sessions.find_live(request.cookies.get(_cookie_name(), ""))
    return g.web_session.person if g.web_session else None


def _ask_again() -> None:
    if _is_open_route() or current_user.is_authenticated:
        return
    person = sessions.find_unconfirmed(session_cookie())
    if person is not None and is_confirmed_now(person):
        g.pop("_login_user")  # Flask-Login looks anew.


def _keep_alive() -> None:
    """Push the idle end of the session away, at most once a minute, and never for what no person asked for (S3)."""
    if _is_open_route() or not current_user.is_authenticated or _is_background():
        return
    if abs(now() - g.web_session.last_used_at) < sessions.TOUCH_EVERY:
        return
    try:
        database.start_writing(patience_ms=_PATIENCE_MS)
        sessions.touch(g.web_session)
        db.session.commit()
    except (OperationalError, InternalError):
        # A full disk, a standby or a locked database must not keep people from reading.
        db.session.rollback()
        _log.warning("The last use of a session could not be written down")
    begin_transactions(current_app)


def _hold_back_unconfirmed() -> None:
    """Refuse changes by staff whose account the directory has not confirmed for an hour (L3)."""
    if request.method in READING_METHODS or _is_open_route() or request.endpoint in _ALWAYS_OPEN:
        return
    if not current_user.is_authenticated or current_person().is_break_glass:
        return
    person = current_person()
    if rules.may_change_things(person.known_roles, person.state_checked_at, at=now()):
        return
    if not is_confirmed_now(person):
        raise UnavailableError(
            N_(
                "The company directory has not answered for an hour, so your account cannot be confirmed. "
                "You can read everything; changes by staff work again as soon as it answers."
            )
        )


def _is_open_route() -> bool:
    return request.endpoint is None or access.declared(current_app, request.endpoint) == access.ANYONE


def _is_background() -> bool:
    return request.headers.get("X-Background") == "1" or "prefetch" in request.headers.get("Sec-Purpose", "")
