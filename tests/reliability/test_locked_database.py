"""Somebody else holds SQLite's write lock: for a short while people wait, for longer they are told and keep their text."""

import html
import secrets
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.reliability.browser import Answer, Browser
from tests.reliability.desk import Desk

pytestmark = pytest.mark.one_database
_TEXT = "Drukarka na 3. piętrze drukuje <puste> strony.\nPróbowałem już dwa razy & nic."
_SHORT_S, _ANSWERED_WITHIN_S, _PATIENCE_S = 5.0, 10.0, 40.0
_WRITERS, _READS = 24, 10


@contextmanager
def write_lock(desk: Desk) -> Iterator[None]:
    """Hold what only one may hold, from a process that is none of the product's."""
    holder = sqlite3.connect(desk.instance / "servicedesk.db", isolation_level=None, timeout=30)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")
    finally:
        holder.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads in which people wait for answers."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def _count(desk: Desk, text: str) -> int:
    return int(desk.value("SELECT count(*) FROM incidents WHERE text = :text", text=text))


def test_a_filing_waits_for_a_short_lock_and_is_there_once(
    desk: Desk, employee: Browser, pool: ThreadPoolExecutor
) -> None:
    text, key = f"{_TEXT} {secrets.token_hex(4)}", secrets.token_urlsafe(18)
    began = time.monotonic()
    with write_lock(desk):
        filing: Future[Answer] = pool.submit(employee.file, text, key)
        assert employee.get("/incidents").status == 200, "reading waits for nobody"
        time.sleep(_SHORT_S)
        assert not filing.done()
    number = filing.result(_PATIENCE_S).incident
    took_s = time.monotonic() - began
    sys.stdout.write(f"filed after {took_s:.1f} s\n")
    assert took_s < _ANSWERED_WITHIN_S
    assert employee.file(text, key).incident == number
    assert _count(desk, text) == 1


def test_when_the_lock_lasts_the_page_says_so_and_gives_the_text_back(
    desk: Desk, employee: Browser, pool: ThreadPoolExecutor
) -> None:
    text, key = f"{_TEXT} {secrets.token_hex(4)}", secrets.token_urlsafe(18)
    with write_lock(desk):
        answer = pool.submit(employee.file, text, key).result(_PATIENCE_S)
        assert employee.get("/").status == 200
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert text in html.unescape(answer.text)
    assert "Not available right now" in answer.text
    assert _count(desk, text) == 0
    assert employee.file(text, key).incident
    assert _count(desk, text) == 1


def test_who_reads_does_not_wait_for_threads_of_those_who_write(desk: Desk, employee: Browser) -> None:
    texts = [f"Window {number} in house {secrets.token_hex(4)} does not close." for number in range(_WRITERS)]
    with ThreadPoolExecutor(_WRITERS) as people, write_lock(desk):
        filings = [people.submit(employee.file, text, secrets.token_urlsafe(18)) for text in texts]
        time.sleep(1)  # Until they are there.
        for _ in range(_READS):
            assert employee.get("/").status == 200
        assert not any(filing.done() for filing in filings), "reading waited for the first who gave up"
        # Whoever waited for a turn has waited: all give up when the first do, with their text.
        answers = [filing.result(_PATIENCE_S) for filing in filings]
    assert {answer.status for answer in answers} == {503}
    assert all(text in answer.text for text, answer in zip(texts, answers, strict=True))
