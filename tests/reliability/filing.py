"""People who file, answer and write notes until each is acknowledged, and the ledger that they keep of what was."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import NamedTuple, TypeVar

from tests.browser.product import Account
from tests.reliability.browser import Answer, Browser, NoAnswerError, NotNowError, Upload
from tests.reliability.desk import Desk

FILINGS = int(os.environ.get("TEST_FILINGS", "150"))
KILLS = int(os.environ.get("TEST_KILLS", "20"))
_CLIENTS = 6
# A person may upload 60 files in an hour, and one that was cut off is uploaded again.
_FILINGS_A_PERSON = 20
_GIVE_UP_AFTER_S = 120.0
_PAUSE_S = 0.05

_T = TypeVar("_T")


class Acknowledged(NamedTuple):
    """A line of the ledger: what somebody was told to be there. `kind` is "filing", "answer" or "note"."""

    kind: str
    number: int
    text: str
    user_name: str
    sha256: str = ""


class Clients:
    """Some people at a time, each filing some incidents with a file."""

    def __init__(self, desk: Desk, ledger: Path) -> None:
        """Begin with an empty ledger."""
        self._desk = desk
        self._people: SimpleQueue[int] = SimpleQueue()
        for number in range(people_needed()):
            self._people.put(number)
        self._ledger = ledger.open("a", encoding="utf-8")
        self._lock = Lock()
        self._stop = Event()
        self._running: list[Future[None]] = []
        self.acknowledged = 0
        self.cut_off = 0
        self.longest_wait_s = 0.0

    def run(self, meanwhile: Callable[[], None]) -> None:
        """File until all is acknowledged, doing something else meanwhile; what goes wrong with either is raised."""
        with self._ledger, ThreadPoolExecutor(_CLIENTS) as pool:
            self._running = [pool.submit(self._client) for _ in range(_CLIENTS)]
            try:
                meanwhile()
            except BaseException:
                self._stop.set()
                raise
            for client in self._running:
                client.result()

    def has_acknowledged(self, count: int) -> bool:
        """Whether so many filings were acknowledged; what went wrong with a client is raised."""
        for client in self._running:
            if client.done():
                client.result()
        return self.acknowledged >= count

    def _client(self) -> None:
        agent = Browser(self._desk.url)
        self._sign_in(agent, self._desk.account("agent"))
        while not self._stop.is_set():
            try:
                number = self._people.get_nowait()
            except Empty:
                return
            self._one_person(number, agent)

    def _one_person(self, number: int, agent: Browser) -> None:
        browser, account = Browser(self._desk.url), self._desk.client(number)
        self._sign_in(browser, account)
        for place in range(number * _FILINGS_A_PERSON, min((number + 1) * _FILINGS_A_PERSON, FILINGS)):
            if self._stop.is_set():
                return
            text = f"The scanner number {place} pulls in two sheets at once, {secrets.token_hex(8)}."
            content = secrets.token_bytes(2000 + place * 7919 % 60_000)
            filed = self._file(browser, text, content, is_uploaded_before=place % 2 == 0)
            digest = hashlib.sha256(content).hexdigest()
            # Not before: what is not acknowledged may be lost.
            self._note(Acknowledged("filing", filed, text, account["name"], digest))
            self._write(browser, "answer", "text", filed, account["name"])
            self._write(agent, "note", "note", filed, self._desk.account("agent")["name"])

    def _sign_in(self, browser: Browser, account: Account) -> None:
        """Sign in; whoever hears that this is not possible right now tries again."""
        give_up_at = time.monotonic() + _GIVE_UP_AFTER_S
        while True:
            try:
                return self._until_answered(lambda: browser.sign_in(account))
            except NotNowError:
                if time.monotonic() > give_up_at:
                    raise
            time.sleep(_PAUSE_S)

    def _file(self, browser: Browser, text: str, content: bytes, *, is_uploaded_before: bool) -> int:
        """File with a key of our own; as a browser with scripts does, the file may go first."""
        key = secrets.token_urlsafe(18)
        if not is_uploaded_before:
            return self._until_done(lambda: browser.file(text, key, Upload("scan.bin", content))).incident
        sent = self._until_done(
            lambda: browser.post("/incidents/uploads", {}, Upload("scan.bin", content, field="file"))
        )
        assert sent.status == 201, sent.text
        file_id = str(json.loads(sent.body)["id"])
        return self._until_done(lambda: browser.file(text, key, file_ids=file_id)).incident

    def _write(self, browser: Browser, kind: str, field: str, number: int, user_name: str) -> None:
        """Send an answer or a note with a key of our own, as its form does."""
        text, key = f"More about it: {secrets.token_hex(8)}.", secrets.token_urlsafe(18)
        address = f"/incidents/{number}/{kind if kind == 'answer' else 'notes'}"
        sent = self._until_done(lambda: browser.post(address, {field: text, "key": key}))
        assert sent.status == 303, sent.text[:2000]
        self._note(Acknowledged(kind, number, text, user_name))

    def _note(self, line: Acknowledged) -> None:
        with self._lock:
            self._ledger.write(json.dumps(line) + "\n")
            self._ledger.flush()
            os.fsync(self._ledger.fileno())
            self.acknowledged += line.kind == "filing"

    def _until_done(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is another answer than "not available right now"."""
        began = time.monotonic()
        while (answer := self._until_answered(ask)).status == 503:
            assert time.monotonic() < began + _GIVE_UP_AFTER_S, answer.text[:2000]
            time.sleep(_PAUSE_S)
        with self._lock:
            self.longest_wait_s = max(self.longest_wait_s, time.monotonic() - began)
        return answer

    def _until_answered(self, ask: Callable[[], _T]) -> _T:
        give_up_at = time.monotonic() + _GIVE_UP_AFTER_S
        while True:
            try:
                return ask()
            except NoAnswerError as error:
                assert time.monotonic() < give_up_at, "No answer for two minutes"
                with self._lock:  # While nobody listens, nothing is cut off.
                    self.cut_off += not isinstance(error.__cause__, ConnectionRefusedError)
                time.sleep(_PAUSE_S)


def people_needed() -> int:
    """Return how many employees share the filings."""
    return -(-FILINGS // _FILINGS_A_PERSON)


def read_ledger(path: Path) -> Iterator[Acknowledged]:
    """Yield what was acknowledged."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Acknowledged(*json.loads(line))
