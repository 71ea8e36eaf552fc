"""A bound on how long suggesting may take: the form never waits longer, whatever the index does.

Work that is late goes on in its thread, so that the next question finds a warm index; while two are late, further
ones are not even begun.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

LIMIT_S = 0.150
_MOST_AT_ONCE = 2

_P = ParamSpec("_P")
_T = TypeVar("_T")
_pool = ThreadPoolExecutor(max_workers=_MOST_AT_ONCE, thread_name_prefix="suggest")
_free = BoundedSemaphore(_MOST_AT_ONCE)


class LateError(Exception):
    """The answer was not there in time."""


class Budget:
    """The time that is left for one answer. Only work that asks no database may run in it."""

    def __init__(self, limit_s: float | None = None) -> None:
        """Start the clock; LIMIT_S is what a person waits at most."""
        self._began_at = time.perf_counter()
        self._limit_s = LIMIT_S if limit_s is None else limit_s

    @property
    def spent_ms(self) -> float:
        """How long it took so far, in milliseconds."""
        return (time.perf_counter() - self._began_at) * 1000

    def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what the work returns, or raise LateError when the time is up; its own errors pass through."""
        if not _free.acquire(blocking=False):
            raise LateError
        try:
            running: Future[_T] = _pool.submit(work, *args, **kwargs)
        except RuntimeError as error:  # The worker is shutting down.
            _free.release()
            raise LateError from error
        running.add_done_callback(lambda _done: _free.release())
        try:
            return running.result(timeout=max(0.0, self._limit_s - self.spent_ms / 1000))
        except FutureTimeoutError as error:
            if running.done():  # The work's own TimeoutError looks the same.
                raise
            raise LateError from error
