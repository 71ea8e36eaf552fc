"""What no address and no form of ours can mean: numbers that no row has, and letters that nobody can see.

Query, form and JSON are cleaned here, before any page reads them (foreign_text.py). Passwords are not: they are
compared letter by letter, elsewhere.
"""

from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, ValidationError

from servicedesk import foreign_text

HIGHEST_ROW_NUMBER = 2**31 - 1
_LEFT_ALONE = frozenset({"password"})


class RowNumber(IntegerConverter):
    """A number in an address that a row may have; a higher one leads to no page, on every database alike."""

    def to_python(self, value: str) -> int:
        """Return the number. Raises ValidationError, which makes the address one that is not there."""
        number = int(super().to_python(value)) if len(value) <= len(str(HIGHEST_ROW_NUMBER)) else -1
        if not 0 <= number <= HIGHEST_ROW_NUMBER:
            raise ValidationError
        return number


def row_number(value: str) -> int | None:
    """Return the number that a text is, if a row may have it."""
    is_number = value.isascii() and value.isdecimal() and len(value) <= len(str(HIGHEST_ROW_NUMBER))
    return number if is_number and (number := int(value)) <= HIGHEST_ROW_NUMBER else None


class CleanJson(DefaultJSONProvider):
    """JSON whose texts are cleaned as those of forms are."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON; names and texts in it come out cleaned."""
        return _clean_json(super().loads(s, **kwargs))


def set_up(app: Flask) -> None:
    """Settle all of it before any page reads them; call before routes are registered."""
    app.url_map.converters["int"] = RowNumber
    app.json = CleanJson(app)

    @app.before_request
    def clean() -> None:
        if "\0" in request.path:
            raise NotFound
        # Refusing an unseen letter would cost the rest of a text, which is what it came with.
        request.args = _clean(request.args)
        request.form = _clean(request.form)


def _clean(values: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(
        (foreign_text.lines(name), value if name in _LEFT_ALONE else foreign_text.lines(value))
        for name, value in values.items(multi=True)
    )


def _clean_json(value: Any) -> Any:
    """Return the value with cleaned texts; how deep it may be was checked before (limits.py)."""
    if isinstance(value, str):
        return foreign_text.lines(value)
    if isinstance(value, list):
        return [_clean_json(item) for item in value]
    if isinstance(value, dict):
        return {foreign_text.lines(name): _clean_json(item) for name, item in value.items()}
    return value
