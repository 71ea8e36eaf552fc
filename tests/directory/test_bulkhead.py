"""How many questions are at the directory at once, and how long the others wait."""

import multiprocessing
import threading
import time

import pytest

from servicedesk.directory import bulkhead as module
from servicedesk.directory.bulkhead import Bulkhead
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.factory import Deadline


def _asks(bulkhead: Bulkhead) -> None:
    assert bulkhead.run(lambda _deadline: "an answer") == "an answer"


def _take_all_places(bulkhead: Bulkhead, go: threading.Event) -> None:
    """Hold four places until `go`."""
    taken = threading.Barrier(5)

    def hold(_deadline: Deadline) -> None:
        taken.wait(10)
        go.wait(30)

    for _ in range(4):
        threading.Thread(target=bulkhead.run, args=(hold,)).start()
    taken.wait(10)


def test_a_worker_that_was_forked_after_a_question_gets_answers() -> None:
    bulkhead = Bulkhead(1.0)
    _asks(bulkhead)
    worker = multiprocessing.get_context("fork").Process(target=_asks, args=(bulkhead,))
    worker.start()
    worker.join(10)
    assert worker.exitcode == 0


def test_the_fifth_waits_for_a_place_and_has_less_time_for_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    bulkhead, go = Bulkhead(40.0), threading.Event()
    _take_all_places(bulkhead, go)
    monkeypatch.setattr(module, "_WAIT_FOR_A_PLACE_S", 30.0)
    threading.Timer(0.5, go.set).start()
    assert bulkhead.run(Deadline.remaining_s) < 39.6


def test_the_fifth_waits_shortly_while_the_directory_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAIT_FOR_A_PLACE_S", 30.0)
    bulkhead, go = Bulkhead(40.0), threading.Event()
    _take_all_places(bulkhead, go)
    began = time.monotonic()
    with pytest.raises(DirectoryUnavailableError):
        bulkhead.run(Deadline.remaining_s, is_down=True)
    assert time.monotonic() - began < 10
    go.set()
