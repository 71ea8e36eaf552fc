"""Who is let in, and who they then are."""

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.directory.company import CAST
from tests.people.conftest import log_in


def test_the_right_password_opens_the_start_page(company_app: Flask) -> None:
    client = company_app.test_client()
    answer = log_in(client, "ewa", CAST["ewa"][1])
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/profile").status_code == 200


@pytest.mark.parametrize("name", ["łukasz", "żaneta", "anna"])
def test_names_with_any_letters_log_in(company_app: Flask, name: str) -> None:
    client = company_app.test_client()
    assert log_in(client, name, CAST[name][1]).status_code == 303
    with company_app.app_context():
        person = db.session.scalars(
            select(Person).where(Person.user_name == name, Person.last_login_at.is_not(None))
        ).one()
        assert person.display_name == CAST[name][0]
