"""`make run` as a real process: it starts everything, says where it is, and leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask

from servicedesk.web.settings import current_settings
from tests.services.programs import free_port, is_listening

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.one_database]
_ROOT = Path(__file__).parents[2]
_START_TIMEOUT_S = 120
_STOP_TIMEOUT_S = 40

Start = Callable[..., "Run"]


class Run:
    """One `make run`, with what it printed in a file."""

    def __init__(self, instance: Path, log: Path, port: int) -> None:
        self.instance, self.log, self.port = instance, log, port
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SERVICEDESK_")}
        command = [sys.executable, "-m", "servicedesk.demo.run", "--port", str(port)]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=_ROOT,
                env={**kept, "SERVICEDESK_INSTANCE_DIR": str(instance)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until_ready(self) -> None:
        ends_at = time.monotonic() + _START_TIMEOUT_S
        while "Ctrl-C stops it" not in self.output():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < ends_at, self.output()
            time.sleep(0.1)

    def children(self) -> list[int]:
        """Return the ids of all processes of this instance, this run's own left out."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                environment = path.read_bytes()
            except OSError:
                continue
            if f"SERVICEDESK_INSTANCE_DIR={self.instance}\0".encode() in environment + b"\0":
                found.append(int(path.parent.name))
        return [number for number in found if number != self.process.pid]

    def end(self, number: signal.Signals) -> int:
        os.killpg(self.process.pid, number)
        return self.process.wait(_STOP_TIMEOUT_S)


@pytest.fixture
def prepared(demo: Flask, tmp_path: Path) -> None:
    """Let the instance be one that ran before."""
    with demo.app_context():
        shutil.copytree(current_settings().instance_dir, tmp_path / "instance")
        (tmp_path / "instance" / "secret.key").write_text(current_settings().secret_key)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def begin(*, port: int | None = None) -> Run:
        runs.append(Run(tmp_path / "instance", tmp_path / f"log-{len(runs)}", port or free_port()))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGKILL)


def _page(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        text: str = answer.read().decode()
    return text


def _gone(run: Run) -> bool:
    ends_at = time.monotonic() + 20
    while run.children() and time.monotonic() < ends_at:
        time.sleep(0.1)
    return not run.children()


def test_it_starts_answers_and_stops_without_a_trace_and_starts_again(start: Start) -> None:
    first = start()
    first.wait_until_ready()
    assert "<input" in _page(first.port, "/login")
    assert _page(first.port, "/readyz") == "ok"
    accounts = json.loads((first.instance / "demo-accounts.json").read_text(encoding="utf-8"))
    for account in accounts.values():
        assert f"{account['name']} " in first.output()
        assert account["password"] in first.output()
    assert len(first.children()) >= 4, "directory, web server with two workers, jobs"
    assert first.end(signal.SIGINT) == 0
    assert first.children() == []
    assert "has stopped" in first.output()
    again = start(port=first.port)
    again.wait_until_ready()
    assert json.loads((again.instance / "demo-accounts.json").read_text(encoding="utf-8")) == accounts
    assert "written" not in again.output(), "nothing was to be done"
    assert again.end(signal.SIGTERM) == 0
    assert again.children() == []


def test_one_that_is_killed_takes_the_others_along(prepared: None, start: Start) -> None:
    run = start()
    run.wait_until_ready()
    run.end(signal.SIGKILL)
    assert _gone(run)
    with pytest.raises(URLError):
        _page(run.port, "/healthz")


def test_when_the_web_server_ends_everything_ends_and_it_is_said(prepared: None, start: Start) -> None:
    run = start()
    run.wait_until_ready()
    web = next(n for n in run.children() if b"gunicorn" in Path(f"/proc/{n}/cmdline").read_bytes())
    os.kill(os.getpgid(web), signal.SIGTERM)
    assert run.process.wait(_STOP_TIMEOUT_S) == 1
    assert "The web server has ended" in run.output()
    assert _gone(run)


def test_a_port_in_use_is_said_in_a_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = start(port=port)
        assert run.process.wait(30) == 1
    assert run.output().splitlines() == [
        f"Port {port} is in use or not allowed. Choose another one: make run PORT={port + 1}"
    ]


def test_an_instance_runs_once(prepared: None, start: Start) -> None:
    first = start()
    first.wait_until_ready()
    second = start()
    assert second.process.wait(30) == 1
    assert "runs already" in second.output()
    assert "Traceback" not in second.output()
    assert is_listening("127.0.0.1", first.port)
    assert first.end(signal.SIGINT) == 0
