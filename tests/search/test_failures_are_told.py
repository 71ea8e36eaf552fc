"""Why search cannot answer stands in the log: once, in a line for damage that heals, with its traceback for a mistake."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from servicedesk.search.engine import SearchUnavailableError
from tests.search.shelf import ARTICLES, INCIDENTS, PASSWORD, READABLE, article, reader, write


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


def test_a_text_that_cannot_be_taken_in_is_told_and_holds_up_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What it said before is not found any more: it may have been closed since."""
    writer = write(tmp_path)
    broken = replace(ARTICLES[0], body=None)  # type: ignore[arg-type]
    writer.apply([broken, article(60, "Reset your telescope")], incidents=[replace(INCIDENTS[0], title=None)])  # type: ignore[arg-type]
    engine = reader(tmp_path)
    found = [
        hit.article_id
        for hit in engine.suggest("reset your telescope", readable=range(70), language="en").hits
    ]
    assert 60 in found
    words = engine.suggest("I forgot my password sign-in page", readable=range(70), language="en")
    assert PASSWORD not in [hit.article_id for hit in words.hits]
    writer.rebuild([broken, *ARTICLES[1:]], INCIDENTS)
    told = [record for record in caplog.records if "could not be taken into the index" in record.message]
    assert len(told) == 3
