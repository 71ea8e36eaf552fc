"""The running product with each process in our hands, so that one can be killed, stopped and started without the others."""

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

import config
from servicedesk.demo import run
from servicedesk.demo.accounts import DIRECTORY_FILE, write_accounts
from servicedesk.demo.company import read_company
from servicedesk.search.writer import IndexWriter
from tests.browser.product import Account
from tests.reliability.browser import Browser, NoAnswerError
from tests.services.programs import Program, free_port

ROOT = Path(__file__).parents[2]
_READY_WITHIN_S = 60.0
_PASSWORD = "one-for-all-clients-of-tests"


class Desk:
    """An instance of the demo company and the processes that serve it."""

    def __init__(
        self,
        instance: Path,
        *,
        prepared: Path | None = None,
        database_url: str | None = None,
        clients: int = 0,
        smtp_url: str = "",
    ) -> None:
        """Prepare the instance as `make run` does, with so many employees more than the demo has, and where mail goes.

        With `prepared` it begins as a copy of an instance that was prepared before.
        """
        self.instance = instance
        instance.mkdir(mode=0o700, exist_ok=True)
        if prepared is not None:
            shutil.copytree(prepared, instance, dirs_exist_ok=True)
        else:
            write_accounts(read_company(), instance)
        port, ldap_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = run.make_environment(port, ldap_port, instance)
        # Visitors ask without rest.
        self.environment["SERVICEDESK_SUGGESTIONS_A_MINUTE"] = "1000000"
        if database_url is not None:
            self.environment["SERVICEDESK_DATABASE_URL"] = database_url
        if smtp_url:
            self.environment["SERVICEDESK_SMTP_URL"] = smtp_url
        self._commands = run.make_commands(port, ldap_port, instance)
        if prepared is None:
            run.prepare(self.environment)
        self._add_people(clients)
        self._programs: dict[str, Program] = {}
        self._logs: list[Path] = []
        self._settings = config.load(
            {name: value for name, value in self.environment.items() if name.startswith(config.PREFIX)}
        )
        self.index, self.files = self._settings.index_dir, self._settings.files_dir
        self.database: Engine = create_engine(self._settings.database_url, pool_pre_ping=True)

    def start(self) -> None:
        """Start what does not run, and return when the pages answer."""
        for name in (run.DIRECTORY, run.WEB, run.JOBS):
            if name not in self._programs or self._programs[name].has_ended():
                self._start(name)
        wait_until(self.is_ready, "the product is ready", within_s=_READY_WITHIN_S)

    def stop(self) -> None:
        """End all processes."""
        for program in self._programs.values():
            program.stop()
        self.database.dispose()

    def serve_with(self, command: Sequence[str], **environment: str) -> None:
        """Let another web server answer from now on; "{port}" in its command is where."""
        if run.WEB in self._programs:
            self._programs[run.WEB].stop()
        port = self.url.rpartition(":")[2]
        self._commands[run.WEB] = [word.format(port=port) for word in command]
        self.environment = {**self.environment, **environment}
        self.start()

    @property
    def web(self) -> Program:
        """The web server's first process, whose children answer requests."""
        return self._programs[run.WEB]

    @property
    def jobs(self) -> Program:
        """The jobs process."""
        return self._programs[run.JOBS]

    def web_workers(self) -> list[int]:
        """Return the numbers of the processes that answer requests."""
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children")
        try:
            return [int(number) for number in children.read_text().split()]
        except OSError:  # It has ended.
            return []

    def is_ready(self) -> bool:
        """Whether pages are answered, and not by workers that only have not noticed yet that their server is dead."""
        try:
            return bool(self.web_workers()) and Browser(self.url).get("/readyz").status == 200
        except NoAnswerError:
            return False

    def account(self, role: str) -> Account:
        """Return the demo account of a role: "employee", "agent", "editor", "admin"."""
        accounts: dict[str, Account] = json.loads((self.instance / "demo-accounts.json").read_text())
        return accounts[role]

    def client(self, number: int) -> Account:
        """Return the account of an employee beyond the demo's."""
        return {"name": f"client{number}", "password": _PASSWORD}

    def index_writer(self) -> IndexWriter:
        """Return what can tell whether the index is whole."""
        return IndexWriter(
            self.index, secret_key=self._settings.secret_key, dictionaries=self._settings.dictionaries_dir
        )

    def rows(self, query: str, **values: object) -> Sequence[Any]:
        """Return what the database says now."""
        with self.database.connect() as connection:
            return connection.execute(text(query), values).all()

    def value(self, query: str, **values: object) -> Any:
        """Return the first value that the database finds."""
        return self.rows(query, **values)[0][0]

    def log(self) -> list[dict[str, Any]]:
        """Return all lines that web server and jobs have logged; what is no JSON stands under "message"."""
        lines = [line for path in self._logs for line in path.read_text(errors="replace").splitlines()]
        return [_parsed(line) for line in lines if line.strip()]

    def _start(self, name: str) -> None:
        log = self.instance.parent / f"{self.instance.name}-{len(self._logs)}-{name.replace(' ', '-')}.log"
        command = [os.fspath(word) for word in self._commands[name]]
        self._programs[name] = Program(command, log, cwd=ROOT, environment=self.environment)
        self._logs.append(log)

    def _add_people(self, count: int) -> None:
        path = self.instance / DIRECTORY_FILE
        directory = json.loads(path.read_text(encoding="utf-8"))
        directory["people"] += [
            {
                "user_name": self.client(number)["name"],
                "password": _PASSWORD,
                "name": f"Client {number}",
                "uuid": str(uuid.uuid4()),
                "mail": f"client{number}@example.com",
            }
            for number in range(count)
        ]
        path.write_text(json.dumps(directory), encoding="utf-8")


def wait_until(is_so: Callable[[], bool], what: str, *, within_s: float) -> float:
    """Ask again and again until it is so; return how many seconds that took. Raises AssertionError when it takes too long."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < within_s, f"Not within {within_s:.0f} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def _parsed(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError:
        return {"level": "error", "message": line}
    return parsed if isinstance(parsed, dict) else {"level": "error", "message": line}
