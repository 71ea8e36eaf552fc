"""Keeps a directory that hangs from holding all threads of the web server (reliability R3)."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from servicedesk.directory.errors import DirectoryUnavailableError

_LOG = logging.getLogger(__name__)
_AT_ONCE = 4
_LONGEST_WAIT_FOR_A_PLACE_S = 0.3
# The deadline inside ends the work. This much later we stop waiting: looking up a host name may hang.
_GRACE_S = 0.1

T = TypeVar("T")


class Bulkhead:
    """At most four questions at once; a fifth waits shortly and then hears that the directory is unavailable.

    A place is free again only when the work has really ended, so hanging work never adds up.
    """

    def __init__(self, total_timeout_s: float) -> None:
        """Start no thread yet."""
        self._total_timeout_s = total_timeout_s
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._begins = threading.Lock()
        self._begin()

    def run(self, work: Callable[[], T]) -> T:
        """Return or raise what `work` does; DirectoryUnavailableError when it takes too long."""
        if not self._places.acquire(timeout=_LONGEST_WAIT_FOR_A_PLACE_S):
            _LOG.error("The directory is unavailable: %s questions wait for an answer already", _AT_ONCE)
            raise DirectoryUnavailableError
        future = self._threads_of_this_process().submit(work)
        future.add_done_callback(lambda _future: self._places.release())
        try:
            return future.result(timeout=self._total_timeout_s + _GRACE_S)
        except TimeoutError as error:
            _LOG.error("The directory is unavailable: no answer within %s s", self._total_timeout_s)
            raise DirectoryUnavailableError from error

    def _threads_of_this_process(self) -> ThreadPoolExecutor:
        """Begin anew after a fork: no thread comes along, but the pool would give its work to those that wait."""
        with self._begins:
            if self._process_id != os.getpid():
                self._begin()
            return self._threads

    def _begin(self) -> None:
        self._process_id = os.getpid()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="directory")
