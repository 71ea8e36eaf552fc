"""What may be sent to a page: a field that it does not know is refused (security.md X18).

A view reads either a `Form`, which refuses what it does not have, or the few fields that `takes` names.
"""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import request
from flask_wtf import FlaskForm

from servicedesk.errors import N_, InvalidInputError
from servicedesk.web import sent_forms

_ALWAYS = ("csrf_token", sent_forms.FIELD)
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this product. Reads what was posted; nothing else can get into it."""

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check all fields; raise InvalidInputError for one that the form does not have."""
        _refuse_others([field.name for field in self])
        return bool(super().validate(extra_validators))


def takes(*names: str) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Name the fields that a view without a form reads, "fact_*" for all that begin so; others make it fail unread."""

    def declare(view: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(view)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            _refuse_others(names)
            return view(*args, **kwargs)

        return checked

    return declare


def _refuse_others(known: Sequence[str]) -> None:
    """Raise InvalidInputError for a field that was sent and is not among these."""
    patterns = (*known, *_ALWAYS)
    if not all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in request.form):
        raise InvalidInputError(
            N_("The form has a field that this page does not know. Reload the page and send it again.")
        )
