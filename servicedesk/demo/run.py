"""`make run`: the whole product on this machine, with demo people, until Ctrl-C.

Prepares the database, the articles and the demo company when they are not there yet, then runs four processes:
the demo directory, the web server with two workers, and the jobs. When one ends, all end.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_HERE = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
_LDAP_PORT = 3890
_GROUPS = {
    "roles": {"agent": ["Desk agents"], "editor": ["Desk editors"], "admin": ["Desk admins"]},
    "teams": {
        key: [f"Team {key}"]
        for key in ("service-desk", "network", "workplace", "accounting", "legal", "hr", "orders")
    },
}
_STOP_TIMEOUT_S = 10
_START_TIMEOUT_S = 60


def main() -> int:
    """Run until a signal or the end of one process; return the exit code for the shell."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8000)
    port = arguments.parse_args().port
    if not _is_free(port):
        sys.stderr.write(f"Port {port} is in use. Choose another one: make run PORT={port + 1}\n")
        return 1
    ldap_port = _LDAP_PORT if _is_free(_LDAP_PORT) else _any_free_port()
    environment = _environment(port, ldap_port)
    signal.signal(signal.SIGTERM, _stop)
    try:
        _prepare(environment)
        return _serve(port, ldap_port, environment)
    except KeyboardInterrupt:
        return 0


def _environment(port: int, ldap_port: int) -> dict[str, str]:
    ours = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LDAP_URLS": f"ldap://127.0.0.1:{ldap_port}",
        "GROUPS": json.dumps(_GROUPS),
    }
    defaults = {f"SERVICEDESK_{name}": value for name, value in ours.items()}
    return {"PYTHONUNBUFFERED": "1", **os.environ, **{k: os.environ.get(k, v) for k, v in defaults.items()}}


def _prepare(environment: dict[str, str]) -> None:
    """Migrate, read the articles, write the demo company, and index it all; quick when nothing is to do."""
    subprocess.run([_BIN / "flask", "demo", "prepare"], cwd=_HERE, env=environment, check=True)  # noqa: S603


def _serve(port: int, ldap_port: int, environment: dict[str, str]) -> int:
    instance = Path(environment.get("SERVICEDESK_INSTANCE_DIR", _HERE / "instance"))
    commands = [
        [
            sys.executable,
            "-m",
            "servicedesk.directory.demo_server",
            "--port",
            str(ldap_port),
            "--people",
            instance / "demo-directory.json",
        ],
        [
            _BIN / "gunicorn",
            "--config",
            "python:servicedesk.gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "wsgi:app",
        ],
        [_BIN / "flask", "jobs", "run"],
    ]
    processes = [subprocess.Popen(command, cwd=_HERE, env=environment) for command in commands]  # noqa: S603
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", processes)
        _tell(port, instance)
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
        return 1
    finally:
        _end(processes)


def _wait_until_ready(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < give_up_at and all(process.poll() is None for process in processes):
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own address.
                return
        except (URLError, OSError):
            time.sleep(0.1)


def _tell(port: int, instance: Path) -> None:
    accounts = json.loads((instance / "demo-accounts.json").read_text(encoding="utf-8"))
    lines = [f"  {role:<9} {account['name']:<22} {account['password']}" for role, account in accounts.items()]
    address = f"http://127.0.0.1:{port}"
    sys.stdout.write(
        "\n".join(["", f"The service desk is ready: {address}", "", *lines, "", "Ctrl-C stops it.", ""])
    )
    sys.stdout.flush()


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()


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
