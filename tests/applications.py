"""Applications for tests, each built once for its settings: to build one takes longer than what most tests do with it.

What remains from test to test is what no setting, row or file decides: addresses, read templates, compiled statements.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

import config
from servicedesk.app import connect, create_app
from servicedesk.database import db

_MOST_KEPT = 8
_free: list[tuple[config.Settings, Flask, dict[str, Any]]] = []
_EVENTS = ("begin", "commit", "rollback", "before_execute", "before_cursor_execute", "after_cursor_execute")


@contextmanager
def application(settings: config.Settings, *, forms_need_token: bool = False) -> Iterator[Flask]:
    """Lend an application in the state in which `create_app` leaves it; nobody else has it meanwhile.

    Who adds an address makes an application with `create_app`: none can be taken away again. Who listens to the engine
    stops listening, and fails otherwise.
    """
    app, fresh = _take(settings)
    app.config["WTF_CSRF_ENABLED"] = forms_need_token
    try:
        yield app
    finally:
        leave_database(app)
        _give_back(settings, app, fresh)


def leave_database(app: Flask) -> None:
    """End all connections of the application to its database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _take(settings: config.Settings) -> tuple[Flask, dict[str, Any]]:
    for place, (known, app, fresh) in enumerate(_free):
        if known == settings:
            del _free[place]
            return app, fresh
    app = create_app(settings)
    return app, {"config": dict(app.config), "extensions": dict(app.extensions), "listeners": _listeners(app)}


def _give_back(settings: config.Settings, app: Flask, fresh: dict[str, Any]) -> None:
    assert _listeners(app) == fresh["listeners"], (
        "The test still listens to the engine: the next one would hear it."
    )
    for name in ("config", "extensions"):
        values = fresh[name]
        getattr(app, name).clear()
        getattr(app, name).update(values)
    connect(app, settings)
    _free.append((settings, app, fresh))
    del _free[:-_MOST_KEPT]


def _listeners(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {event: len(list(getattr(db.engine.dispatch, event))) for event in _EVENTS}
