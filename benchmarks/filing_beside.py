"""How long filings take while three editors preview the largest article and an import of 2,448 articles runs.

Employees file as people do, with the pages in between; what counts is the answer to the filing itself. The phase "alone"
is measured before and after, as the machine may be another's as well.
"""

import argparse
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import Event, Lock
from typing import Any, Self
from urllib.parse import quote

from benchmarks import report
from servicedesk.knowledge.rendering import LARGEST_BODY_BYTES
from tests.browser.product import Account
from tests.data import find_data
from tests.reliability.browser import Answer, Browser
from tests.reliability.desk import ROOT, Desk, wait_until
from tests.services.databases import PostgresqlDatabases, running_postgresql

_ALONE_S, _BESIDE_S = 30.0, 30.0
_EMPLOYEES, _EDITORS = 6, 3
_ALL = 2448
_THINKS_S = (0.1, 0.9)
_IMPORTED_WITHIN_S = 1800.0
_INDEXED_WITHIN_S = 300.0
_FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
_TEXTS = (
    "Since this morning Outlook asks for my password again and again and my mails do not come in.",
    "The printer on the third floor prints empty pages, I have tried it twice.",
    "The VPN does not connect from home, it says that the server does not answer.",
    "Teams does not find my microphone since the update, colleagues do not hear me.",
)


def main() -> int:
    """Measure on both databases, write table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--database", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql")
    )
    parser.add_argument("--articles", type=int, default=_ALL, help="import only so many")
    options = parser.parse_args()
    data = find_data()
    if data is None:
        sys.stdout.write(
            "The large real data is not here (../shared/data or SERVICEDESK_DATA): filing is not measured.\n"
        )
        return 0
    results: dict[str, dict[str, Any]] = {}
    for database in options.database:
        with tempfile.TemporaryDirectory() as folder, _database(database, Path(folder)) as url:
            tree = _some_of(data / "ms-office-support-en" / "kb", options.articles, Path(folder) / "tree")
            rows = _measure(Path(folder) / "instance", url, tree)
        results |= {f"{database}: {phase}": row for phase, row in rows.items()}
    report.write("filing_beside", results)
    return 0


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    with running_postgresql(folder) as server:
        yield PostgresqlDatabases(server).copy(folder)


def _measure(instance: Path, url: str | None, tree: Path) -> dict[str, dict[str, Any]]:
    desk = Desk(instance, database_url=url, clients=_EMPLOYEES)
    try:
        desk.start()
        has_dictionaries = partial(_has_any, desk.index, "generation-*/pl-*")
        wait_until(has_dictionaries, "the index has its dictionaries", within_s=_INDEXED_WITHIN_S)
        return _phases(desk, tree)
    finally:
        desk.stop()


def _is_indexed(desk: Desk) -> bool:
    return bool(desk.value("SELECT count(*) FROM index_changes WHERE kind = 'article'") == 0)


def _has_any(folder: Path, pattern: str) -> bool:
    return any(folder.glob(pattern))


def _phases(desk: Desk, tree: Path) -> dict[str, dict[str, Any]]:
    phases: dict[str, dict[str, Any]] = {}
    with _Office(desk, _largest_text(tree)) as office:
        office.take_notes()
        time.sleep(_ALONE_S)
        phases["alone"] = office.notes()
        with office.previewing():
            time.sleep(_BESIDE_S)
            phases["3 previewing"] = office.notes()
            imported = _import(desk, tree)
            phases["3 previewing, import"] = office.notes() | imported
        is_indexed = partial(_is_indexed, desk)
        wait_until(is_indexed, "all articles are in the index", within_s=_INDEXED_WITHIN_S)
        office.take_notes()
        time.sleep(_ALONE_S)
        phases["alone again"] = office.notes()
    usual = phases["alone"]["p95_ms"]
    for row in phases.values():
        row["p95_to_alone"] = round(row["p95_ms"] / usual, 1)
    return phases


class _Office:
    """Employees who file without end, and editors who preview, each with a browser and a thread."""

    def __init__(self, desk: Desk, text: str) -> None:
        self._desk, self._text = desk, text
        self._stop, self._lock = Event(), Lock()
        self._employees = [self._browser(desk.client(number)) for number in range(_EMPLOYEES)]
        self._editors = [self._browser(desk.account("editor")) for _ in range(_EDITORS)]
        self._pool = ThreadPoolExecutor(_EMPLOYEES)
        self.take_notes()

    def __enter__(self) -> Self:
        self._working = [self._pool.submit(self._file_all_day, browser) for browser in self._employees]
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown()

    def take_notes(self) -> None:
        """Forget what was measured until now."""
        with self._lock:
            self._times: defaultdict[str, list[float]] = defaultdict(list)
            self._answers: Counter[str] = Counter()

    def notes(self) -> dict[str, Any]:
        """Return what was measured since, and begin anew; raises what went wrong with somebody."""
        for worker in self._working:
            if worker.done():
                worker.result()
        with self._lock:
            times, answers = self._times, self._answers
        self.take_notes()
        filings = times["filing"]
        return {
            "filings": len(filings), "not_filed": answers["not filed"],
            "p50_ms": round(statistics.median(filings)), "p95_ms": _p95(filings), "max_ms": round(max(filings)),
            "form_p95_ms": _p95(times["form"]), "page_p95_ms": _p95(times["page"]),
            "previews": answers["previewed"], "previews_refused": answers["preview refused"],
        }  # fmt: skip

    @contextmanager
    def previewing(self) -> Iterator[None]:
        """Let editors look at the largest article again and again meanwhile."""
        stop = Event()
        with ThreadPoolExecutor(_EDITORS) as pool:
            editors = [pool.submit(self._preview_until, stop, browser) for browser in self._editors]
            try:
                yield
            finally:
                stop.set()
            for editor in editors:
                editor.result()

    def _browser(self, account: Account) -> Browser:
        browser = Browser(self._desk.url)
        browser.sign_in(account)
        return browser

    def _file_all_day(self, browser: Browser) -> None:
        for text in cycle(_TEXTS):
            if self._stop.is_set():
                return
            words = f"{text} {secrets.token_hex(4)}"
            self._timed("form", browser.get, f"/incidents/new?text={quote(words)}")
            self._timed("form", browser.get, f"/incidents/suggestions?text={quote(words)}")
            time.sleep(random.uniform(*_THINKS_S))
            filed = self._timed("filing", browser.file, words, secrets.token_urlsafe(18))
            if filed.status != 303:
                self._note("not filed")
                continue
            self._timed("page", browser.get, f"/incidents/{filed.incident}")
            time.sleep(random.uniform(*_THINKS_S))

    def _preview_until(self, stop: Event, browser: Browser) -> None:
        while not stop.is_set():
            answer = browser.post("/articles/preview", {"body": self._text, "language": "en"})
            is_shown = answer.status == 200 and len(answer.body) > LARGEST_BODY_BYTES
            self._note("previewed" if is_shown else "preview refused")

    def _timed(self, what: str, ask: Callable[..., Answer], *words: str) -> Answer:
        began = time.perf_counter()
        answer = ask(*words)
        with self._lock:
            self._times[what].append((time.perf_counter() - began) * 1000)
        return answer

    def _note(self, what: str) -> None:
        with self._lock:
            self._answers[what] += 1


def _import(desk: Desk, tree: Path) -> dict[str, object]:
    command = (*_FLASK, "kb", "import", str(tree), "--audience", "everyone")
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=desk.environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=_IMPORTED_WITHIN_S,
    )
    took_s, outcome = round(time.monotonic() - began), done.stdout.splitlines()[0]
    return {"import_s": took_s, "imported": outcome.replace(", 0 changed, 0 unchanged", "")}


def _some_of(tree: Path, count: int, folder: Path) -> Path:
    """Copy so many articles to a folder of their own, each to its place in the tree."""
    for path in sorted(tree.rglob("*.md"))[:count]:
        target = folder / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return folder


def _largest_text(tree: Path) -> str:
    """Return real articles one after the other, as long a text as an article may be."""
    parts, left = [], LARGEST_BODY_BYTES
    for path in sorted(tree.rglob("*.md")):
        part = path.read_text(encoding="utf-8").partition("\n---\n")[2]
        if (size := len(part.encode())) <= left:
            parts.append(part)
            left -= size
    return "".join(parts)


def _p95(times: Sequence[float]) -> int:
    return round(statistics.quantiles(times, n=20)[-1])


if __name__ == "__main__":
    sys.exit(main())
