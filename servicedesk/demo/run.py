"""`make run`: the whole product on this machine, with demo people, until Ctrl-C.

Prepares the database, the articles and the demo company when they are not there yet, then runs three processes:
the demo directory, the web server with two workers, and the jobs. When one ends, all end.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError
from urllib.request import urlopen

from servicedesk.demo.accounts import ACCOUNTS_FILE, DIRECTORY_FILE, write_accounts
from servicedesk.demo.company import read_company

_HERE = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
_LDAP_PORT = 3890
DIRECTORY, WEB, JOBS = "demo directory", "web server", "jobs"
_STOP_TIMEOUT_S = 15
_START_TIMEOUT_S = 60
_LOG_FILE = "run.log"
_LINES_SHOWN = 20
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Environment = Mapping[str, str]
Process = subprocess.Popen[bytes]


class _CannotRunError(Exception):
    """The sentence says why not, and what to do."""


def main() -> int:
    """Run until a signal or the end of one process; return the exit code for the shell."""
    arguments = argparse.ArgumentParser(description="Run the service desk with demo people until Ctrl-C.")
    arguments.add_argument("--port", type=int, default=8000)
    port = arguments.parse_args().port
    instance = Path(os.environ.get("SERVICEDESK_INSTANCE_DIR") or _HERE / "instance").resolve()
    os.umask(0o077)
    for number in _STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # Ignored: by nohup.
            signal.signal(number, _stop)
    try:
        with _only_run(instance):
            _check_port(port)
            with _ldap_port() as ldap_port:
                return _run(port, ldap_port, instance)
    except _CannotRunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\nThe service desk has stopped.\n")
        return 0


def _run(port: int, ldap_port: int, instance: Path) -> int:
    ran_before = (instance / ACCOUNTS_FILE).exists()
    write_accounts(read_company(), instance)
    environment = make_environment(port, ldap_port, instance)
    commands = make_commands(port, ldap_port, instance)
    processes: dict[str, Process] = {}
    log_path = instance / _LOG_FILE
    try:
        with log_path.open("wb") as log:
            # What ran before has little to prepare: the web server may begin to load beside it.
            for name in (DIRECTORY, WEB) if ran_before else (DIRECTORY,):
                processes[name] = _start(commands[name], environment, log)
            prepare(environment)
            for name in commands.keys() - processes.keys():
                processes[name] = _start(commands[name], environment, log)
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", processes)
        _tell(port, instance)
        while True:
            _check_alive(processes)
            time.sleep(0.2)
    except _CannotRunError:
        sys.stderr.write(_last_lines(log_path))
        raise
    finally:
        _end(list(processes.values()))


def make_environment(port: int, ldap_port: int, instance: Path) -> dict[str, str]:
    """Return ours where nothing was set, so that any setting can be tried out."""
    desk = json.loads((instance / DIRECTORY_FILE).read_text(encoding="utf-8"))["desk"]
    ours = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LDAP_URLS": f"ldap://127.0.0.1:{ldap_port}",
        "LDAP_BIND_DN": desk["dn"],
        "LDAP_BIND_PASSWORD": desk["password"],
        "GROUPS": json.dumps(read_company().settings_groups()),
    }
    defaults = {f"SERVICEDESK_{name}": value for name, value in ours.items()}
    given = {**os.environ, "SERVICEDESK_INSTANCE_DIR": str(instance)}
    return {"PYTHONUNBUFFERED": "1", **defaults, **given}


def prepare(environment: Environment) -> None:
    """Migrate, read the articles, write the demo company, and index it all; quick when nothing is to do."""
    command: Sequence[str | Path] = [_BIN / "flask", "demo", "prepare"]
    done = subprocess.run(command, cwd=_HERE, env=environment, process_group=0, check=False)  # noqa: S603
    if done.returncode != 0:
        raise _CannotRunError("The demo could not be prepared. The lines above say why.")


def make_commands(port: int, ldap_port: int, instance: Path) -> dict[str, list[str | Path]]:
    """Return how each process is started."""
    directory = ["-m", "servicedesk.directory.demo_server", "--port", str(ldap_port), "--people"]
    web = ["--config", "python:servicedesk.gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    return {
        # Not the program of that name: only as a module it finds ours in the folder where it starts.
        WEB: [sys.executable, "-m", "gunicorn", *web],
        DIRECTORY: [sys.executable, *directory, instance / DIRECTORY_FILE],
        JOBS: [_BIN / "flask", "jobs", "run"],
    }


def _start(command: Sequence[str | Path], environment: Environment, log: BinaryIO) -> Process:
    """Start it in a process group of its own: Ctrl-C then reaches us alone, and we end the others in order.

    If we are killed ourselves, the kernel ends it.
    """
    setpriv = shutil.which("setpriv")
    with_us = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return subprocess.Popen(  # noqa: S603
        [*with_us, *command],
        cwd=_HERE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        process_group=0,
    )


def _last_lines(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    return "".join(lines[-_LINES_SHOWN:])


def _wait_until_ready(url: str, processes: Mapping[str, Process]) -> None:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < give_up_at:
        _check_alive(processes)
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own address.
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise _CannotRunError(f"The web server did not become ready within {_START_TIMEOUT_S} seconds.")


def _check_alive(processes: Mapping[str, Process]) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise _CannotRunError(f"The {name} has ended, so everything ends. The lines above say why.")


def _tell(port: int, instance: Path) -> None:
    accounts = json.loads((instance / ACCOUNTS_FILE).read_text(encoding="utf-8"))
    width = max(len(account["name"]) for account in accounts.values())
    lines = [
        f"  {role:<10}{account['name']:<{width + 3}}{account['password']}"
        for role, account in accounts.items()
    ]
    text = "\n".join(
        [
            "",
            f"The service desk is ready: http://127.0.0.1:{port}",
            "",
            f"  {'':<10}{'user name':<{width + 3}}password",
            *lines,
            "",
            f"What it does stands in {instance / _LOG_FILE}. Ctrl-C stops it.",
            "",
        ]
    )
    sys.stdout.write(text)
    sys.stdout.flush()


def _end(processes: Sequence[Process]) -> None:
    """End all of them and what they started; from here on nothing may interrupt us."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for process in processes:
        if process.poll() is None:
            process.terminate()
    give_up_at = time.monotonic() + _STOP_TIMEOUT_S
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, give_up_at - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _only_run(instance: Path) -> Iterator[None]:
    """Hold the lock that lets an instance run once; a dead holder's lock is free."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (instance / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _CannotRunError(
                f"The service desk runs already with the data in {instance}. "
                "Stop it first, or set SERVICEDESK_INSTANCE_DIR to another folder."
            ) from None
        yield


@contextmanager
def _ldap_port() -> Iterator[int]:
    """Give the usual port to the one demo on this machine that asks first: it listens only a second after it asked."""
    path = Path(tempfile.gettempdir()) / f"servicedesk-demo-{_LDAP_PORT}.lock"
    with ExitStack() as held:
        try:
            fcntl.flock(held.enter_context(path.open("a")), fcntl.LOCK_EX | fcntl.LOCK_NB)
            port = _LDAP_PORT if _is_free(_LDAP_PORT) else _any_free_port()
        except OSError:  # Another demo has it.
            port = _any_free_port()
        yield port


def _check_port(port: int) -> None:
    if not 0 < port < 65_536:
        raise _CannotRunError(f"{port} is no port. Choose one from 1 to 65535: make run PORT=8000")
    if not _is_free(port):
        other = port + 1 if port < 65_535 else 8000
        raise _CannotRunError(
            f"Port {port} is in use or not allowed. Choose another one: make run PORT={other}"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
