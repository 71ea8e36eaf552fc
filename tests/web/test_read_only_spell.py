"""After a spell in which the database took no writes, writing comes back by itself."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from tests.drill import Drill
from tests.services.databases import IS_POSTGRESQL

FORM = {
    "text": "The printer eats paper",
    "title": "Printer",
    "category_id": "1",
    "impact": "3",
    "urgency": "3",
}


def spoil(app: Flask, statement: str, *, connections: int = 3) -> None:
    """Leave connections in the pool that were opened when the disk, or the server, was not well."""
    with app.app_context():
        opened = [db.engine.raw_connection() for _ in range(connections)]
        for connection in opened:
            cursor = connection.cursor()
            cursor.execute(statement)
            cursor.close()
            connection.commit()
            connection.close()


def filed(app: Flask) -> int:
    """Count the incidents."""
    with app.app_context():
        return db.session.query(Incident).count()


SPELLS = (
    ["SET default_transaction_read_only = on"]
    if IS_POSTGRESQL
    else ["PRAGMA query_only=ON", "PRAGMA max_page_count=1"]
)


@pytest.mark.drill
@pytest.mark.parametrize("statement", SPELLS)
def test_writing_comes_back_after_a_spell(
    app: Flask, employee: FlaskClient, drill: Drill, statement: str
) -> None:
    spoil(app, statement)
    refused = employee.post("/incidents", data=FORM | {"text": FORM["text"] * 200})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert FORM["text"] in refused.text
    assert filed(app) == 0
    assert employee.post("/incidents", data=FORM | {"text": FORM["text"] * 200}).status_code == 303
    there = filed(app)
    drill.tell(
        "filings around a read-only spell",
        tried=2,
        acknowledged=1,
        lost=int(there < 1),
        doubled=max(0, there - 1),
    )


def test_reading_goes_on_meanwhile(app: Flask, employee: FlaskClient) -> None:
    spoil(app, SPELLS[0])
    assert employee.get("/incidents/new").status_code == 200
    assert employee.get("/articles").status_code == 200
