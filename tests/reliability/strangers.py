"""Strangers who are slow on purpose: sockets that begin and never end, in every way that HTTP lets them."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from urllib.parse import urlsplit

KINDS = ("silence", "headers", "body", "reading", "half-closed")
_FORM = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
_FIRST = {
    "silence": b"",
    "headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "body": _FORM + b"Content-Length: 60000\r\n\r\nusername=",
    "reading": b"GET /static/js/suggestions.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20,
    "half-closed": b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-",
}
_DRIP = {"headers": b"X-a: b\r\n", "body": b"a"}
_DRIP_S = 1.0


@contextmanager
def slow_sockets(url: str, count: int, *, kinds: tuple[str, ...] = KINDS) -> Iterator[list[str]]:
    """Hold so many sockets open meanwhile, each kind as often; who is thrown out comes back.

    The list fills with the first line of what was answered.
    """
    address, ready, stop = urlsplit(url), Event(), Event()
    answers: list[str] = []

    async def hold() -> None:
        tasks = [
            asyncio.create_task(
                _come_again(str(address.hostname), address.port or 80, kinds[n % len(kinds)], answers)
            )
            for n in range(count)
        ]
        await asyncio.sleep(1)
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = Thread(target=asyncio.run, args=(hold(),), daemon=True)
    thread.start()
    ready.wait(30)
    try:
        yield answers
    finally:
        stop.set()
        thread.join(30)


async def _come_again(host: str, port: int, kind: str, answers: list[str]) -> None:
    while True:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await _hold(host, port, kind, answers)
        await asyncio.sleep(_DRIP_S)


async def _hold(host: str, port: int, kind: str, answers: list[str]) -> None:
    """Hold one socket until the server ends it."""
    reader, writer = await asyncio.open_connection(host, port, limit=1024)
    try:
        writer.write(_FIRST[kind])
        await writer.drain()
        if kind == "half-closed":
            writer.write_eof()
        if kind == "reading":
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.sleep(3600)
        while not reader.at_eof():
            writer.write(_DRIP.get(kind, b""))
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DRIP_S):
                    answers.append((await reader.readline()).decode("latin-1").strip())
    finally:
        writer.close()
