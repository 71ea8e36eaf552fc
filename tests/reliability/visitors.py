"""People who ask for pages and file all the time, and notice whatever they should never see."""

import html
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from threading import Event, Lock, Thread
from typing import Self
from urllib.parse import quote

from tests.reliability.browser import Answer, Browser
from tests.reliability.desk import Desk

FALLBACK = "The search index is being repaired"
FOUND_WORD = "vpn"
_PAUSE_S = 0.03
_TAG = re.compile(r"<[^>]*>")
# The words of a question, among them those of articles that only staff may read.
_WORDS = (
    "vpn does not connect",
    "loan laptop",
    "wipe a phone",
    "major incident",
    "forgot my password",
    "unlock account",
)


class Visitors:
    """Two employees and somebody of IT, each in a thread of its own, from `with` to its end."""

    def __init__(self, desk: Desk, employee: Browser, agent: Browser) -> None:
        """Find out what there is to ask for, and what employees must never see."""
        self._employee, self._agent, self._writer = employee, agent, desk.index_writer()
        self._article, self._title = desk.rows(
            "SELECT slug, title FROM articles WHERE audience = 'everyone' AND language = 'en' AND lower(title) LIKE '%vpn%' "
            "ORDER BY id"
        )[0]
        hidden = desk.rows("SELECT slug, title FROM articles WHERE audience <> 'everyone'")
        self._hidden = {part for row in hidden for part in row}
        assert self._hidden_in(self.search(agent, "loan laptop")), "staff see what employees must not"
        self._stop, self._lock = Event(), Lock()
        self._threads: list[Thread] = []
        self.problems: list[str] = []
        self.answered: Counter[str] = Counter()
        self.filed: list[int] = []

    def __enter__(self) -> Self:
        question = cycle(_WORDS)
        reading: Sequence[Callable[[], None]] = [
            lambda: self._check("home", self._employee.get("/")),
            lambda: self._check_search(self.search(self._employee, FOUND_WORD)),
            lambda: self._check("search", self.search(self._employee, next(question))),
            lambda: self._check(
                "answers", self._employee.get(f"/incidents/suggestions?text={quote(next(question))}")
            ),
            lambda: self._check("form", self._employee.get(f"/incidents/new?text={quote(next(question))}")),
            lambda: self._check_api(self.suggest(next(question))),
            lambda: self._check("article", self._employee.get(f"/articles/{self._article}")),
        ]
        working: Sequence[Callable[[], None]] = [
            lambda: self._check("queue", self._agent.get("/queue"), is_staff=True),
            lambda: self._check("search", self.search(self._agent, "major incident"), is_staff=True),
            lambda: self._check("home", self._agent.get("/"), is_staff=True),
        ]
        for work in (reading, working, [self._file]):
            self._threads.append(Thread(target=self._repeat, args=(work,), daemon=True))
            self._threads[-1].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def search(self, browser: Browser, words: str) -> Answer:
        """Search for articles."""
        return browser.get(f"/search?q={quote(words)}")

    def suggest(self, text: str) -> Answer:
        """Ask the API what may help."""
        return self._employee.get(f"/api/v1/suggestions?text={quote(text)}")

    def is_mended(self) -> bool:
        """Whether the index is whole and answers, in each web worker: many questions in a row reach both."""
        return self._writer.is_healthy() and all(self._is_answered_by_index() for _ in range(8))

    def _is_answered_by_index(self) -> bool:
        page, answer = self.search(self._employee, FOUND_WORD), self.suggest("vpn does not connect")
        said = json.loads(answer.body)
        return FALLBACK not in page.text and said["state"] == "ready" and bool(said["suggestions"])

    def _repeat(self, work: Sequence[Callable[[], None]]) -> None:
        for ask in cycle(work):
            if self._stop.is_set():
                return
            try:
                ask()
            except Exception as error:  # noqa: BLE001 - whatever happens to a visitor is what the test wants to know.
                self.problems.append(repr(error))
            time.sleep(_PAUSE_S)

    def _check(self, kind: str, answer: Answer, *, is_staff: bool = False) -> None:
        with self._lock:
            self.answered[kind] += 1
            if answer.status != 200:
                self.problems.append(f"{kind}: {answer.status} {answer.text[-1500:]}")
            if not is_staff:
                self.problems += [f"{kind}: shows {shown}" for shown in self._hidden_in(answer)]

    def _hidden_in(self, answer: Answer) -> set[str]:
        """Return the titles and addresses on the page that employees must not see; a title may be cut by highlights."""
        words = html.unescape(_TAG.sub("", answer.text))
        return {part for part in self._hidden if part in answer.text or part in words}

    def _check_search(self, answer: Answer) -> None:
        """Check that what everybody may read is found, by index or database."""
        self._check("search", answer)
        with self._lock:
            self.answered["search without the index"] += FALLBACK in answer.text
            if f"/articles/{self._article}" not in answer.text:
                self.problems.append(f"search: does not find {self._title}")

    def _check_api(self, answer: Answer) -> None:
        self._check("suggestions", answer)
        with self._lock:
            self.answered[f"suggestions {json.loads(answer.body)['state']}"] += 1

    def _file(self) -> None:
        """File once; a filing that gets no number is a problem."""
        text = f"The door of room {secrets.token_hex(4)} does not open with my card."
        number = self._employee.file(text, secrets.token_urlsafe(18)).incident
        with self._lock:
            self.answered["filing"] += 1
            self.filed.append(number)
