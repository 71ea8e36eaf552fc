"""Who gets a thread: those who write wait for each other at the database, so they never take all of them."""

from collections import deque
from threading import Lock
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from servicedesk.web.requests import READING_METHODS


class Turns(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Threads of which a few are always left for reading. Who may not write yet waits here, and holds none of them."""

    def __init__(self, threads: int) -> None:
        """Start the threads; a quarter of them never writes."""
        super().__init__()
        self._most_writers = max(1, threads * 3 // 4)
        self._writers = 0
        self._waiting: deque[Any] = deque()
        self._counting = Lock()
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """Give a connection's request a thread, at once or when a writer is done."""
        if task.requests[0].command in ("", *READING_METHODS):
            super().add_task(task)
            return
        with self._counting:
            if self._writers == self._most_writers:
                self._waiting.append(task)
                return
            self._writers += 1
        super().add_task(_WriterTurn(self, task))

    def end_turn(self) -> None:
        """Let the writer begin who has waited longest."""
        with self._counting:
            if not self._waiting:
                self._writers -= 1
                return
            task = self._waiting.popleft()
        super().add_task(_WriterTurn(self, task))


class _WriterTurn:
    """A connection whose request may write, and gives its turn on when it is answered."""

    def __init__(self, turns: Turns, task: Any) -> None:
        self._turns, self._task = turns, task

    def service(self) -> None:
        try:
            self._task.service()
        finally:
            self._turns.end_turn()

    def cancel(self) -> None:
        self._task.cancel()
