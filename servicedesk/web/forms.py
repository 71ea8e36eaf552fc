"""What may be sent to a page: a field that it does not know is refused (security.md X18).

A view reads either a `Form`, which refuses what it does not have, or the few fields that `takes` names.
"""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import FileField

from servicedesk.errors import N_, InvalidInputError
from servicedesk.web import sent_forms

_ALWAYS = ("csrf_token", sent_forms.FIELD)
_POSTING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Form(FlaskForm):  # type: ignore[misc]
    """A form of this product. Reads what was posted as a form; nothing else can get into it, and no file into a text."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Where the values come from; Flask-WTF would also take JSON, past all that looks at forms."""

        def wrap_formdata(self, form: "Form", formdata: object) -> object:
            """Return what was posted, if anything was: files for the fields of files, texts for all others."""
            if formdata is not _Auto:
                return formdata
            if request.method not in _POSTING:
                return None
            of_files = form.names_of_files()
            texts = ((name, text) for name, text in request.form.items(multi=True) if name not in of_files)
            files = ((name, file) for name, file in request.files.items(multi=True) if name in of_files)
            return ImmutableMultiDict([*texts, *files]) or None

    def names_of_files(self) -> set[str]:
        """Return the names of the fields that take files."""
        return {name for name, field in self._fields.items() if isinstance(field, FileField)}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check all fields; raise InvalidInputError for one that the form does not have, or has for a text and not a file."""
        files = self.names_of_files()
        _refuse_others([field.name for field in self if field.name not in files], files=tuple(files))
        return bool(super().validate(extra_validators))


def takes(*names: str, files: Sequence[str] = ()) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Name the fields and files that a view without a form reads, "fact_*" for all that begin so; others make it fail unread."""

    def declare(view: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(view)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            _refuse_others(names, files=files)
            return view(*args, **kwargs)

        return checked

    return declare


def _refuse_others(known: Sequence[str], *, files: Sequence[str]) -> None:
    """Raise InvalidInputError for a field or a file that was sent and is not among these."""
    patterns = (*known, *_ALWAYS)
    texts = (name for name in request.form if name not in files or any(request.form.getlist(name)))
    are_known = all(any(fnmatchcase(name, pattern) for pattern in patterns) for name in texts)
    if not are_known or not set(request.files) <= set(files):
        raise InvalidInputError(
            N_("The form has a field that this page does not know. Reload the page and send it again.")
        )
