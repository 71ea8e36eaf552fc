"""Every route says who may call it, and is called by nobody else."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.web import access

# Who is not signed in reaches these and nothing more.
OPEN = {
    "static",
    "bootstrap.static",
    "health.lives",
    "operating.is_ready",
    "csp_reports.receive",
    "people.log_in",
    "people.check_log_in",
    "people.signed_out",
}


def path_of(app: Flask, endpoint: str) -> tuple[str, str]:
    """Return a method and an address of a route."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    values = dict.fromkeys(rule.arguments, "1")
    with app.test_request_context():
        _domain, path = rule.build(values) or ("", "")
    return ("GET" if "GET" in (rule.methods or set()) else "POST"), path


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    """A new route that forgets it does not start (security.md A1)."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {name for name in endpoints if access.declared(app, name) is None} == set()
    assert {name for name in endpoints if access.declared(app, name) == access.ANYONE} == OPEN


def test_a_route_that_forgets_it_stops_the_start(own_app: Flask) -> None:
    own_app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        access.refuse_undeclared(own_app)


def test_strangers_are_led_to_the_log_in(app: Flask, client: FlaskClient) -> None:
    wrong = {}
    for endpoint in {rule.endpoint for rule in app.url_map.iter_rules()} - OPEN:
        method, path = path_of(app, endpoint)
        answer = client.open(path, method=method)
        expected = 401 if path.startswith("/api/") else 303
        if answer.status_code != expected or (expected == 303 and "/login" not in answer.location):
            wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("header", [{"X-Background": "1"}, {"Sec-Fetch-Dest": "empty"}])
def test_a_script_is_told_so_and_gets_no_log_in_page(client: FlaskClient, header: dict[str, str]) -> None:
    answer = client.get("/profile", headers=header)
    assert answer.status_code == 401
    assert 'name="password"' not in answer.text


@pytest.mark.parametrize("browser", ["employee", "agent", "editor", "admin"])
def test_a_role_that_is_asked_for_is_needed(app: Flask, request: pytest.FixtureRequest, browser: str) -> None:
    client: FlaskClient = request.getfixturevalue(browser)
    for rule in app.url_map.iter_rules():
        roles = access.declared(app, rule.endpoint)
        if isinstance(roles, tuple) and browser not in roles:
            method, path = path_of(app, rule.endpoint)
            assert client.open(path, method=method).status_code == 403, path


def test_there_is_no_way_to_a_password_but_the_directory(app: Flask) -> None:
    """Nothing to register, to reset or to forget (security.md L4)."""
    words = re.compile(r"password|reset|regist|forgot|signup|sign-up|impersonat", re.IGNORECASE)
    assert [str(rule) for rule in app.url_map.iter_rules() if words.search(str(rule) + rule.endpoint)] == []
