"""The running product as `make run` starts it, in an instance of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TypedDict
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
_START_TIMEOUT_S = 180
_STOP_TIMEOUT_S = 30


class Account(TypedDict):
    """What somebody signs in with."""

    name: str
    password: str


@dataclass(frozen=True)
class Product:
    """A running product: where it is, who can sign in, and where its instance lies."""

    url: str
    accounts: dict[str, Account]
    instance: Path
    environment: dict[str, str]

    def account(self, who: str) -> Account:
        """Return the account of a role ("employee", "agent", "editor", "admin") or of anybody by user name."""
        if who in self.accounts:
            return self.accounts[who]
        people = json.loads((self.instance / "demo-directory.json").read_text(encoding="utf-8"))["people"]
        password = next(person["password"] for person in people if person["user_name"] == who)
        return {"name": who, "password": password}

    def flask(self, *words: str, timeout_s: float = 300) -> str:
        """Run one of the product's commands on this instance and return what it printed."""
        command = [str(Path(sys.executable).parent / "flask"), *words]
        run = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        assert run.returncode == 0, f"flask {' '.join(words)}: {run.stdout[-2000:]}{run.stderr[-4000:]}"
        return run.stdout

    @contextmanager
    def without_index(self) -> Iterator[None]:
        """Take the index away for a while. Who holds the writer's lock keeps the product from building another one."""
        pointer = self.instance / "index" / "CURRENT"
        away = pointer.with_name("away")
        with pointer.with_name("writer.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            pointer.rename(away)
            try:
                yield
            finally:
                away.rename(pointer)


def start_product(instance: Path, stack: ExitStack, **settings: str) -> Product:
    """Start everything as `make run` does; it stops when the stack closes. Raises RuntimeError with the log.

    `settings` are those of the product without their prefix.
    """
    port = _free_port()
    given = {f"SERVICEDESK_{name}": value for name, value in settings.items()}
    environment = {**os.environ, **given, "SERVICEDESK_INSTANCE_DIR": str(instance)}
    instance.mkdir(parents=True, exist_ok=True)
    log = stack.enter_context((instance.parent / f"{instance.name}.log").open("w"))
    command = [sys.executable, "-m", "servicedesk.demo.run", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    stack.callback(_stop, process)
    url = f"http://127.0.0.1:{port}"
    _wait(url, process, Path(log.name))
    accounts = json.loads((instance / "demo-accounts.json").read_text(encoding="utf-8"))
    environment["SERVICEDESK_PUBLIC_URL"] = url
    return Product(url, accounts, instance, environment)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < give_up_at and process.poll() is None:
        try:
            with urlopen(f"{url}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The product did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
