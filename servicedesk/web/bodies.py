"""What a request's body may be: pages take forms, the API takes JSON. Anything else is refused before it is read."""

from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from servicedesk.errors import N_, UnsupportedTypeError

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_JSON = frozenset({"application/json"})
# Browsers choose how they report.
_TAKE_ANYTHING = frozenset({"csp_reports.receive"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS_ONLY = N_(
    "This page takes what its own form sends (application/x-www-form-urlencoded or multipart/form-data), nothing else."
)
_JSON_ONLY = N_("This address takes JSON (application/json), nothing else.")


class _StrictParser(FormDataParser):
    """Says so when a form is malformed; Werkzeug would go on with an empty one, and the words would be gone."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        """Return the form. Raises BadRequest when it cannot be read."""
        if content_length == 0:
            return stream, self.cls(), self.cls()
        self.silent = False
        try:
            body, form, files = super().parse(stream, mimetype, content_length, options)
        except (ValueError, LookupError) as error:
            raise BadRequest from error
        if any(not isinstance(name, str) for name in (*form, *files)):
            raise BadRequest
        return body, form, files


class BodyRequest(Request):
    """A request whose form is read strictly."""

    form_data_parser_class = _StrictParser


def set_up(app: Flask) -> None:
    """Check each request before its body is read."""
    app.request_class = BodyRequest
    app.before_request(_check_type)


def _check_type() -> None:
    if request.method in _WITHOUT_BODY or request.endpoint is None or request.endpoint in _TAKE_ANYTHING:
        return
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return
    is_api = request.path.startswith("/api/")
    if request.mimetype not in (_JSON if is_api else _FORMS):
        raise UnsupportedTypeError(_JSON_ONLY if is_api else _FORMS_ONLY)
