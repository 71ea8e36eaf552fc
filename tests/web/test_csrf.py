"""Forms from elsewhere are refused; a form of ours whose token is stale loses no text (security.md X17)."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import now
from servicedesk.people import sessions
from tests.factories import Cast, sign_in

CHOICES = {"language": "pl", "time_zone": "", "theme": "auto"}


def token_of(client: FlaskClient, path: str = "/profile") -> str:
    """Return the token of the page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


@pytest.fixture
def ewa(csrf_app: Flask, cast: Cast) -> FlaskClient:
    """Ewa's browser, with the protection switched on."""
    return sign_in(csrf_app, cast.ewa)


def test_a_form_with_its_token_is_taken(ewa: FlaskClient) -> None:
    assert ewa.post("/profile", data=CHOICES | {"csrf_token": token_of(ewa)}).status_code == 303


def test_a_token_in_the_header_is_taken(ewa: FlaskClient) -> None:
    assert ewa.post("/profile", data=CHOICES, headers={"X-CSRFToken": token_of(ewa)}).status_code == 303


@pytest.mark.parametrize("token", [None, "", "x", "IjEyMyI.abc.def"])
def test_a_form_without_it_is_refused(ewa: FlaskClient, token: str | None) -> None:
    assert (
        ewa.post("/profile", data=CHOICES | ({"csrf_token": token} if token is not None else {})).status_code
        == 400
    )


def test_somebody_elses_token_is_refused(csrf_app: Flask, ewa: FlaskClient, cast: Cast) -> None:
    other = sign_in(csrf_app, cast.olek)
    token = token_of(other)
    token_of(ewa)
    assert ewa.post("/profile", data=CHOICES | {"csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_request_from_another_site_is_refused_whatever_it_knows(
    ewa: FlaskClient, headers: dict[str, str]
) -> None:
    answer = ewa.post("/profile", data=CHOICES | {"csrf_token": token_of(ewa)}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}]
)
def test_a_request_from_here_is_taken(ewa: FlaskClient, headers: dict[str, str]) -> None:
    answer = ewa.post("/profile", data=CHOICES | {"csrf_token": token_of(ewa)}, headers=headers)
    assert answer.status_code == 303


def test_every_changing_route_asks_for_the_token_before_it_asks_who_sent_it(
    csrf_app: Flask, client: FlaskClient
) -> None:
    """Only what browsers themselves send needs none."""
    without = {"csp_reports.receive"}
    lacking = []
    for rule in csrf_app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            values = dict.fromkeys(rule.arguments, "1")
            with csrf_app.test_request_context():
                _domain, path = rule.build(values) or ("", "")
            status = client.open(path, method=method).status_code
            if status != 400 and rule.endpoint not in without:
                lacking.append((rule.endpoint, method, status))
    assert lacking == []


def test_reading_never_changes_anything(csrf_app: Flask) -> None:
    """A route that takes GET takes nothing else, so no form can be sent by a link (security.md X17)."""
    both = [
        rule.endpoint for rule in csrf_app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())
    ]
    assert both == []


def test_a_stale_form_gives_the_text_back_and_no_secret(ewa: FlaskClient) -> None:
    text = "The printer on floor 3 <prints> only odd pages.\nSince Monday."
    data = {"csrf_token": "stale", "body": text, "password": "my-very-secret-password", "new_token": "x" * 40}
    answer = ewa.post("/profile", data=data, headers={"Referer": "http://localhost/profile"})
    assert answer.status_code == 400
    assert "The printer on floor 3 &lt;prints&gt; only odd pages.\nSince Monday.</textarea>" in answer.text
    assert "my-very-secret-password" not in answer.text
    assert "x" * 40 not in answer.text
    assert 'href="/profile"' in answer.text


def test_a_form_sent_after_the_session_ended_gives_the_text_back_too(
    csrf_app: Flask, ewa: FlaskClient
) -> None:
    token = token_of(ewa)
    ewa.delete_cookie("sid")
    text = "What I typed for a quarter of an hour"
    answer = ewa.post(
        "/profile",
        data={"csrf_token": token, "body": text},
        headers={"Referer": "http://localhost/profile?tab=1"},
    )
    assert answer.status_code == 401
    assert text in answer.text
    assert 'href="/login?next=/profile?tab%3D1"' in answer.text


def test_a_button_pressed_after_the_session_ended_leads_to_the_log_in_and_back(ewa: FlaskClient) -> None:
    token = token_of(ewa)
    ewa.delete_cookie("sid")
    answer = ewa.post("/logout", data={"csrf_token": token}, headers={"Referer": "http://localhost/profile"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/profile")


def test_a_referer_from_elsewhere_leads_nowhere(ewa: FlaskClient) -> None:
    token = token_of(ewa)
    ewa.delete_cookie("sid")
    answer = ewa.post(
        "/logout", data={"csrf_token": token}, headers={"Referer": "http://evil.example/profile"}
    )
    assert (answer.status_code, answer.location) == (303, "/login")


@pytest.mark.parametrize("days", [-1, -400, 20])
def test_a_form_that_was_open_while_the_clock_changed_is_taken(
    csrf_app: Flask, cast: Cast, days: int
) -> None:
    ewa = sign_in(csrf_app, cast.ewa)
    token = token_of(ewa)
    with time_machine.travel(now() + timedelta(days=days)):
        if days > 0:  # She has to sign in anew, in the same browser.
            ewa.set_cookie(*sid_cookie(sign_in(csrf_app, cast.ewa)))
        assert ewa.post("/profile", data=CHOICES | {"csrf_token": token}).status_code == 303


def sid_cookie(client: FlaskClient) -> tuple[str, str]:
    """Return the cookie by which somebody is signed in."""
    name = sessions.cookie_name(is_https=False)
    cookie = client.get_cookie(name)
    assert cookie
    return name, cookie.value
