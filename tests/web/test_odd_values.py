"""Numbers that no row has and the letter NUL are answered calmly on every page (security.md M7)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast
from tests.incidents.desk_work import category_id, read, send
from tests.incidents.library import file


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "9" * 5000])
@pytest.mark.parametrize("address", ["/incidents/{}", "/incidents/1/files/{}", "/articles/none/files/{}"])
def test_a_number_that_no_row_has_leads_nowhere(employee: FlaskClient, address: str, number: str) -> None:
    assert employee.get(address.format(number)).status_code == 404


@pytest.mark.parametrize("address", ["/articles/a%00b", "/articles/category/a%00b", "/%00"])
def test_an_address_with_nul_is_not_there(employee: FlaskClient, address: str) -> None:
    assert employee.get(address).status_code == 404


def test_nul_is_taken_out_of_what_is_asked_and_sent(employee: FlaskClient, agent: FlaskClient) -> None:
    assert agent.get("/queue?q=a%00b").status_code == 200
    assert 'value="ab"' in employee.get("/search?q=a%00b").text
    assert employee.get("/search?%00=b").status_code == 200
    assert employee.post("/incidents/new", data={"text": "The printer\x00 is silent"}).status_code == 303
    assert "The printer is silent" in employee.get("/incidents/new").text


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("details", {"assignee_id": 2**63}),
        ("details", {"category_id": 2**63}),
        ("details", {"category_id": -(2**63) - 1}),
        ("details", {"assignee_id": "9" * 5000}),
        ("team", {"team_id": 2**63}),
        ("team", {"team_id": 10**30, "is_confirmed": "y", "reviewed_note_ids": 10**30}),
        ("resolve", {"kind": "article", "article_ids": 2**63}),
        ("resolve", {"search": "1", "q": "paper", "article_ids": 2**63}),
        ("resolve", {"kind": "article", "article_ids": list(range(70_000))}),
        ("resolve", {"kind": "article", "slugs": "a " * 300_000}),
        ("desk-answers", {"text": "Try again.", "seen": 2**63}),
        ("state", {"state": "waiting", "version": 10**30}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_a_form_with_a_number_that_no_row_has_or_with_far_too_many_changes_nothing(
    app: Flask, cast: Cast, agent: FlaskClient, place: str, fields: dict[str, object]
) -> None:
    number = file(app, cast.ewa, "The printer is silent", category="email")
    usual = {"impact": 1, "urgency": 1, "category_id": category_id(app, "other"), "assignee_id": 0}
    sent = {**usual, **fields} if place == "details" else fields
    assert send(agent, app, number, place, **sent).status_code in (409, 422)
    assert read(app, number).version == 1
