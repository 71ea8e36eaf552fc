"""Processes are killed at any moment while people file, answer and write notes: what was acknowledged is there, once."""

import hashlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.drill import Drill
from tests.mail.mail_server import MailServer
from tests.reliability.desk import Desk, wait_until
from tests.reliability.filing import FILINGS, KILLS, Acknowledged, Clients, read_ledger
from tests.services.databases import IS_POSTGRESQL, Databases

# What a busy machine may take: mails go out one by one, and one is written for each filing.
_SETTLED_WITHIN_S = max(120.0, 0.4 * FILINGS)
_NEXT_KILL_WITHIN_S = max(120.0, 6.0 * FILINGS / KILLS)


class _Killer:
    """Kills something after every few filings, and starts again what nobody else starts."""

    def __init__(self, desk: Desk, clients: Clients, databases: Databases, *, seed: int) -> None:
        self._desk, self._clients, self._databases = desk, clients, databases
        self._random = random.Random(seed)  # noqa: S311
        self.kills: Counter[str] = Counter()

    def run(self) -> None:
        """Go on until the number of kills is reached. The filings of the last twentieth are left in peace."""
        choices: list[tuple[str, Callable[[], None]]] = [
            *[("web worker", self._a_worker)] * 5,
            *[("all web workers", self._all_workers)] * 2,
            *[("jobs", self._jobs)] * 2,
        ]
        for number in range(KILLS):
            due = FILINGS * number // (KILLS + 1)
            wait_until(
                partial(self._clients.has_acknowledged, due), "filings go on", within_s=_NEXT_KILL_WITHIN_S
            )
            time.sleep(self._random.uniform(0, 0.1))
            name, kill = self._random.choice(choices)
            if number % 10 == 5:
                name, kill = "web server", self._web
            if number % 10 == 8 and IS_POSTGRESQL:
                name, kill = "PostgreSQL", self._databases.kill_server
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
        self._desk.start()


def _kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


@pytest.mark.drill
def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
    desk: Desk, databases: Databases, mails: MailServer, drill: Drill, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    clients = Clients(desk, tmp_path / "ledger")
    killer = _Killer(desk, clients, databases, seed=seed)
    clients.run(killer.run)
    desk.start()
    ledger = list(read_ledger(tmp_path / "ledger"))
    settled_s = wait_until(lambda: _is_settled(desk), "all is indexed and sent", within_s=_SETTLED_WITHIN_S)
    assert clients.cut_off > 0, "No kill hit a request: this proved nothing"
    kills = ", ".join(f"{count} {name}" for name, count in killer.kills.items())
    note = (
        f"seed {seed}; killed: {kills}; {clients.cut_off} requests cut off; settled after {settled_s:.1f} s"
    )
    for kind, there in (("filing", _incidents(desk)), ("answer", _answers(desk)), ("note", _notes(desk))):
        written = [(line.number, line.text, line.user_name) for line in ledger if line.kind == kind]
        lost, doubled = _compare(written, there)
        drill.tell(
            f"{kind}s while processes are killed", tried=FILINGS, acknowledged=len(written), lost=lost,
            doubled=doubled, held_up_s=clients.longest_wait_s, note=note,
        )  # fmt: skip
        note = "the same run"
    _tell_files(desk, ledger, drill)
    _tell_mails(desk, ledger, mails, drill)
    if not IS_POSTGRESQL:
        assert desk.rows("PRAGMA integrity_check") == [("ok",)]
        assert desk.rows("PRAGMA foreign_key_check") == []
    assert not [line for line in desk.log() if line["message"] == "Unexpected failure"]


def _is_settled(desk: Desk) -> bool:
    mails = "SELECT count(*) FROM outbox_mails WHERE state IN ('waiting', 'sending')"
    return (desk.value("SELECT count(*) FROM index_changes"), desk.value(mails)) == (0, 0)


def _compare(written: Iterable[object], there: Iterable[object]) -> tuple[int, int]:
    """Return how many of what was written are not there, and how many are there that were not written, or once more."""
    wanted, found = Counter(written), Counter(there)
    return (wanted - found).total(), (found - wanted).total()


def _incidents(desk: Desk) -> list[tuple[int, str, str]]:
    rows = desk.rows(
        "SELECT incidents.id, incidents.text, people.user_name FROM incidents "
        "JOIN people ON people.id = incidents.requester_id WHERE people.user_name LIKE 'client%'"
    )
    return [(number, text, name) for number, text, name in rows]


def _answers(desk: Desk) -> list[tuple[int, str, str]]:
    rows = desk.rows(
        "SELECT incident_messages.incident_id, incident_messages.text, people.user_name FROM incident_messages "
        "JOIN people ON people.id = incident_messages.author_id WHERE people.user_name LIKE 'client%'"
    )
    return [(number, text, name) for number, text, name in rows]


def _notes(desk: Desk) -> list[tuple[int, str, str]]:
    rows = desk.rows(
        "SELECT internal_notes.incident_id, internal_notes.text, authors.user_name FROM internal_notes "
        "JOIN people authors ON authors.id = internal_notes.author_id "
        "JOIN incidents ON incidents.id = internal_notes.incident_id "
        "JOIN people ON people.id = incidents.requester_id WHERE people.user_name LIKE 'client%'"
    )
    return [(number, text, name) for number, text, name in rows]


def _tell_files(desk: Desk, ledger: list[Acknowledged], drill: Drill) -> None:
    """Each filing has its one file, whose bytes are those that were sent."""
    found = desk.rows(
        "SELECT incident_files.incident_id, stored_files.sha256, stored_files.storage_name FROM incident_files "
        "JOIN stored_files ON stored_files.id = incident_files.file_id "
        "JOIN people ON people.id = stored_files.uploaded_by_id WHERE people.user_name LIKE 'client%'"
    )
    sent = [(line.number, line.sha256) for line in ledger if line.kind == "filing"]
    lost, doubled = _compare(sent, [(number, digest) for number, digest, _ in found])
    bad = sum(
        hashlib.sha256((desk.files / name[:2] / name).read_bytes()).hexdigest() != digest
        for _, digest, name in found
    )
    drill.tell(
        "files of these filings", tried=FILINGS, acknowledged=len(sent), lost=lost + bad, doubled=doubled
    )


def _tell_mails(desk: Desk, ledger: list[Acknowledged], mails: MailServer, drill: Drill) -> None:
    """Each requester is told once; what a killed process could not note comes again as the very same mail."""
    found = desk.rows(
        "SELECT outbox_mails.subject_id, people.user_name, outbox_mails.message_id FROM outbox_mails "
        "JOIN people ON people.id = outbox_mails.recipient_id WHERE people.user_name LIKE 'client%'"
    )
    due = [(line.number, line.user_name) for line in ledger if line.kind == "filing"]
    unwritten, doubled = _compare(due, [(number, name) for number, name, _ in found])
    arrived = Counter(
        str(message["Message-ID"]).strip("<>").partition("@")[0] for message in mails.handler.messages()
    )
    lost = sum(arrived[message_id] == 0 for _, _, message_id in found)
    again = sum(arrived[message_id] > 1 for _, _, message_id in found)
    drill.tell(
        "mails about these filings", tried=FILINGS, acknowledged=len(due), lost=unwritten + lost, doubled=doubled,
        note=f"{again} came again with the same Message-ID after a kill",
    )  # fmt: skip
