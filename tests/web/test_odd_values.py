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


def test_a_text_with_nul_is_refused_before_any_page_reads_it(
    employee: FlaskClient, agent: FlaskClient
) -> None:
    assert agent.get("/queue?q=a%00b").status_code == 422
    assert employee.get("/search?q=a%00b").status_code == 422
    assert employee.get("/search?%00=b").status_code == 422
    assert employee.post("/incidents/new", data={"text": "a\x00b"}).status_code == 422
