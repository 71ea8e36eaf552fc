"""Web workers, web server and jobs are killed at any moment while people file: what was acknowledged is there, once."""

import hashlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from tests.reliability.desk import Desk, wait_until
from tests.reliability.filing import FILINGS, Acknowledged, Clients, read_ledger
from tests.services.databases import IS_POSTGRESQL

_KILLS = max(20, FILINGS // 40)
_INDEXED_WITHIN_S = 60.0


class _Killer:
    """Kills something after every few filings, and starts again what nobody else starts."""

    def __init__(self, desk: Desk, clients: Clients, *, seed: int) -> None:
        self._desk, self._clients, self._random = desk, clients, random.Random(seed)  # noqa: S311
        self.kills: Counter[str] = Counter()
        self.longest_restart_s = 0.0

    def run(self) -> None:
        """Go on until the number of kills is reached. The filings of the last twentieth are left in peace."""
        choices: list[tuple[str, Callable[[], None]]] = [
            *[("a web worker", self._a_worker)] * 5,
            *[("all web workers", self._all_workers)] * 2,
            *[("the jobs", self._jobs)] * 2,
        ]
        for number in range(_KILLS):
            due = FILINGS * number // (_KILLS + 1)
            wait_until(partial(self._clients.has_acknowledged, due), "filings go on", within_s=60)
            time.sleep(self._random.uniform(0, 0.1))
            name, kill = self._random.choice(choices) if number % 10 != 5 else ("the web server", self._web)
            kill()
            self.kills[name] += 1

    def _a_worker(self) -> None:
        if workers := self._desk.web_workers():
            _kill(self._random.choice(workers))

    def _all_workers(self) -> None:
        for worker in self._desk.web_workers():
            _kill(worker)

    def _jobs(self) -> None:
        self._desk.jobs.kill()
        self._desk.start()

    def _web(self) -> None:
        self._desk.web.kill()
        began = time.monotonic()
        self._desk.start()
        self.longest_restart_s = max(self.longest_restart_s, time.monotonic() - began)


def _kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def test_no_acknowledged_filing_is_lost_and_none_is_there_twice(desk: Desk, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    clients = Clients(desk, tmp_path / "ledger")
    killer = _Killer(desk, clients, seed=seed)
    clients.run(killer.run)
    desk.start()
    ledger = list(read_ledger(tmp_path / "ledger"))
    indexed_s = wait_until(
        lambda: desk.value("SELECT count(*) FROM index_changes") == 0,
        "all is indexed",
        within_s=_INDEXED_WITHIN_S,
    )
    sys.stdout.write(
        f"seed {seed}: {len(ledger)} filings, {dict(killer.kills)}, {clients.cut_off} requests cut off, "
        f"web server back within {killer.longest_restart_s:.1f} s, indexed after {indexed_s:.1f} s\n"
    )
    assert len(ledger) == FILINGS
    assert clients.cut_off > 0, "No kill hit a request: this proved nothing"
    _check_incidents(desk, ledger)
    _check_files(desk, ledger)
    _check_mails(desk, ledger)
    if not IS_POSTGRESQL:
        assert desk.rows("PRAGMA integrity_check") == [("ok",)]
        assert desk.rows("PRAGMA foreign_key_check") == []
    assert not [line for line in desk.log() if line["message"] == "Unexpected failure"]


def _check_incidents(desk: Desk, ledger: list[Acknowledged]) -> None:
    """Each filing is there under its number, and whatever was tried again is no second one."""
    found = desk.rows(
        "SELECT incidents.id, incidents.text, people.user_name FROM incidents "
        "JOIN people ON people.id = incidents.requester_id WHERE people.user_name LIKE 'client%'"
    )
    assert sorted(map(tuple, found)) == sorted((line.number, line.text, line.user_name) for line in ledger)


def _check_files(desk: Desk, ledger: list[Acknowledged]) -> None:
    """Each has its one file, whose bytes are those that were sent."""
    found = desk.rows(
        "SELECT incident_files.incident_id, stored_files.sha256, stored_files.storage_name FROM incident_files "
        "JOIN stored_files ON stored_files.id = incident_files.file_id "
        "JOIN people ON people.id = stored_files.uploaded_by_id WHERE people.user_name LIKE 'client%'"
    )
    assert sorted((number, digest) for number, digest, _ in found) == sorted(
        (line.number, line.sha256) for line in ledger
    )
    for _, digest, name in found:
        assert hashlib.sha256((desk.files / name[:2] / name).read_bytes()).hexdigest() == digest


def _check_mails(desk: Desk, ledger: list[Acknowledged]) -> None:
    """Each requester is told once, and no mail is called sent that did not leave."""
    found = desk.rows(
        "SELECT outbox_mails.subject_id, people.user_name, outbox_mails.state, outbox_mails.message_id FROM outbox_mails "
        "JOIN people ON people.id = outbox_mails.recipient_id WHERE people.user_name LIKE 'client%'"
    )
    assert sorted((number, name) for number, name, _, _ in found) == sorted(
        (line.number, line.user_name) for line in ledger
    )
    assert {state for _, _, state, _ in found} <= {"waiting", "sending", "sent"}
    sent = {message_id for _, _, state, message_id in found if state == "sent"}
    assert sent <= {path.stem for path in desk.mail.glob("*.eml")}
