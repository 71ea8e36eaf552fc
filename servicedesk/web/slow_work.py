"""Views that do something slow: it is done before the write lock is taken, as everybody who files waits for that lock.

A view that may write begins with the lock (docs/decisions/0002). These begin without it:

    @blueprint.post("/articles/preview")          @blueprint.post("/incidents/uploads")
    @access.signed_in                             @access.signed_in
    @slow_work.reads_only                         @slow_work.first(store_files)
    def preview(): ...                            def upload(): ...

What `first` calls reads, renders or stores, and keeps what it made in `g`. Then the lock is taken and everything that was
loaded is read anew, so the view checks rights and versions again where they decide.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask

from servicedesk import database

_P = ParamSpec("_P")
_T = TypeVar("_T")


def reads_only(view: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a view that changes nothing run without the lock, although it is not called by GET."""
    view._begins_reading = True  # type: ignore[attr-defined]
    return view


def first(work: Callable[..., None]) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Call this with the view's arguments before the view takes the lock. It stands above what writes, `once` included."""

    def declare(view: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(view)
        def prepared(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            work(*args, **kwargs)
            database.start_writing()
            return view(*args, **kwargs)

        return reads_only(prepared)

    return declare


def begins_reading(app: Flask, endpoint: str | None) -> bool:
    """Tell whether a route's view takes the lock by itself, or never."""
    view: Any = app.view_functions.get(endpoint or "")
    return bool(getattr(view, "_begins_reading", False))
