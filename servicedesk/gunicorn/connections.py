"""Connections of strangers: each has a time by which it must have gone on, and none takes the place of others.

Only the worker's event loop reads and closes; threads work on whole requests and append to what is to be sent. The times
are those of Apache's mod_reqtimeout: so long for the headers, then as long as bytes go on to come at a least rate.
"""

import errno
import logging
import math
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.utilities import Error

from servicedesk.gunicorn.arriving import LateError, Limits, Refusal, Request, Work

PATIENCE_S = 20.0
LEAST_BYTES_A_SECOND = 500
MOST_CONNECTIONS = 1000
# One connection in so many gives its place to those who come next.
_PLACES_KEPT_FREE = 20
_MOST_BYTES_ARRIVING = 500_000_000
# How long the other side may take to notice that we close: whatever it still sends would else destroy our answer.
_FAREWELL_S = 2.0
_LOOK_EVERY_S = 0.25
# After the system had no room for one more: who is here gives some back meanwhile.
_PAUSE_S = 0.25
_log = logging.getLogger("servicedesk.server")


class Connection(HTTPChannel):  # type: ignore[misc]
    """One connection: what arrives on it, what is answered, and until when we wait for the other side."""

    parser_class, task_class, error_task_class = Request, Work, Refusal
    request: Request | None
    requests: list[Request]
    close_when_flushed: bool

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Begin to wait for the first request."""
        super().__init__(*arguments, **named)
        self._is_farewell = False
        self.waits_since = time.monotonic()
        self.deadline = self.waits_since + PATIENCE_S

    @property
    def is_waiting(self) -> bool:
        """Whether the other side has to go on: send the rest of a request, or read its answer."""
        return not self.requests

    @property
    def bytes_arriving(self) -> int:
        """How much is kept of a body that is not whole."""
        return self.request.body_bytes_received if self.request is not None else 0

    def received(self, data: bytes) -> bool:
        """Take what arrived. A request has its time from its first byte on, a body as long as it comes fast enough."""
        before, was_in_body = self.request, self.bytes_arriving > 0
        is_taken: bool = super().received(data)
        is_in_body = self.bytes_arriving > 0
        if self.request is not before or (is_in_body and not was_in_body):
            self.deadline = time.monotonic() + PATIENCE_S
        elif is_in_body:
            self._has_moved(len(data))
        return is_taken

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send some of an answer; who reads it fast enough may go on."""
        sent: int = super().send(data, do_close)
        if self.is_waiting:
            self._has_moved(sent)
        return sent

    def service(self) -> None:
        """Answer one request, in a thread; then it is the other side's turn again."""
        self.deadline = math.inf
        try:
            super().service()
        finally:
            self.wait_anew(_FAREWELL_S if self.server.is_stopping else PATIENCE_S)

    def wait_anew(self, patience_s: float) -> None:
        """Wait so long from now on."""
        self.waits_since = time.monotonic()
        self.deadline = self.waits_since + patience_s

    def readable(self) -> bool:
        """Read on after our last word: what is unread when we close would make the kernel take that word back."""
        return self._is_farewell or bool(super().readable())

    def handle_read(self) -> None:
        """Take what comes, or throw it away when the answer is given."""
        if self._is_farewell:
            self.recv(self.adj.recv_bytes)
        else:
            super().handle_read()

    def handle_write(self) -> None:
        """Send what is to be sent; after the last of it close our side first."""
        if self.close_when_flushed and not self.total_outbufs_len and not self.requests:
            self.close_when_flushed = False
            self._say_farewell()
            return
        super().handle_write()

    def give_up(self) -> None:
        """End a connection that has not gone on in time; who began a request is told."""
        if self.request is None or self.total_outbufs_len or self._is_farewell:
            self.handle_close()
            return
        with self.requests_lock:
            self.request.refuse(LateError("The request took too long to arrive."))
            self.requests.append(self.request)
            self.request = None
        self.server.add_task(self)

    def _say_farewell(self) -> None:
        self._is_farewell = True
        self.deadline = time.monotonic() + _FAREWELL_S
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # The other side was faster.
            self.handle_close()

    def _has_moved(self, count: int) -> None:
        latest = time.monotonic() + PATIENCE_S
        self.deadline = min(latest, self.deadline + count / LEAST_BYTES_A_SECOND)


class Listener(BaseWSGIServer):  # type: ignore[misc]
    """One of gunicorn's listening sockets and the connections that came by it."""

    channel_class = Connection

    def __init__(
        self,
        sock: socket.socket,
        application: Any,
        limits: Limits,
        dispatcher: Any,
        connections: dict[int, Any],
    ) -> None:
        """Listen on a socket that is bound already, among the other connections of this worker."""
        self.is_stopping = False
        self._accepts_at = 0.0
        self._refused: dict[str, int] = defaultdict(int)
        self._tells_at = self._looks_at = 0.0
        super().__init__(
            application,
            map=connections,
            _sock=sock,
            dispatcher=dispatcher,
            adj=limits,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            bind_socket=False,
        )

    def getsockname(self) -> tuple[str, str]:
        """Return address and port as waitress puts them into the environment."""
        if self.family == socket.AF_UNIX:
            return "unix", str(self.socket.getsockname())
        host, port = socket.getnameinfo(
            self.socket.getsockname(), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
        )
        return host, port

    def fix_addr(self, addr: Any) -> Any:
        """Return an address for those who come by a socket in the file system, too."""
        return ("localhost", None) if self.family == socket.AF_UNIX else addr

    def set_socket_options(self, conn: socket.socket) -> None:
        """Send each piece of an answer at once."""
        if self.family != socket.AF_UNIX:
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def readable(self) -> bool:
        """Accept while there is a place; `keep_house` makes some."""
        has_place = len(self.active_channels) < self.adj.most_connections
        return self.accepting and has_place and time.monotonic() >= self._accepts_at

    def keep_house(self) -> None:
        """End what was too slow, and make room for those who come next: a look at all of them, so not at each turn."""
        now = time.monotonic()
        if now < self._looks_at and self.readable():
            return
        self._looks_at = now + _LOOK_EVERY_S
        connections = list(self.active_channels.values())
        for connection in connections:
            if connection.is_waiting and connection.deadline < now:
                self._count("late")
                connection.give_up()
        most = self.adj.most_connections
        self._make_room(connections, lambda _: 1, most - max(1, most // _PLACES_KEPT_FREE))
        self._make_room(connections, lambda connection: connection.bytes_arriving, _MOST_BYTES_ARRIVING)
        self._tell(now)

    def has_refused(self, connection: Connection, error: Error) -> None:
        """Count what never reached the application."""
        self._count(f"{error.code}")

    def maintenance(self, now: float) -> None:
        """Leave waitress's own look at who is silent to `keep_house`."""

    def stop(self) -> None:
        """Take who has come already and nobody further; those who are silent have a moment to begin."""
        while self.readable() and self._welcomes_one():
            pass
        self.is_stopping = True
        self.close()
        latest = time.monotonic() + _FAREWELL_S
        for connection in list(self.active_channels.values()):
            if connection.is_waiting and connection.request is None:
                connection.deadline = min(connection.deadline, latest)

    def close(self) -> None:
        """Listen no more. What wakes the event loop stays: who is here is still answered."""
        wasyncore.dispatcher.close(self)

    def handle_accept(self) -> None:
        """Welcome one who comes."""
        self._welcomes_one()

    def _welcomes_one(self) -> bool:
        """Take the next who waits, if there is one. What the system has against one must not end the listening to all."""
        try:
            found = self.accept()
        except OSError as error:  # No file left, no memory, or a network that is gone.
            self._count(errno.errorcode.get(error.errno or 0, "accept"))
            self._accepts_at = time.monotonic() + _PAUSE_S
            return False
        if found is not None:
            self._welcome(*found)
        return found is not None

    def _welcome(self, conn: socket.socket, addr: Any) -> None:
        try:
            self.set_socket_options(conn)
            self.channel_class(self, conn, self.fix_addr(addr), self.adj, map=self._map)
        except OSError:  # Gone again.
            conn.close()

    def _make_room(
        self, connections: Iterable[Connection], weigh: Callable[[Connection], int], most: int
    ) -> None:
        """End connections that only wait, until what is left weighs no more than this.

        Whichever address takes most gives first, and of its connections the one that has waited longest: who has a
        hundred does not push out who has one, and behind a proxy the slow ones go before those who have just come.
        """
        weights = {connection: weigh(connection) for connection in connections if connection.connected}
        excess = sum(weights.values()) - most
        while excess > 0:
            by_address: dict[str, list[Connection]] = defaultdict(list)
            for connection, weight in weights.items():
                if weight and connection.is_waiting:
                    by_address[connection.addr[0]].append(connection)
            if not by_address:
                return
            greediest = max(by_address.values(), key=lambda found: sum(weights[one] for one in found))
            oldest = min(greediest, key=lambda one: one.waits_since)
            excess -= weights.pop(oldest)
            self._count("no room")
            oldest.handle_close()

    def _count(self, why: str) -> None:
        self._refused[why] += 1

    def _tell(self, now: float) -> None:
        """Say once in a while how many were refused: a line for each would be one more thing to flood."""
        if self._refused and now >= self._tells_at:
            _log.warning(
                "Connections were ended by the server itself",
                extra={"fields": {"ended": dict(self._refused)}},
            )
            self._refused.clear()
            self._tells_at = now + 60
