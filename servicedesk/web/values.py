"""What no address and no form of ours can mean: numbers that no row has, and the letter NUL, which PostgreSQL refuses."""

from flask import Flask, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, ValidationError

HIGHEST_ROW_NUMBER = 2**31 - 1
_NUL = "\x00"


class RowNumber(IntegerConverter):
    """A number in an address that a row may have; a higher one leads to no page, on every database alike."""

    def to_python(self, value: str) -> int:
        """Return the number. Raises ValidationError, which makes the address one that is not there."""
        number = int(super().to_python(value)) if len(value) <= len(str(HIGHEST_ROW_NUMBER)) else -1
        if not 0 <= number <= HIGHEST_ROW_NUMBER:
            raise ValidationError
        return number


def set_up(app: Flask) -> None:
    """Settle both before any page reads them; call before routes are registered."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def take_nul_out() -> None:
        if _NUL in request.path:
            raise NotFound
        # Nobody types it. Refusing it would cost the rest of a text, which is what it came with.
        if _holds_nul(request.args):
            request.args = _without_nul(request.args)
        if _holds_nul(request.form):
            request.form = _without_nul(request.form)


def _holds_nul(values: MultiDict[str, str]) -> bool:
    return any(_NUL in name or _NUL in value for name, value in values.items(multi=True))


def _without_nul(values: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict(
        (name.replace(_NUL, ""), value.replace(_NUL, "")) for name, value in values.items(multi=True)
    )
