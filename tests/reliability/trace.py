"""What a web worker asked of the kernel, in order: strace's lines, cut into one story a filing."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"(\d+) +(?:(\w+)\(|<\.\.\. (\w+) resumed>)(.*)")
_PATH = re.compile(r"^\d+<([^>]*)>")
_UNFINISHED = "<unfinished ...>"
_SYNCS = ("fsync", "fdatasync")
CALLS = (*_SYNCS, "sendto", "sendmsg")
_ANSWER = "HTTP/1.1 "


class _Call(NamedTuple):
    thread: str
    name: str
    arguments: str


def flushed_before_answers(lines: Iterable[str], *, answer: str) -> list[list[Path]]:
    """Return for each answer that begins so what its thread had flushed to disk since its answer before, in order.

    A thread answers one request after the other; what is flushed for a request, its own thread flushes.
    """
    flushed: dict[str, list[Path]] = {}
    told: list[list[Path]] = []
    for call in _calls(lines):
        if call.name in _SYNCS:
            if (path := _PATH.match(call.arguments)) and call.arguments.endswith("= 0"):
                flushed.setdefault(call.thread, []).append(Path(path[1]))
        elif f'"{_ANSWER}' in call.arguments:
            since_before = flushed.pop(call.thread, [])
            if f'"{answer}' in call.arguments:
                told.append(since_before)
    return told


def _calls(lines: Iterable[str]) -> Iterable[_Call]:
    """Join what was interrupted by another thread. Flushing counts from its end, sending already from its beginning."""
    unfinished: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        thread, name, resumed, rest = found.groups()
        if rest.endswith(_UNFINISHED):
            unfinished[thread] = rest.removesuffix(_UNFINISHED).rstrip()
            if name.startswith("send"):
                yield _Call(thread, name, rest)
        elif resumed:
            begun = ""
            with suppress(KeyError):  # It began before the tracing did.
                begun = unfinished.pop(thread)
            if not resumed.startswith("send"):
                yield _Call(thread, resumed, begun + rest)
        else:
            yield _Call(thread, name, rest)
