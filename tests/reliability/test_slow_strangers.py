"""Hundreds of slow strangers hold sockets open, and nobody who has work to do notices."""

import secrets
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

import pytest

from servicedesk.gunicorn.connections import MOST_CONNECTIONS
from tests.drill import Drill
from tests.reliability.browser import Browser
from tests.reliability.desk import Desk
from tests.reliability.strangers import KINDS, slow_sockets

_SOCKETS = 500
_ROUNDS = 30
_PATIENCE_S = 60.0
_FORM = b"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
_LOGIN, _INCIDENTS = b"POST /login HTTP/1.1\r\n" + _FORM, b"POST /incidents HTTP/1.1\r\n" + _FORM


@contextmanager
def _connected(desk: Desk, first: bytes) -> Iterator[socket.socket]:
    address = urlsplit(desk.url)
    with closing(
        socket.create_connection((str(address.hostname), address.port or 80), timeout=_PATIENCE_S)
    ) as sock:
        sock.sendall(first)
        yield sock


def _read(sock: socket.socket) -> bytes:
    """Return all that the server says before it ends the connection."""
    parts = []
    while part := sock.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.drill
@pytest.mark.parametrize("kinds", [*((kind,) for kind in KINDS), KINDS], ids=[*KINDS, "all"])
def test_people_read_and_file_while_strangers_hold_sockets(
    desk: Desk, employee: Browser, drill: Drill, kinds: tuple[str, ...]
) -> None:
    held_up_s, numbers = 0.0, set[int]()
    rounds = _ROUNDS if kinds == KINDS else 5
    with slow_sockets(desk.url, _SOCKETS, kinds=kinds) as answers:
        for number in range(rounds):
            began = time.monotonic()
            assert employee.get("/").status == 200
            assert employee.get("/healthz").status == 200
            text = f"The {number}th tap of the kitchen drips."
            numbers.add(employee.file(text, secrets.token_urlsafe(18)).incident)
            held_up_s = max(held_up_s, time.monotonic() - began)
    found = desk.value(f"SELECT count(*) FROM incidents WHERE id IN ({', '.join(map(str, numbers))})")
    drill.tell(
        f"filings beside {_SOCKETS} slow sockets", tried=rounds, acknowledged=rounds, lost=rounds - found,
        doubled=0, held_up_s=held_up_s, note=f"{'+'.join(kinds)}: {len(answers)} were answered",
    )  # fmt: skip


def test_more_strangers_than_the_server_has_places_keep_nobody_out(desk: Desk, employee: Browser) -> None:
    with slow_sockets(desk.url, 2 * MOST_CONNECTIONS + 200, kinds=("silence", "headers")):
        for number in range(5):
            assert employee.get("/").status == 200
            assert employee.file(f"The {number}th shelf is loose.", secrets.token_urlsafe(18)).incident


def test_what_drips_is_answered_and_ended(desk: Desk) -> None:
    headers = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    body = _LOGIN + b"Content-Length: 60000\r\n\r\na"
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(partial(_drip, desk), (headers, body), (b"X-More: 1\r\n", b"a" * 10)))
    for answer in answers:
        head, _, told = answer.decode().partition("\r\n\r\n")
        assert " 408 " in head.splitlines()[0]
        assert "Connection: close" in head
        assert "too long to arrive" in told


def _drip(desk: Desk, begin: bytes, more: bytes) -> bytes:
    """Send a little again and again until something is answered; return all of the answer."""
    with _connected(desk, begin) as sock:
        sock.settimeout(0.5)
        ends_at, answer = time.monotonic() + _PATIENCE_S, b""
        while not answer and time.monotonic() < ends_at:
            sock.sendall(more)
            with suppress(TimeoutError):
                answer = sock.recv(65_536)
        with suppress(ConnectionResetError):  # Something of ours was still on its way.
            while rest := sock.recv(65_536):
                answer += rest
    return answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"no request at all\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nno header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Long: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (
            _LOGIN + b"Content-Length: 64001\r\n\r\n" + b"a" * 64_001,
            413,
        ),
        (
            _LOGIN + b"Content-Length: 99999999999999999999\r\n\r\n",
            413,
        ),
        (
            _INCIDENTS + b"Content-Length: 30000001\r\n\r\n",
            413,
        ),
        (
            _INCIDENTS + b"Expect: 100-continue\r\nContent-Length: 30000001\r\n\r\n",
            413,
        ),
        (
            _LOGIN + b"Transfer-Encoding: chunked\r\n\r\n10000\r\n" + b"a" * 65_536,
            413,
        ),
    ],
)
def test_what_the_server_refuses_itself_has_our_headers(desk: Desk, sent: bytes, status: int) -> None:
    with _connected(desk, sent) as sock:
        head = _read(sock).decode().partition("\r\n\r\n")[0]
    assert f" {status} " in head.splitlines()[0]
    for header in (
        "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY",
    ):
        assert header in head
    assert "Cache-Control: no-store" in head
    assert "waitress" not in head.lower()


def test_a_body_as_large_as_allowed_comes_to_the_application(desk: Desk) -> None:
    first = _LOGIN + b"Connection: close\r\nContent-Length: 64000\r\n\r\n"
    with _connected(desk, first + b"a" * 64_000) as sock:
        assert b" 400 " in _read(sock).splitlines()[0]  # Without the form's token.
