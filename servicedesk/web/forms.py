"""The base of all forms: a field that the form does not know is refused (security.md X18)."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from servicedesk.errors import N_, InvalidInputError

_ALWAYS = frozenset({"csrf_token"})


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this product. Reads what was posted; nothing else can get into it."""

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check all fields; raise InvalidInputError for one that the form does not have."""
        unknown = set(request.form) - {field.name for field in self} - _ALWAYS
        if unknown:
            raise InvalidInputError(
                N_("The form has a field that this page does not know. Reload the page and send it again.")
            )
        return bool(super().validate(extra_validators))
