"""Keeps a directory that hangs from holding all threads of the web server (reliability R3)."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.directory.factory import Deadline

_LOG = logging.getLogger(__name__)
_AT_ONCE = 4
# On Monday morning everybody comes at once: a directory that answers has a place free soon. One that does not answer
# would only keep more threads waiting.
_WAIT_FOR_A_PLACE_S = 0.6
_WAIT_WHILE_DOWN_S = 0.3
# The deadline inside ends the work. This much later we stop waiting: looking up a host name may hang.
_GRACE_S = 0.1

T = TypeVar("T")


class Bulkhead:
    """At most four questions at once; a fifth waits for a place and then hears that the directory is unavailable.

    A place is free again only when the work has really ended, so hanging work never adds up.
    """

    def __init__(self, total_timeout_s: float) -> None:
        """Start no thread yet."""
        self._total_timeout_s = total_timeout_s
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._begins = threading.Lock()
        self._begin()

    def run(self, work: Callable[[Deadline], T], *, is_down: bool = False) -> T:
        """Return or raise what `work` does; DirectoryUnavailableError when it takes too long, the wait for a place included.

        `is_down`: no server answered lately, so the wait is short.
        """
        deadline = Deadline(self._total_timeout_s)
        if not self._places.acquire(timeout=_WAIT_WHILE_DOWN_S if is_down else _WAIT_FOR_A_PLACE_S):
            _LOG.error("The directory is unavailable: %s questions wait for an answer already", _AT_ONCE)
            raise DirectoryUnavailableError
        future = self._threads_of_this_process().submit(work, deadline)
        future.add_done_callback(lambda _future: self._places.release())
        try:
            return future.result(timeout=deadline.remaining_s() + _GRACE_S)
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
