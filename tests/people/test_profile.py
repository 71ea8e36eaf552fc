"""What people decide about themselves."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.factories import Cast

CHOICES = {"language": "pl", "time_zone": "America/New_York", "theme": "dark"}


def test_choices_are_kept(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    answer = employee.post("/profile", data=CHOICES)
    assert (answer.status_code, answer.location) == (303, "/profile")
    with app.app_context():
        person = db.session.get_one(Person, cast.ewa)
        assert (person.language, person.time_zone, person.theme) == ("pl", "America/New_York", "dark")
    page = employee.get("/profile").text
    assert '<html lang="pl"' in page
    assert 'data-bs-theme="dark"' in page


def test_without_a_choice_the_browser_and_the_company_decide(employee: FlaskClient) -> None:
    employee.post("/profile", data={"language": "", "time_zone": "", "theme": "auto"})
    assert '<html lang="pl"' in employee.get("/profile", headers={"Accept-Language": "pl-PL,en;q=0.5"}).text
    assert '<html lang="en"' in employee.get("/profile", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="en"' in employee.get("/profile", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize(
    "change",
    [
        {"language": "tlh"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"theme": "pink"},
        {"theme": ""},
    ],
)
def test_what_cannot_be_chosen_is_refused(
    app: Flask, cast: Cast, employee: FlaskClient, change: dict[str, str]
) -> None:
    answer = employee.post("/profile", data=CHOICES | change)
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.get_one(Person, cast.ewa).time_zone is None


def test_nobody_gives_themselves_a_role(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    assert employee.post("/profile", data=CHOICES | {"roles": "admin"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(Person, cast.ewa).roles == []


def test_what_the_directory_says_is_shown(employee: FlaskClient) -> None:
    page = employee.get("/profile").text
    assert "Ewa Nowak" in page
    assert "ewa@example.com" in page


@pytest.mark.parametrize(
    ("browser", "status"), [("employee", 403), ("agent", 403), ("editor", 403), ("admin", 200)]
)
@pytest.mark.usefixtures("app")
def test_security_events_are_for_admins(request: pytest.FixtureRequest, browser: str, status: int) -> None:
    client: FlaskClient = request.getfixturevalue(browser)
    assert client.get("/admin/security-events").status_code == status
