"""What no address and no form of ours can mean: numbers that no row has, and the letter NUL, which PostgreSQL refuses."""

from flask import Flask, request
from werkzeug.exceptions import NotFound, UnprocessableEntity
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
    """Answer such addresses and forms here, so that no page has to; call before routes are registered."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def refuse_nul() -> None:
        if _NUL in request.path:
            raise NotFound
        for values in (request.args, request.form):
            if any(_NUL in name or _NUL in value for name, value in values.items(multi=True)):
                raise UnprocessableEntity
