"""A form is its person's: what a tab still sends after somebody else signed in there is not done in their name."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import now
from servicedesk.people import rules
from tests.directory.company import CAST
from tests.people.conftest import csrf_token, log_in

_WORDS = "Words about somebody's boss that were never sent"


@pytest.fixture
def browser(company_app: Flask) -> FlaskClient:
    """A browser at a desk that several people use."""
    company_app.config["WTF_CSRF_ENABLED"] = True
    return company_app.test_client()


def _sign_in(browser: FlaskClient, name: str) -> None:
    token = csrf_token(browser.get("/login").text)
    assert log_in(browser, name, CAST[name][1], csrf_token=token).status_code == 303


_FORMS = {
    "/incidents/draft": {"text": _WORDS},
    "/profile": {"language": "pl", "time_zone": "", "theme": "dark"},
    "/logout": {},
}


@pytest.mark.parametrize("path", _FORMS)
def test_a_form_of_somebody_who_was_there_before_is_refused(browser: FlaskClient, path: str) -> None:
    _sign_in(browser, "ewa")
    token = csrf_token(browser.get("/profile").text)
    with time_machine.travel(now() + rules.IDLE_LIFETIME + timedelta(minutes=1)):
        assert browser.post(path, data={**_FORMS[path], "csrf_token": token}).status_code in (302, 303, 401)
        _sign_in(browser, "anna")
        assert browser.post(path, data={**_FORMS[path], "csrf_token": token}).status_code == 400
        assert _WORDS not in browser.get("/incidents/new").text
        assert browser.get("/profile").status_code == 200


@pytest.mark.parametrize("path", ["/incidents/draft", "/profile"])
def test_ones_own_form_goes_on_however_long_it_was_open(browser: FlaskClient, path: str) -> None:
    _sign_in(browser, "ewa")
    token = csrf_token(browser.get("/profile").text)
    with time_machine.travel(now() + timedelta(days=20)):
        _sign_in(browser, "ewa")
        assert browser.post(path, data={**_FORMS[path], "csrf_token": token}).status_code in (204, 303)
