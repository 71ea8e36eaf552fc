"""The one map from what went wrong to HTTP: a page that says what happened, that nothing was lost, and what to do."""

import logging
from http import HTTPStatus

from flask import Flask, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from servicedesk import errors
from servicedesk.database import db

_log = logging.getLogger("servicedesk.errors")
_STATUS: dict[type[Exception], HTTPStatus] = {
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NotAllowedError: HTTPStatus.FORBIDDEN,
    errors.InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_RETRY_AFTER_S = 30
Answer = tuple[str | AnyResponse, int, dict[str, str]]


def set_up(app: Flask) -> None:
    """Register one handler for each kind of failure, the unexpected included."""
    app.register_error_handler(errors.ServiceDeskError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(StaleDataError, _conflict)
    app.register_error_handler(OperationalError, _database)
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
    message = None if isinstance(error, errors.NotFoundError) else _(str(error))
    return _page(status, message, headers)


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
        "This form was open for too long, or cookies are off. Go back, copy your text if it is long, reload and send again."
    )
    return _page(HTTPStatus.BAD_REQUEST, message, {})


def _conflict(_error: StaleDataError) -> Answer:
    message = _(
        "Somebody else changed this at the same moment. Go back, reload and look at what is new; your text is still in the form."
    )
    return _page(HTTPStatus.CONFLICT, message, {})


def _database(error: OperationalError) -> Answer:
    _log.error("The database did not answer in time", exc_info=error)
    return _page(HTTPStatus.SERVICE_UNAVAILABLE, None, {"Retry-After": str(_RETRY_AFTER_S)})


def _unexpected(error: Exception) -> Answer:
    _log.error(
        "Unexpected failure", exc_info=error, extra={"fields": {"request": g.get("request_number", "")}}
    )
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR, None, {})


def _page(status: HTTPStatus, message: str | None, headers: dict[str, str]) -> Answer:
    db.session.rollback()
    number = g.get("request_number", "")
    if request.path.startswith("/api/"):
        body = jsonify(status=status.value, message=message or status.phrase, request=number)
        return body, status.value, headers
    html = render_template("error.html", status=status.value, message=message, request_number=number)
    return html, status.value, headers
