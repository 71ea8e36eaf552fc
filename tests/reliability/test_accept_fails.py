"""The system has no file left for one more connection: the web server goes on as soon as it has."""

import resource
import secrets
import sys
from contextlib import ExitStack
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

from tests.reliability.browser import Browser
from tests.reliability.desk import Desk, wait_until
from tests.reliability.strangers import slow_sockets

_WITHIN_S = 60.0
_FILES = 300
_WEB = ["-m", "gunicorn", "--config", "python:servicedesk.gunicorn", "--bind", "127.0.0.1:{port}", "wsgi:app"]


def test_a_worker_that_had_no_file_left_for_a_while_answers_again(desk: Desk, employee: Browser) -> None:
    workers = desk.web_workers()
    address = urlsplit(desk.url)
    limits = {worker: resource.prlimit(worker, resource.RLIMIT_NOFILE) for worker in workers}
    with ExitStack() as waiting:
        for worker, (_, hard) in limits.items():
            resource.prlimit(worker, resource.RLIMIT_NOFILE, (3, hard))
        for _ in range(20):
            waiting.enter_context(create_connection((str(address.hostname), address.port or 80), timeout=10))
        wait_until(
            lambda: any("EMFILE" in str(line) or "Too many open files" in str(line) for line in desk.log()),
            "the workers have no file left",
            within_s=_WITHIN_S,
        )
        for worker, limit in limits.items():
            resource.prlimit(worker, resource.RLIMIT_NOFILE, limit)
    for number in range(10):
        assert employee.get("/").status == 200
        assert employee.file(f"The {number}th drawer is stuck.", secrets.token_urlsafe(18)).incident
    assert desk.web_workers() == workers


def test_more_strangers_than_the_system_has_files_for_keep_nobody_out(
    prepared_instance: Path, tmp_path: Path
) -> None:
    desk = Desk(tmp_path / "instance", prepared=prepared_instance)
    try:
        desk.start()
        desk.serve_with(["/bin/sh", "-c", f'ulimit -n {_FILES} && exec "$0" "$@"', sys.executable, *_WEB])
        employee = Browser(desk.url)
        employee.sign_in(desk.account("employee"))
        with slow_sockets(desk.url, 3 * _FILES, kinds=("silence", "headers")):
            for number in range(5):
                assert employee.get("/").status == 200
                assert employee.file(f"The {number}th lamp flickers.", secrets.token_urlsafe(18)).incident
        ended = [line for line in desk.log() if "ended" in str(line)]
        assert not any("EMFILE" in str(line) for line in ended), ended
    finally:
        desk.stop()
