"""Large real trees of Markdown go in as they are and are found."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.data import find_data
from tests.knowledge import library


def _tree(name: str) -> Path:
    sets = find_data()
    if sets is None:
        pytest.skip("The large real data is not here (SERVICEDESK_DATA)")
    return sets / name / "kb"


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "options", "count", "query", "title"),
    [
        (
            "ms-office-support-en",
            (),
            2448,
            "duplicate key sequence hosting provider",
            "There is a duplicate key sequence",
        ),
        (
            "ms-admin-insights-pl",
            ("--language", "pl"),
            2967,
            "notatek kontaktu nie można edytować",
            "Notatek do kontaktu",
        ),
        ("tts-handbook-en", (), 236, "voluntary leave transfer", "Voluntary Leave Transfer"),
    ],
)
def test_a_real_set_goes_in_whole_and_is_found(
    app: Flask, employee: FlaskClient, name: str, options: tuple[str, ...], count: int, query: str, title: str
) -> None:
    tree = _tree(name)
    result = app.test_cli_runner().invoke(args=["kb", "import", str(tree), *options])
    library.index(app)
    assert f"{count} added, 0 changed, 0 unchanged, 0 refused." in result.output
    page = employee.get("/search", query_string={"q": query}).text
    shown = page.replace("<mark>", "").replace("</mark>", "")
    assert title in shown
