"""Whoever asks for every address there is changes nothing by that (security.md X17)."""

import pytest
from sqlalchemy import select

from servicedesk.database import db
from tests.permissions.conftest import Desk
from tests.permissions.crawl import crawl

# What is meant to be remembered of reading: that a session is in use, and what the form suggested, to learn from it.
_REMEMBERED = {"web_sessions", "form_sessions", "suggestion_answers", "suggestions_opened"}


def _rows(staged: Desk) -> dict[str, list[str]]:
    with staged.app.app_context():
        return {
            table.name: sorted(str(row) for row in db.session.execute(select(table)))
            for table in db.metadata.sorted_tables
            if table.name not in _REMEMBERED
        }


@pytest.mark.parametrize("name", [None, "ewa", "edyta", "adam"], ids=str)
def test_no_row_is_written_by_reading(staged: Desk, name: str | None) -> None:
    before = _rows(staged)
    answers = [answer.status_code for _address, answer in crawl(staged.app, staged.browsers[name])]
    assert answers.count(200) > 2
    after = _rows(staged)
    assert {table for table, rows in before.items() if rows != after[table]} == set()
