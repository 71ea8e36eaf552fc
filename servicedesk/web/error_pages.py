"""The one map from what went wrong to HTTP: a page that says what happened, that nothing was lost, and what to do."""

import logging
from http import HTTPStatus

from flask import Flask, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from servicedesk import database, database_errors, errors
from servicedesk.database import db
from servicedesk.web.addresses import page_they_came_from
from servicedesk.web.kept_texts import posted_texts

_log = logging.getLogger("servicedesk.errors")
_STATUS: dict[type[Exception], HTTPStatus] = {
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NotAllowedError: HTTPStatus.FORBIDDEN,
    errors.InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.UnsupportedTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_RETRY_AFTER_S = 30
_BARE_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{status} {phrase}</title></head>
<body><h1>{status} {phrase}</h1>
<p>Nothing was lost. Check the address, or try again in a minute.</p>
<p>Request number: {number}</p></body></html>
"""
Answer = tuple[str | AnyResponse, int, dict[str, str]]


def set_up(app: Flask) -> None:
    """Register one handler for each kind of failure, the unexpected included."""
    app.register_error_handler(errors.ServiceDeskError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(StaleDataError, _conflict)
    app.register_error_handler(IntegrityError, _constraint)
    app.register_error_handler(DataError, _no_value)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InternalError, _inside_database)
    app.register_error_handler(ProgrammingError, _not_migrated)
    app.register_error_handler(Exception, _unexpected)


def _known(error: errors.ServiceDeskError) -> Answer:
    status = next(
        (_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), HTTPStatus.INTERNAL_SERVER_ERROR
    )
    headers = {}
    if isinstance(error, errors.TooManyAttemptsError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    # A thing one may not see must look exactly like one that never was.
    is_told = str(error) and not isinstance(error, errors.NotFoundError)
    return _page(status, _(str(error)) if is_told else None, headers)


def _http(error: HTTPException) -> Answer:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if error.response is not None:
        return error.get_response(request.environ), status, {}
    headers = {
        name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Location")
    }
    return _page(status, None, headers)


def _stale_form(_error: CSRFError) -> Answer:
    message = _(
        "This form was open for too long, or cookies are off. Open its page again and send it once more."
    )
    return _page(HTTPStatus.BAD_REQUEST, message, {})


def _conflict(_error: StaleDataError | IntegrityError) -> Answer:
    message = _("Somebody else changed this at the same moment. Open the page again and look at what is new.")
    return _page(HTTPStatus.CONFLICT, message, {})


def _constraint(error: IntegrityError) -> Answer:
    """Whoever came second at the same moment is told so; which rule stopped them stands in the log."""
    _log.error("A rule of the database stopped a change", exc_info=error, extra=_request_field())
    return _conflict(error)


def _no_value(error: DataError) -> Answer:
    """Refuse what a column cannot hold; it should have been refused before, so the log says where."""
    _log.error("The database cannot hold a value", exc_info=error, extra=_request_field())
    return _page(HTTPStatus.UNPROCESSABLE_ENTITY, None, {})


def _database(error: DBAPIError) -> Answer:
    _log.error("The database did not answer in time", exc_info=error, extra=_request_field())
    return _page(HTTPStatus.SERVICE_UNAVAILABLE, None, {"Retry-After": str(_RETRY_AFTER_S)})


def _inside_database(error: InternalError) -> Answer:
    """Answer for a PostgreSQL that takes no writes now, which its driver counts among the internal errors."""
    return _database(error) if database_errors.is_read_only(error.orig) else _unexpected(error)


def _not_migrated(error: ProgrammingError) -> Answer:
    """Answer while the database is being brought to this version, which PostgreSQL calls our mistake and SQLite its own."""
    return _database(error) if database_errors.is_of_another_version(error) else _unexpected(error)


def _unexpected(error: Exception) -> Answer:
    _log.error("Unexpected failure", exc_info=error, extra=_request_field())
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, None, {})


def _page(status: HTTPStatus, message: str | None, headers: dict[str, str]) -> Answer:
    db.session.rollback()
    database.start_reading()
    number = g.get("request_number", "")
    if request.path.startswith("/api/"):
        told = message or ("Sign in first." if status == HTTPStatus.UNAUTHORIZED else status.phrase)
        body = jsonify(status=status.value, message=told, request=number)
        return body, status.value, headers
    return _html(status, message, number), status.value, headers


def _html(status: HTTPStatus, message: str | None, number: str) -> str:
    """Return the page; the page that says what failed must not fail itself."""
    values = {"status": status.value, "message": message, "request_number": number}
    bare = _BARE_PAGE.format(status=status.value, phrase=status.phrase, number=number)
    if isinstance(request.routing_exception, SecurityError):
        return bare  # With a host name that is not ours, no address can be made. Strangers try it often.
    try:
        return render_template("error.html", **values, texts=posted_texts(), came_from=page_they_came_from())
    except Exception as error:  # noqa: BLE001 - whatever failed before may fail here too.
        _log.warning("An error page could not be shown in full", exc_info=error, extra=_request_field())
        db.session.rollback()
    # Without asking the database who reads.
    g._login_user = AnonymousUserMixin()
    try:
        return render_template("error.html", **values, texts=posted_texts(), came_from=None)
    except Exception:  # noqa: BLE001 - why is in the log by now.
        db.session.rollback()
        return bare


def _request_field() -> dict[str, object]:
    return {"fields": {"request": g.get("request_number", "")}}
