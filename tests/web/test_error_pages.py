"""What people see when something cannot be done: what happened, that nothing was lost, what to do."""

import io
import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import RequestEntityTooLarge

from servicedesk import errors
from servicedesk.database import db
from servicedesk.web import access
from tests.factories import Cast, sign_in

FAILURES: dict[str, tuple[Callable[[], Exception], int]] = {
    "missing": (lambda: errors.NotFoundError("Incident 7 of the HR team."), 404),
    "forbidden": (lambda: errors.NotAllowedError("This belongs to another team."), 403),
    "invalid": (lambda: errors.InvalidInputError("The title is too long."), 422),
    "conflict": (lambda: errors.ConflictError("Somebody has taken it."), 409),
    "stale": (lambda: StaleDataError("secret row 4711"), 409),
    "often": (lambda: errors.TooManyAttemptsError("Wait a little.", retry_after_s=77), 429),
    "away": (lambda: errors.UnavailableError("Mail does not answer."), 503),
    "locked": (lambda: OperationalError("UPDATE secret_table", {}, Exception("database is locked")), 503),
    "large": (RequestEntityTooLarge, 413),
    "broken": (lambda: ZeroDivisionError("secret internals"), 500),
}


@pytest.fixture
def failing_app(own_app: Flask) -> Flask:
    """The application with a page that fails in every known way, for reading and for sending."""

    @access.anyone
    def fail(how: str) -> str:
        raise FAILURES[how][0]()

    own_app.add_url_rule("/fail/<how>", "fail", fail, methods=["GET"])
    own_app.add_url_rule("/fail/<how>", "fail_too", fail, methods=["POST"])
    own_app.add_url_rule("/api/fail/<how>", "fail_in_api", fail, methods=["GET"])
    return own_app


@pytest.mark.parametrize("how", FAILURES)
def test_each_failure_has_its_status_and_a_page_that_tells_what_to_do(
    failing_app: Flask, cast: Cast, how: str
) -> None:
    for client in (
        failing_app.test_client(),
        sign_in(failing_app, cast.ewa),
        sign_in(failing_app, cast.adam),
    ):
        answer = client.get(f"/fail/{how}")
        assert answer.status_code == FAILURES[how][1]
        assert len(re.findall(r"<h1>", answer.text)) == 1
        assert re.search(r"Request number: [0-9a-f]{12}", answer.text)
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text


def test_a_message_is_shown_but_not_of_what_may_not_be_known(failing_app: Flask) -> None:
    client = failing_app.test_client()
    assert "This belongs to another team." in client.get("/fail/forbidden").text
    hidden, absent = client.get("/fail/missing").text, client.get("/fail/../no-such-page").text
    assert "HR" not in hidden
    same = [re.sub(r"Request number: \w+", "", page) for page in (hidden, absent)]
    assert same[0] == same[1]


def test_whoever_has_to_wait_is_told_how_long(failing_app: Flask) -> None:
    client = failing_app.test_client()
    assert client.get("/fail/often").headers["Retry-After"] == "77"
    assert int(client.get("/fail/away").headers["Retry-After"]) > 0


@pytest.mark.parametrize("how", FAILURES)
def test_the_api_answers_in_json(failing_app: Flask, how: str) -> None:
    answer = failing_app.test_client().get(f"/api/fail/{how}")
    assert answer.status_code == FAILURES[how][1]
    assert answer.json is not None
    assert set(answer.json) == {"status", "message", "request"}
    assert "secret" not in answer.text


@pytest.mark.parametrize("how", ["conflict", "stale", "away", "locked", "broken", "often"])
def test_typed_text_comes_back(failing_app: Flask, how: str) -> None:
    answer = failing_app.test_client().post(
        f"/fail/{how}", data={"body": "A long text that took me a while.", "t": "short"}
    )
    assert "A long text that took me a while.</textarea>" in answer.text
    assert ">short<" not in answer.text


def test_the_reason_stands_in_the_log_with_the_number_of_the_page(
    failing_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    page = failing_app.test_client().get("/fail/broken").text
    number = re.findall(r"Request number: (\w+)", page)[0]
    records = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(records) == 1
    assert vars(records[0])["fields"]["request"] == number
    assert "secret internals" in caplog.text


def test_a_page_opens_although_the_database_is_gone(failing_app: Flask, cast: Cast) -> None:
    """Nobody can be recognised then, so the page is the one for strangers; it is no bare "500"."""
    client = sign_in(failing_app, cast.adam)
    with failing_app.app_context():
        for name in ("web_sessions", "security_events"):
            db.session.execute(text(f"DROP TABLE {name}"))
        db.session.commit()
    answer = client.get("/profile")
    assert answer.status_code in (500, 503)
    assert "<h1>" in answer.text
    assert "theme.css" in answer.text


def test_an_unknown_address_asks_nobody_to_sign_in(client: FlaskClient, employee: FlaskClient) -> None:
    assert client.get("/no-such-page").status_code == 404
    assert employee.get("/no-such-page").status_code == 404


def test_the_wrong_method_says_which_are_right(employee: FlaskClient) -> None:
    answer = employee.delete("/profile")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_errors_are_told_in_the_readers_language(failing_app: Flask) -> None:
    page = failing_app.test_client().get("/fail/away", headers={"Accept-Language": "pl"}).text
    assert '<html lang="pl"' in page


def test_a_body_that_is_cut_off_is_no_failure_of_ours(employee: FlaskClient) -> None:
    body = io.BytesIO(b"--x\r\nContent-Disposition: form-data; name=")
    answer = employee.post(
        "/profile",
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "4000"},
    )
    assert answer.status_code in (400, 413, 422)
