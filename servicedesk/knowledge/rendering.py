"""Rendering an article's Markdown, in a process of its own that may be ended at any time (security.md F4).

The web workers never load a Markdown parser: a text that hangs it costs its author an error message, nothing else.
"""

import atexit
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import differences
from servicedesk.knowledge.foreign.resolving import Piece
from servicedesk.knowledge.sources import Source, source_from

_log = logging.getLogger(__name__)
LARGEST_BODY_BYTES = 512_000
_DEEPEST_QUOTE = 20
# The process itself ends after two seconds of work; this is for one that waits, or gets no turn on a busy machine.
_TIME_LIMIT_S = 10.0
# For imports, which nobody waits for on a page.
PATIENCE_S = 60.0
_START_LIMIT_S = 15.0
_IDLE_LIMIT_S = 60.0
# Whoever files or reads goes before a preview, and a preview before what has patience.
_LESS_URGENT, _PATIENT = 3, 10
_READ_BYTES = 1 << 16
_WHY_NOT = {
    "too-deep": N_(
        "Lists, quotes or tags of the text are nested too deep to be shown. Nest them less deeply."
    ),
    "too-long": N_("The text takes too long to show. Split it into several articles."),
    "late": N_(
        "The text could not be shown in time. Try again in a moment; if it stays so, split it into several articles."
    ),
    "failed": N_("The text cannot be shown as it is. Undo the last change to it."),
}


@dataclass(frozen=True)
class Rendered:
    """Cleaned HTML, the same as plain text, headings, the steps of the first task list, and linked slugs."""

    html: str
    plain_text: str
    contents: list[dict[str, object]]
    steps: list[str]
    links: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether readers would see nothing: a text of comments alone, or none."""
        return is_empty(self.plain_text, self.html)


@dataclass(frozen=True)
class Foreign:
    """A text of another system as ours, in pieces for foreign.resolving; what it includes, and what is unknown here."""

    pieces: list[Piece]
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class Renderer:
    """A render process, started when first asked and again when it was ended. One text at a time."""

    def __init__(self, *, patience_s: float = _TIME_LIMIT_S) -> None:
        """Wait so long for one text: nobody sits before an import, and a busy machine must not leave files out."""
        self._patience_s = patience_s
        self._niceness = _PATIENT if patience_s > _TIME_LIMIT_S else _LESS_URGENT
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._used_at = 0.0

    def render(
        self, body: str, *, slug: str, language: str, files: Mapping[str, int] | None = None
    ) -> Rendered:
        """Render a text. Raises InvalidInputError when it is too large, nests too deep or takes too long."""
        check_body(body)
        return Rendered(
            **self._do("render", body=body, slug=slug, language=language, files=dict(files or {}))
        )

    def take_apart(self, body: str, **of_tree: bool) -> Foreign:
        """Translate a text of another system, as foreign.shortcodes.Tree says. Raises InvalidInputError as render does."""
        check_body(body)
        return Foreign(**self._do("take_apart", body=body, **of_tree))

    def find_pictures(self, body: str) -> list[Piece]:
        """Return a text of ours with its pictures as pieces of their own. Raises InvalidInputError as render does."""
        check_body(body)
        return Foreign(**self._do("find_pictures", body=body)).pieces

    def read_source(self, text: str, *, at: datetime) -> Source:
        """Read a file's header and text. Raises InvalidInputError that says what is wrong with it."""
        answer = self._do("read_source", text=text, at=at.isoformat())
        if "refused" in answer:
            raise InvalidInputError(answer["refused"])
        return source_from(answer)

    def compare(self, old: str, new: str) -> list[differences.Passage]:
        """Return where two texts differ; where that takes too long, the whole of both."""
        try:
            found = self._do("compare", old=old, new=new)["passages"]
        except InvalidInputError:
            return differences.replaced(old, new)
        return [differences.passage_from(one) for one in found]

    def close(self) -> None:
        """End the process; the next text starts another."""
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._process = None

    def _do(self, task: str, **given: object) -> dict[str, Any]:
        job = json.dumps({"task": task, **given}).encode() + b"\n"
        give_up_at = time.monotonic() + self._patience_s
        answer: dict[str, Any] = {"error": "late"}
        # Whoever waits for the texts of others has the same time for it all: three long ones must not add up for a fourth.
        if self._lock.acquire(timeout=self._patience_s):
            try:
                answer = self._ask(job, give_up_at)
            finally:
                self._lock.release()
        if "error" in answer:
            raise InvalidInputError(_WHY_NOT[answer["error"]], field="body")
        return answer

    def _ask(self, job: bytes, give_up_at: float) -> dict[str, Any]:
        began = time.monotonic()
        try:
            process = self._running()
        except OSError as error:  # No memory, no file or no process more for one: the others wait for none.
            _log.error("The render process could not be started: %s", error)
            return {"error": "late"}
        give_up_at += time.monotonic() - began  # That it had to be started first is not the text's fault.
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("The render process has no pipes.")
        try:
            is_written = _write(stdin.fileno(), job, give_up_at)
            line = _read_line(stdout.fileno(), give_up_at) if is_written else b""
        except OSError:
            line = b""
        self._used_at = time.monotonic()
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.close()
        # What ended before its time had worked for too long; what did not may only have had no turn.
        return {"error": "too-long" if self._used_at < give_up_at else "late"}

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process of this worker: not one inherited by a fork, not one that idled for long."""
        idle = time.monotonic() - self._used_at > _IDLE_LIMIT_S
        if self._process is None or self._owner != os.getpid() or idle or self._process.poll() is not None:
            self.close()
            environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
            self._process = subprocess.Popen(  # noqa: S603 - a number of our own.
                [sys.executable, "-m", "servicedesk.knowledge.markdown_process", str(self._niceness)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
            if self._process.stdin is not None:
                os.set_blocking(self._process.stdin.fileno(), False)
            self._owner = os.getpid()
            if self._process.stdout is not None:
                _read_line(
                    self._process.stdout.fileno(), time.monotonic() + max(_START_LIMIT_S, self._patience_s)
                )
        return self._process


_shared = Renderer()
atexit.register(_shared.close)


_Text = tuple[str, str, str, dict[str, int]]
_prepared: ContextVar[tuple[_Text, Rendered | InvalidInputError] | None] = ContextVar(
    "prepared", default=None
)


def prepare(body: str, *, slug: str, language: str, files: Mapping[str, int] | None = None) -> None:
    """Render what `render` will be asked for next, while no transaction is open: there it has only to be taken.

    What somebody has changed until then is rendered anew, so nothing old is ever stored.
    """
    outcome: Rendered | InvalidInputError
    try:
        outcome = _shared.render(body, slug=slug, language=language, files=files)
    except InvalidInputError as error:
        outcome = error
    _prepared.set(((body, slug, language, dict(files or {})), outcome))


def render(body: str, *, slug: str, language: str, files: Mapping[str, int] | None = None) -> Rendered:
    """Render with this process's own renderer, or take what is prepared. Raises InvalidInputError, see Renderer.render."""
    prepared = _prepared.get()
    _prepared.set(None)
    if prepared is None or prepared[0] != (body, slug, language, dict(files or {})):
        return _shared.render(body, slug=slug, language=language, files=files)
    if isinstance(prepared[1], InvalidInputError):
        raise prepared[1]
    return prepared[1]


def find_pictures(body: str) -> list[Piece]:
    """Find pictures with this process's own renderer. Raises InvalidInputError, see Renderer.find_pictures."""
    return _shared.find_pictures(body)


def compare(old: str, new: str) -> list[differences.Passage]:
    """Compare with this process's own renderer, see Renderer.compare."""
    return _shared.compare(old, new)


def is_empty(plain_text: str, html: str) -> bool:
    """Tell whether a rendered text shows neither words nor pictures."""
    return not plain_text.strip() and "<img" not in html


def check_body(body: str) -> None:
    """Refuse what no article needs before anything parses it. Raises InvalidInputError."""
    if len(body.encode("utf-8", "replace")) > LARGEST_BODY_BYTES:
        raise InvalidInputError(
            N_("The text is larger than 512 kB. Split it into several articles."), field="body"
        )
    if any(line.replace(" ", "").startswith(">" * _DEEPEST_QUOTE) for line in body.splitlines()):
        raise InvalidInputError(
            N_("Quotes are nested more than 20 deep. Take some of the marks at the line's start off."),
            field="body",
        )


def _write(descriptor: int, data: bytes, deadline: float) -> bool:
    """Write all of it; tell whether the other side took it in time."""
    left = memoryview(data)
    while left:
        patience_s = deadline - time.monotonic()
        if patience_s <= 0 or not select.select([], [descriptor], [], patience_s)[1]:
            return False
        left = left[os.write(descriptor, left) :]
    return True


def _read_line(descriptor: int, deadline: float) -> bytes:
    """Read up to the end of a line; nothing when the time is over or the process has ended."""
    parts: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return b""
        part = os.read(descriptor, _READ_BYTES)
        if not part:
            return b""
        parts.append(part)
        if part.endswith(b"\n"):
            return b"".join(parts)
