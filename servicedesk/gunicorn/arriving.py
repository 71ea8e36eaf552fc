"""A request while it arrives: how large it may be, and what is answered to one that never becomes whole."""

import time
from collections.abc import Callable
from copy import copy
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from servicedesk.web.requests import WAITED_S

LargestBody = Callable[[str, str], int]


class LateError(Error):  # type: ignore[misc]
    """The other side took too long."""

    code, reason = 408, "Request Timeout"


class NoRoomError(Error):  # type: ignore[misc]
    """The disk did not take what arrived."""

    code, reason = 507, "Insufficient Storage"


class Limits(Adjustments):  # type: ignore[misc]
    """Waitress's settings and what it has none for: how large a body may be depends on where it goes."""

    def __init__(
        self, *, largest_body: LargestBody, headers: dict[str, str], threads: int, most_connections: int
    ) -> None:
        """Take the application's own limit for a method and a path, and the headers that every answer has.

        Of each listener there may be so many connections at once.
        """
        super().__init__(
            threads=threads,
            sockets=[],
            ident=None,
            log_socket_errors=False,
            # The application reads them itself, and only from proxies that it trusts.
            clear_untrusted_proxy_headers=False,
            max_request_header_size=32_768,
            inbuf_overflow=65_536,
            # Above it a thread would wait for a reader that is slow; no answer of ours is as large.
            outbuf_high_watermark=64_000_000,
        )
        self.largest_body = largest_body
        self.headers = headers
        self.most_connections = most_connections

    def for_body(self, method: str, path: str) -> "Limits":
        """Return these limits with the largest body that may go there; its size is what the parser stops at."""
        limits = copy(self)
        limits.max_request_body_size = self.largest_body(method, path) + 1
        return limits


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request of which the headers, or the body, may still be missing."""

    is_cut = False
    whole_at = 0.0
    command = path = ""  # Of one that ends within its headers.

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers; a body that is announced gets the limit of where it goes."""
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            self.adj = self.adj.for_body(self.command, self.path)

    def received(self, data: bytes) -> int:
        """Take what arrived. What is too large is left to the application: it answers as people know it, and reads none of it."""
        try:
            consumed: int = super().received(data)
        except OSError:
            self.refuse(NoRoomError("Try again later."))
            return len(data)
        if self.completed:
            self.whole_at = time.monotonic()
        if self.error is not None:
            self.is_cut, self.expect_continue = True, False
        if self.error is not None and self.error.code == 413:
            self._pass_on_without_body()
        return consumed

    def refuse(self, error: Error) -> None:
        """End what arrives with this answer."""
        self.error, self.completed, self.is_cut = error, True, True

    def _pass_on_without_body(self) -> None:
        self.headers["CONTENT_LENGTH"] = str(max(self.content_length, self.body_bytes_received))
        self.close()
        self.error = self.body_rcv = None


class Work(WSGITask):  # type: ignore[misc]
    """A whole request that is answered by the application, in a thread."""

    def get_environment(self) -> dict[str, Any]:
        """Say how long it has waited for a thread: that is part of how long its person waits for the database."""
        environ: dict[str, Any] = super().get_environment()
        environ[WAITED_S] = time.monotonic() - self.request.whole_at
        return environ

    def build_response_header(self) -> bytes:
        """Say that the connection ends when there will be no further request on it."""
        if self.request.is_cut or self.channel.server.is_stopping:
            self.set_close_on_finish()
        head: bytes = super().build_response_header()
        return head


class Refusal(ErrorTask):  # type: ignore[misc]
    """The answer to what is no request, or was none in time: it never reaches the application."""

    def execute(self) -> None:
        """Answer in one plain sentence, with the headers that all our answers have."""
        error = self.request.error
        body = f"{error.code} {error.reason}. {error.body}\n".encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            *self.channel.adj.headers.items(),
            ("Cache-Control", "no-store"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.channel.server.has_refused(self.channel, error)
        self.write(body)
