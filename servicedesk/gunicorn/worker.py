"""A worker of gunicorn with waitress's event loop: one thread reads what strangers send, the others answer whole requests.

Why these two together: docs/decisions/0013.
"""

import logging
import os
import resource
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore

from servicedesk.gunicorn.arriving import Limits
from servicedesk.gunicorn.connections import MOST_CONNECTIONS, Connection, Listener
from servicedesk.gunicorn.turns import Turns
from servicedesk.web.headers import headers_of_all_answers
from servicedesk.web.limits import largest_body
from servicedesk.web.settings import EXTENSION as SETTINGS

_TURN_S = 1.0
# A connection may need three: for itself, its body and its answer. The index, the database and logs need some as well.
_FILES_EACH = 3
_FILES_OF_OURS = 150
_FILES_FOR_ALL = _FILES_EACH * MOST_CONNECTIONS + _FILES_OF_OURS
_LEAST_CONNECTIONS = 20
_log = logging.getLogger("servicedesk.server")


class BufferingWorker(Worker):  # type: ignore[misc]
    """Serves gunicorn's sockets until it is told to stop; what was accepted by then is answered."""

    def run(self) -> None:
        """Serve, then finish."""
        files = _allow_files(_FILES_FOR_ALL) - _FILES_OF_OURS
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # That others wait is no event.
        app = self.app.wsgi()
        limits = Limits(
            largest_body=lambda method, path: largest_body(app, method, path),
            headers=headers_of_all_answers(is_https=app.extensions[SETTINGS].is_https),
            threads=self.cfg.threads,
            most_connections=max(_LEAST_CONNECTIONS, files // _FILES_EACH // len(self.sockets)),
        )
        self._dispatcher = Turns(self.cfg.threads)
        self._map: dict[int, Any] = {}
        self._listeners = [
            Listener(each.sock, self.wsgi, limits, self._dispatcher, self._map) for each in self.sockets
        ]
        while self.alive and self.ppid == os.getppid() and self._is_listening():
            self._turn()
        self._finish()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop, at once."""
        super().handle_exit(sig, frame)
        for listener in getattr(self, "_listeners", ()):
            listener.pull_trigger()

    def _is_listening(self) -> bool:
        """Whether others still reach this worker; one that nobody reaches ends, and gunicorn starts another."""
        if all(listener.accepting for listener in self._listeners):
            return True
        _log.error("The web server does not listen any more; it begins anew")
        return False

    def _turn(self) -> None:
        self.notify()
        for listener in self._listeners:
            listener.keep_house()
        wasyncore.poll2(_TURN_S, self._map)

    def _finish(self) -> None:
        """Answer who is here, for as long as gunicorn lets us."""
        give_up_at = time.monotonic() + self.cfg.graceful_timeout
        for listener in self._listeners:
            listener.stop()
        while self._has_connections() and time.monotonic() < give_up_at:
            self._turn()

    def _has_connections(self) -> bool:
        return any(isinstance(each, Connection) for each in self._map.values())


def _allow_files(count: int) -> int:
    """Ask for so many open files, and return how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return count if soft == resource.RLIM_INFINITY else soft
