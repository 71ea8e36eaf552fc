"""Asking through the front door."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from servicedesk.web import access
from tests.permissions.doors import Door, Target
from tests.permissions.oracle import Somebody

_NO_SUCH_NUMBER = 999_999


def knock(app: Flask, browser: FlaskClient, door: Door, target: Target) -> TestResponse:
    """Send a door's request about a target."""
    with app.test_request_context():
        values: dict[str, Any] = dict(_arguments(app, door, target))
        address = app.url_for(door.endpoint, **values)
    # What was said to somebody about an earlier request would stand on the next page.
    browser.delete_cookie("form")
    if door.form is None:
        return browser.get(address, buffered=True)
    return browser.post(address, data=dict(door.form(target)))


def knock_at_nothing(app: Flask, browser: FlaskClient, door: Door, target: Target) -> TestResponse:
    """Send the same request about an object that never was."""
    nothing = {
        name: "no-such-canary" if isinstance(value, str) else _NO_SUCH_NUMBER
        for name, value in target.address.items()
    }
    return knock(app, browser, door, _elsewhere(target, nothing))


def lacks_role(app: Flask, door: Door, somebody: Somebody) -> bool:
    """Tell whether the route itself is for other roles, whatever the object is."""
    declared = access.declared(app, door.endpoint)
    return isinstance(declared, tuple) and not somebody.roles.intersection(declared)


def is_sent_to_log_in(answer: TestResponse) -> bool:
    """Tell whether somebody is asked to sign in first: at once, or with the typed text given back."""
    if answer.status_code == 303:
        return answer.headers["Location"].startswith("/login")
    return answer.status_code == 401


def _arguments(app: Flask, door: Door, target: Target) -> Mapping[str, object]:
    rule = next(iter(app.url_map.iter_rules(door.endpoint)))
    return {name: target.address[name] for name in rule.arguments}


def _elsewhere(target: Target, address: Mapping[str, object]) -> Target:
    values = {name: getattr(target, name) for name in target.__dataclass_fields__}
    return Target(**{**values, "address": address})
