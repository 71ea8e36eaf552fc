"""docs/decisions/0021 says of each table how long its rows are kept: a new one has to be decided about, and is kept as said."""

import re
from pathlib import Path

import pytest
from flask import Flask

import config
from servicedesk.database import db
from servicedesk.incidents import fulltext
from servicedesk.old_rows import OldRows
from servicedesk.operating.jobs.forgetting import KINDS

_DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0021-how-long-rows-are-kept.md"
_ROW = re.compile(r"^\| (?P<tables>`[^|]*) \|[^|]*\| (?P<kept>[^|]+) \|", re.MULTILINE)


def kept_by_table() -> list[tuple[str, str]]:
    """Return each table that the decision names, with how long its rows are kept."""
    rows = _ROW.finditer(_DECISION.read_text(encoding="utf-8"))
    return [(table, row["kept"]) for row in rows for table in re.findall(r"`(\w+)`", row["tables"])]


def test_each_table_stands_in_the_decision_once(app: Flask) -> None:
    named = [table for table, _kept in kept_by_table()]
    with app.app_context():
        tables = {*db.metadata.tables, fulltext.TABLE}
    assert sorted(named) == sorted(tables)


@pytest.mark.parametrize("kind", [kind for kind, _brake in KINDS], ids=lambda kind: str(kind.key))
def test_what_is_forgotten_is_kept_as_long_as_the_decision_says(
    settings: config.Settings, kind: OldRows
) -> None:
    kept = dict(kept_by_table())
    tables = {column.class_.__tablename__ for column in (kind.key, *kind.hanging)}
    assert {table for table in tables if f"{settings.keep_days} days" not in kept[table]} == set()
