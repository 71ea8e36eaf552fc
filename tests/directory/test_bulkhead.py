"""The web server asks the directory once and then forks its workers."""

import multiprocessing

from servicedesk.directory.bulkhead import Bulkhead


def _asks(bulkhead: Bulkhead) -> None:
    assert bulkhead.run(lambda: "an answer") == "an answer"


def test_a_worker_that_was_forked_after_a_question_gets_answers() -> None:
    bulkhead = Bulkhead(1.0)
    _asks(bulkhead)
    worker = multiprocessing.get_context("fork").Process(target=_asks, args=(bulkhead,))
    worker.start()
    worker.join(10)
    assert worker.exitcode == 0
