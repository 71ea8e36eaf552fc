"""Why search cannot answer stands in the log: once, in a line for damage that heals, with its traceback for a mistake."""

import logging
from pathlib import Path

import pytest

from servicedesk.search.engine import SearchUnavailableError
from tests.search.shelf import READABLE, reader, write


def test_a_missing_index_is_told_once_in_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = reader(tmp_path)
    for _ in range(3):
        with pytest.raises(SearchUnavailableError):
            engine.suggest("printer", readable=READABLE, language="en")
    (record,) = [record for record in caplog.records if record.name == "servicedesk.search"]
    assert record.levelno == logging.WARNING
    assert record.exc_info is None


def test_a_mistake_is_told_once_for_each_reason_with_its_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path)
    engine = reader(tmp_path)
    for wrong in ("these are no ids", "nor are these", "these are no ids"):
        with pytest.raises(SearchUnavailableError):
            engine.suggest("printer", readable=wrong, language="en")  # type: ignore[arg-type]
    told = [record for record in caplog.records if record.name == "servicedesk.search"]
    assert [record.levelno for record in told] == [logging.ERROR] * 2
    assert all(record.exc_info for record in told)
    assert engine.suggest("printer", readable=READABLE, language="en").hits
