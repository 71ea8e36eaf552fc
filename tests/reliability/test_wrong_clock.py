"""The clock jumps under the running product, jobs are restarted meanwhile, and it comes back: nothing has ended."""

import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.drill import Drill
from tests.mail.mail_server import MailServer
from tests.reliability.browser import Browser, Upload
from tests.reliability.desk import ROOT, Desk, wait_until

_CLOCK = Path(__file__).parent / "clock"
_SHOWN_WITHIN_S = 2
_GONE_WITHIN_S = 60.0
_KEPT = {
    "sessions": "SELECT id_hash FROM web_sessions",
    "drafts": "SELECT person_id FROM incident_drafts",
    "files": "SELECT id FROM stored_files",
    "incidents": "SELECT id, state FROM incidents",
    "mails": "SELECT id FROM outbox_mails",
}


@contextmanager
def _clock(desk: Desk, folder: Path) -> Iterator[Callable[[int], None]]:
    """Let web server and jobs go by a clock that can be set to so many days from the right time."""
    said, right = folder / "clock", desk.environment

    def is_off_by(days: int) -> None:
        unread = folder / "clock.part"
        unread.write_text(str(days))
        unread.replace(said)
        time.sleep(_SHOWN_WITHIN_S)

    is_off_by(0)
    desk.environment = right | {"PYTHONPATH": str(_CLOCK), "TEST_CLOCK": str(said)}
    _restart(desk)
    try:
        yield is_off_by
    finally:
        desk.environment = right
        _restart(desk)


def _restart(desk: Desk) -> None:
    desk.web.stop()
    desk.jobs.stop()
    desk.start()


def _restart_jobs(desk: Desk) -> None:
    desk.jobs.stop()
    desk.start()


def _sweep(desk: Desk) -> tuple[int, str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "sweep"]
    done = subprocess.run(
        command, cwd=ROOT, env=desk.environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def _kept(desk: Desk) -> set[tuple[object, ...]]:
    return {(name, *row) for name, query in _KEPT.items() for row in desk.rows(query)}


def _are_gone(desk: Desk) -> bool:
    return bool(desk.value("SELECT count(*) FROM outbox_mails WHERE state IN ('waiting', 'sending')") == 0)


@pytest.mark.drill
@pytest.mark.parametrize("days", [400, -400])
def test_nothing_ends_and_mail_goes_on(
    desk: Desk,
    employee: Browser,
    agent: Browser,
    mails: MailServer,
    drill: Drill,
    tmp_path: Path,
    days: int,
) -> None:
    def file(browser: Browser, when: str) -> int:
        text = f"The clock in the hall is wrong, {when} {secrets.token_hex(4)}."
        return browser.file(text, secrets.token_urlsafe(18), Upload("hall.txt", b"tick")).incident

    assert agent.post("/incidents/draft", {"text": "Unfinished"}).status == 204
    with _clock(desk, tmp_path) as is_off_by:
        filed = [file(employee, "before")]
        wait_until(lambda: _are_gone(desk), "mail goes out before", within_s=_GONE_WITHIN_S)
        before = _kept(desk)
        is_off_by(days)
        _restart_jobs(desk)
        newcomer = Browser(desk.url)
        newcomer.sign_in(desk.account("employee"))
        filed.append(file(newcomer, "meanwhile"))
        code, said = _sweep(desk)
        assert (code, "The clock of this machine says" in said) == (1, True)
        assert employee.get("/profile").status in (200, 303)
        is_off_by(0)
        # By a clock that was behind, the directory's last word on everybody is old. It is asked anew, and nobody refused.
        began = time.monotonic()
        assert employee.get("/profile").status == 200
        held_up_s = time.monotonic() - began
        filed.append(file(employee, "afterwards"))
        wait_until(lambda: _are_gone(desk), "mail goes out afterwards", within_s=_GONE_WITHIN_S)
        assert _sweep(desk) == (0, "Done.\n")
        assert "Unfinished" in agent.get("/incidents/new").text
    after = _kept(desk)
    arrived = Counter(
        number
        for message in mails.handler.messages()
        for number in filed
        if f"[INC-{number}]" in message["Subject"]
    )
    drill.tell(
        "sessions, drafts, files, incidents, mails of the running product through a wrong clock",
        tried=len(before) + len(filed), acknowledged=len(before) + len(filed),
        lost=len(before - after) + sum(arrived[number] == 0 for number in filed),
        doubled=sum(arrived[number] > 1 for number in filed), held_up_s=held_up_s,
        note=f"{days:+} days, jobs restarted meanwhile",
    )  # fmt: skip
