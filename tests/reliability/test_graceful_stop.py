"""The web server is asked to stop while people use it: what was begun is finished, and nothing is answered half."""

import os
import secrets
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Lock, Thread
from typing import Self

import pytest

from tests.reliability.browser import Answer, Browser, HalfAnswerError, NoAnswerError
from tests.reliability.desk import Desk, wait_until
from tests.reliability.test_locked_database import write_lock

_STOPPED_WITHIN_S = 30.0
_THREADS = 4
_ROLLS = 6


class _Load:
    """People who read and file without a pause, and remember which of it was answered."""

    def __init__(self, browser: Browser) -> None:
        self._browser, self._stop, self._lock = browser, Event(), Lock()
        self._threads = [Thread(target=self._run, args=(number,), daemon=True) for number in range(_THREADS)]
        self.mark = secrets.token_hex(8)
        self.answered: list[Answer] = []
        self.filed: dict[str, int] = {}
        self.half: list[str] = []
        self.none: list[str] = []
        self.wrong: list[str] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, number: int) -> None:
        while not self._stop.is_set():
            try:
                self._file() if number % 2 else self._read()
            except HalfAnswerError as error:
                self.half.append(str(error))
            except NoAnswerError as error:
                self.none.append(str(error))
                time.sleep(0.05)
            except Exception as error:  # noqa: BLE001 - the test wants to know, whatever it is.
                self.wrong.append(repr(error))

    def _read(self) -> None:
        answer = self._browser.get("/")
        assert answer.status == 200
        with self._lock:
            self.answered.append(answer)

    def _file(self) -> None:
        text = f"The window of room {secrets.token_hex(4)} in house {self.mark} does not close."
        answer = self._browser.file(text, secrets.token_urlsafe(18))
        with self._lock:
            self.answered.append(answer)
            self.filed[text] = answer.incident


def _filed(desk: Desk, mark: str) -> dict[str, int]:
    """Return what the database has of the texts with this mark, each with its number."""
    rows = desk.rows("SELECT text, id FROM incidents WHERE text LIKE :text", text=f"%{mark}%")
    return {row.text: row.id for row in rows}


def _stop_web(desk: Desk) -> float:
    began = time.monotonic()
    os.kill(desk.web.pid, signal.SIGTERM)
    assert desk.web.wait(_STOPPED_WITHIN_S) == 0
    return time.monotonic() - began


def test_whatever_was_begun_under_load_is_answered_whole(desk: Desk, employee: Browser) -> None:
    logged = len(desk.log())
    with _Load(employee) as load:
        time.sleep(2)
        took_s = _stop_web(desk)
    begun = {line["request"] for line in desk.log()[logged:] if line.get("request")}
    sys.stdout.write(
        f"{len(load.answered)} answers, {len(load.none)} never begun, stopped after {took_s:.1f} s\n"
    )
    assert load.half == []
    assert load.wrong == []
    assert load.filed
    assert begun - {answer.number for answer in load.answered} == set(), "done but not answered"
    assert _filed(desk, load.mark) == load.filed


@pytest.mark.one_database
def test_filings_that_wait_for_the_database_are_finished(desk: Desk, employee: Browser) -> None:
    mark = secrets.token_hex(8)
    texts = [f"The blind of room {number} in house {mark} is stuck." for number in range(_THREADS)]
    with ThreadPoolExecutor(_THREADS + 1) as pool:
        with write_lock(desk):
            waiting = [pool.submit(employee.file, text, secrets.token_urlsafe(18)) for text in texts]
            time.sleep(1)
            stopping = pool.submit(_stop_web, desk)
            time.sleep(2)
            assert not any(filing.done() for filing in waiting)
        numbers = [filing.result().incident for filing in waiting]
        stopping.result()
    assert _filed(desk, mark) == dict(zip(texts, numbers, strict=True))


def test_nobody_notices_when_workers_are_replaced_one_by_one(desk: Desk, employee: Browser) -> None:
    with _Load(employee) as load:
        for _ in range(_ROLLS):
            old = desk.web_workers()
            os.kill(
                old[0], signal.SIGTERM
            )  # The oldest: one that is being born does not listen to signals yet.
            is_replaced = partial(_is_one_replaced, desk, set(old))
            wait_until(is_replaced, "a new worker", within_s=_STOPPED_WITHIN_S)
    sys.stdout.write(f"{len(load.answered)} answers while {_ROLLS} workers were replaced\n")
    assert (load.half, load.none, load.wrong) == ([], [], [])
    assert load.filed
    assert [line for line in desk.log() if "at" not in line] == [], "whoever wrote it, it is a line of JSON"


def _is_one_replaced(desk: Desk, old: set[int]) -> bool:
    workers = set(desk.web_workers())
    return len(workers) == len(old) and len(workers - old) == 1
