"""Numbers that no row has and the letter NUL are answered calmly on every page."""

import pytest
from flask.testing import FlaskClient


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
