"""Programs of Debian's that tests need: where they are, what to do without them, how to run them."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

_SYSTEM_PATHS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def find_program(name: str, package: str) -> str:
    """Return the program's path. Without it the test is skipped, in CI it fails; both name the package."""
    path = shutil.which(name, path=_SYSTEM_PATHS)
    if path is None:
        do_without(f"needs {name}: apt-get install {package}")
    return path


def do_without(message: str) -> NoReturn:
    """Skip the test and say what it needs; in CI, where everything has to be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


class Program:
    """A running program, with what it printed in a file."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it in a process group of its own, so that its children end with it."""
        self._log = log
        setpriv = shutil.which("setpriv", path=_SYSTEM_PATHS)
        # A test run that is killed stops nothing: the kernel then ends the program.
        with_us = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*with_us, *command],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=cwd,
                env=environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The number of the program's first process."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether the program's first process has ended."""
        return self._process.poll() is not None

    def wait(self, timeout_s: float) -> int:
        """Wait for the end of its first process and return the exit code."""
        return self._process.wait(timeout_s)

    def kill(self) -> None:
        """Kill its first process alone, as when memory runs out; its children have to see to themselves."""
        self._process.kill()
        self._process.wait(timeout=10)

    def wait_until(self, is_ready: Callable[[], bool], *, timeout_s: float) -> None:
        """Return when it is ready; fail with its output when it ends or takes too long."""
        ends_at = time.monotonic() + timeout_s
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > ends_at:
                self.stop()
                raise AssertionError(
                    f"{self._process.args!r} is not ready:\n{self._log.read_text(errors='replace')[-3000:]}"
                )
            time.sleep(0.05)

    def pause(self) -> None:
        """Let it hang as if the machine had frozen: the kernel accepts connections, nothing answers."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it and all its children, asking first."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(timeout=10)


def is_listening(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
