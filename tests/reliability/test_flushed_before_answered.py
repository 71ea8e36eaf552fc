"""Nobody is told "filed" before the file, its directory and the database's log have reached the disk."""

import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reliability.browser import Browser, Upload
from tests.reliability.desk import Desk, wait_until
from tests.reliability.trace import CALLS, flushed_before_answers
from tests.services.programs import Program, do_without, find_program

_FILINGS = 30
_ANSWER = "HTTP/1.1 303"


@contextmanager
def _traced(desk: Desk, folder: Path) -> Iterator[Path]:
    """Write down what the web workers ask of the kernel meanwhile. Skips where one process may not trace another."""
    strace, trace, log = find_program("strace", "strace"), folder / "trace", folder / "strace.log"
    workers = desk.web_workers()
    named = [word for worker in workers for word in ("-p", str(worker))]
    command = [strace, "-f", "-y", "-s", "40", "-e", f"trace={','.join(CALLS)}", "-o", str(trace), *named]
    program = Program(command, log)
    try:
        wait_until(
            lambda: (
                program.has_ended()
                or all(f"Process {worker} attached" in log.read_text() for worker in workers)
            ),
            "strace is attached",
            within_s=20,
        )
        if program.has_ended():
            do_without(f"needs to trace another process: {log.read_text()[-500:]}")
        yield trace
    finally:
        program.stop(signal.SIGINT)


@pytest.mark.one_database
def test_what_is_filed_is_on_disk_before_the_answer_leaves(
    desk: Desk, employee: Browser, tmp_path: Path
) -> None:
    with _traced(desk, tmp_path) as trace:
        for number in range(_FILINGS):
            upload = Upload("picture.bin", secrets.token_bytes(5000))
            text = f"The {number}th lamp in the corridor flickers."
            assert employee.file(text, secrets.token_urlsafe(18), upload).incident
    filings = flushed_before_answers(trace.read_text().splitlines(), answer=_ANSWER)
    sys.stdout.write(f"{len(filings)} filings, the first flushed {[path.name for path in filings[0]]}\n")
    assert len(filings) == _FILINGS
    for flushed in filings:
        assert _is_safe(flushed, desk), flushed


def _is_safe(flushed: list[Path], desk: Desk) -> bool:
    """Whether bytes, directory and database came to the disk in this order: a row never speaks of a file that may be lost."""
    bytes_at = [
        place for place, path in enumerate(flushed) if path.suffix == ".part" and desk.files in path.parents
    ]
    if not bytes_at:
        return False
    after_bytes = flushed[bytes_at[0] :]
    folder = after_bytes[0].parent
    if folder not in after_bytes:
        return False
    after_folder = after_bytes[after_bytes.index(folder) :]
    return any(path.name == "servicedesk.db-wal" for path in after_folder)


_TRACE = """\
7 fsync(11</files/ab/ab12.part>) = 0
7 fdatasync(5</servicedesk.db-wal> <unfinished ...>
8 sendto(10<socket:[2]>, "HTTP/1.1 200 OK\\r\\nServer: "..., 700, 0, NULL, 0) = 700
7 <... fdatasync resumed>)          = 0
7 sendto(9<socket:[1]>, "HTTP/1.1 303 SEE OTHER\\r\\nServer: "..., 700, 0, NULL, 0) = 700
7 fsync(12</files/ab>) = 0
8 fdatasync(5</servicedesk.db-wal> <unfinished ...>
7 fsync(12</files/cd>) = 0
8 sendto(10<socket:[2]>, "HTTP/1.1 303 SEE OTHER\\r\\nServer: "..., 700, 0, NULL, 0) = 700
8 fdatasync(5</servicedesk.db-wal>) = 0
8 sendto(10<socket:[2]>, "HTTP/1.1 200 OK\\r\\nServer: "..., 700, 0, NULL, 0) = 700
8 sendto(10<socket:[2]>, "HTTP/1.1 303 SEE OTHER\\r\\nServer: "..., 700, 0, NULL, 0) = 700
"""


def test_flushing_after_the_answer_or_by_another_thread_does_not_count() -> None:
    found = flushed_before_answers(_TRACE.splitlines(), answer=_ANSWER)
    assert found == [[Path("/files/ab/ab12.part"), Path("/servicedesk.db-wal")], [], []]
