"""A connection to the mail server that ends at a moment in time, whatever the server does, and reads no endless reply.

smtplib's time-out is for each read, so a server that drips one byte at a time, or answers line after line, would hold
a mail for ever. Here a watch cuts the connection; what waits on it then fails at once.
"""

import functools
import os
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from servicedesk.mail.settings import MailSettings

_DEFAULT_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_LONGEST_REPLY_BYTES = 64_000


class Deadline:
    """The moment at which an attempt ends. From `watch` on, a connection is cut then."""

    def __init__(self, seconds: float) -> None:
        """Start counting now."""
        self._ends_at = time.monotonic() + seconds
        self._timer: threading.Timer | None = None
        self._same: socket.socket | None = None
        self.has_passed = False

    def remaining_s(self) -> float:
        """Return the seconds left; raise TimeoutError when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            self.has_passed = True
            raise TimeoutError("the time for one mail is over")
        return left

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection when the time is over, also one that TLS has taken over meanwhile."""
        self._same = socket.socket(fileno=os.dup(connection.fileno()))
        self._timer = threading.Timer(self.remaining_s(), self._cut, [self._same])
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        if self._same is not None:
            self._same.close()

    def _cut(self, connection: socket.socket) -> None:
        self.has_passed = True
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # It is closed already.
            return


@contextmanager
def deadline_of(seconds: float) -> Iterator[Deadline]:
    """Give the block this long for all that it asks of the server."""
    deadline = Deadline(seconds)
    try:
        yield deadline
    finally:
        deadline.end()


def connect(settings: MailSettings, deadline: Deadline) -> smtplib.SMTP:
    """Return a connection on which mails can be sent. Raises what smtplib and sockets raise."""
    parts = urlsplit(settings.smtp_url)
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    options: dict[str, Any] = {"timeout": settings.timeout_s, "local_hostname": _own_name()}
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = _ImplicitTls(deadline, host, port, context=context, **options)
    else:
        server = _Plain(deadline, host, port, **options)
    try:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


class _Watched(smtplib.SMTP):
    """Watches the connection from its first moment, and counts what a reply has."""

    deadline: Deadline

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        error: OSError = OSError("the mail server has no address")
        for family, kind, protocol, _name, address in _addresses(host, port, self.deadline):
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(min(timeout, self.deadline.remaining_s()))
            try:
                connection.connect(address)
            except OSError as failure:
                connection.close()
                error = failure
                continue
            connection.settimeout(timeout)
            self.deadline.watch(connection)
            return connection
        raise error

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply of a sane length."""
        if self.file is None:
            self.file = _Counted(self.sock.makefile("rb"))  # type: ignore[union-attr]
        self.file.left = _LONGEST_REPLY_BYTES
        return super().getreply()


class _Plain(_Watched):
    def __init__(self, deadline: Deadline, host: str, port: int, **options: Any) -> None:
        self.deadline = deadline
        super().__init__(host, port, **options)


class _ImplicitTls(smtplib.SMTP_SSL, _Watched):
    def __init__(self, deadline: Deadline, host: str, port: int, **options: Any) -> None:
        self.deadline = deadline
        super().__init__(host, port, **options)


class _Counted:
    """What smtplib needs of a file, and no more bytes than a reply may have."""

    left = 0

    def __init__(self, file: Any) -> None:
        self._file = file

    def readline(self, size: int) -> bytes:
        if self.left <= 0:
            raise OSError("the mail server's reply has no end")
        line: bytes = self._file.readline(size)
        self.left -= len(line)
        return line

    def close(self) -> None:
        self._file.close()


def _addresses(host: str, port: int, deadline: Deadline) -> list[Any]:
    """Look the host up; a name server may be silent for longer than a mail may take."""
    found: list[list[Any]] = []
    failures: list[OSError] = []

    def look_up() -> None:
        try:
            found.append(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            failures.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.remaining_s())
    if failures:
        raise failures[0]
    if not found:
        raise TimeoutError("the mail server's name could not be looked up in time")
    return found[0]


@functools.cache
def _own_name() -> str:
    """Return how this machine greets. smtplib would ask a name server at each connection."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"
