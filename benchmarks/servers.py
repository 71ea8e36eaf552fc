"""Compare web servers under the product: slow strangers, restarts, memory, speed. Decision 0013 rests on it.

The others are no dependencies: `pip install --target /tmp/servers granian gevent tornado hypercorn cheroot`, then
`python -m benchmarks.servers --with /tmp/servers`. One that is not there, or does not start, is left out with a word.
"""

import argparse
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

from benchmarks import report
from tests.reliability.browser import Browser, NoAnswerError
from tests.reliability.desk import Desk
from tests.reliability.strangers import slow_sockets

_PYTHON = sys.executable
_GUNICORN = (
    _PYTHON,
    "-m",
    "gunicorn",
    "--config",
    "python:servicedesk.gunicorn",
    "--bind",
    "127.0.0.1:{port}",
)
_CHEROOT = (
    "import sys; from wsgi import app; from cheroot.wsgi import Server; "
    "Server(('127.0.0.1', int(sys.argv[1])), app, numthreads=16).start()"
)
_WAITRESS = ("--listen=127.0.0.1:{port}", "--threads=16", "--connection-limit=1000", "--asyncore-use-poll")
_GRANIAN = ("--interface", "wsgi", "--port", "{port}", "--workers", "2", "--blocking-threads", "8")
SERVERS: dict[str, tuple[str, ...]] = {
    "ours: gunicorn, waitress's loop": (*_GUNICORN, "wsgi:app"),
    "gunicorn gthread": (*_GUNICORN, "--worker-class", "gthread", "wsgi:app"),
    "gunicorn gevent": (*_GUNICORN, "--worker-class", "gevent", "wsgi:app"),
    "gunicorn tornado": (*_GUNICORN, "--worker-class", "tornado", "wsgi:app"),
    "waitress": (_PYTHON, "-m", "waitress", *_WAITRESS, "wsgi:app"),
    "granian": (_PYTHON, "-m", "granian", *_GRANIAN, "wsgi:app"),
    "hypercorn": (_PYTHON, "-m", "hypercorn", "--bind", "127.0.0.1:{port}", "--workers", "2", "wsgi:app"),
    "cheroot": (_PYTHON, "-c", _CHEROOT, "{port}"),
}  # fmt: skip
_PAGE, _SUGGESTIONS = "/incidents/new", "/incidents/suggestions?text=outlook%20asks%20for%20password"
_SOCKETS = 500
_TIMED = 150
_LOAD_S = 5.0
_THREADS = 8


def main() -> int:
    """Measure each server on the same instance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--with", dest="folder", default="", help="where servers are that are no dependencies"
    )
    parser.add_argument("--only", nargs="+", choices=SERVERS, default=SERVERS)
    options = parser.parse_args()
    results: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        desk = _AnyDesk(Path(folder) / "instance")
        try:
            desk.start()
            for name in options.only:
                try:
                    desk.serve_with(SERVERS[name], PYTHONPATH=options.folder)
                    results[name] = _measure(desk)
                except (AssertionError, NoAnswerError) as error:
                    results[name] = {"problem": str(error)[:200].replace("\n", " ")}
                sys.stdout.write(f"{name}: {results[name]}\n")
                sys.stdout.flush()
        finally:
            desk.stop()
    report.write("servers", results)
    return 0


class _AnyDesk(Desk):
    """A desk whose web server may be one process without children."""

    def is_ready(self) -> bool:
        """Whether pages are answered."""
        try:
            return Browser(self.url).get("/readyz").status == 200
        except NoAnswerError:
            return False


def _measure(desk: Desk) -> dict[str, object]:
    browser = Browser(desk.url, timeout_s=10)
    browser.sign_in(desk.account("employee"))
    row: dict[str, object] = {
        "page_per_s": _per_second(lambda: browser.get(_PAGE)),
        "suggestions_per_s": _per_second(lambda: browser.get(_SUGGESTIONS)),
        "worker_pss_mib": max(_pss_mib(pid) for pid in desk.web_workers() or [desk.web.pid]),
    }
    row["p95_ms"], _ = _p95(browser)
    strangers = multiprocessing.get_context("spawn").Process(target=_be_slow, args=(desk.url,), daemon=True)
    strangers.start()
    time.sleep(5)
    row["p95_ms_with_500_slow"], row["unanswered_with_500_slow"] = _p95(browser)
    strangers.terminate()
    strangers.join()
    time.sleep(3)
    for name, number in (("HUP", signal.SIGHUP), ("TERM", signal.SIGTERM)):
        row[f"lost_at_{name}"] = _lost(desk, browser, number)
    return row


def _be_slow(url: str) -> None:
    with slow_sockets(url, _SOCKETS):
        time.sleep(3600)


def _p95(browser: Browser) -> tuple[float, int]:
    """Ask again and again; return the 95th percentile in milliseconds and how many were not answered in 10 s."""
    times, unanswered = [], 0
    for number in range(_TIMED):
        began = time.perf_counter()
        try:
            browser.get(_SUGGESTIONS if number % 2 else "/")
        except (NoAnswerError, OSError):
            unanswered += 1
        times.append((time.perf_counter() - began) * 1000)
        if unanswered == 3:
            break
    return round(statistics.quantiles(times, n=20)[-1], 1), unanswered


def _per_second(ask: Callable[[], object]) -> float:
    ends_at = time.monotonic() + _LOAD_S

    def repeat(_: int) -> int:
        count = 0
        while time.monotonic() < ends_at:
            with suppress(NoAnswerError):
                ask()
                count += 1
        return count

    with ThreadPoolExecutor(_THREADS) as pool:
        return round(sum(pool.map(repeat, range(_THREADS))) / _LOAD_S, 1)


def _lost(desk: Desk, browser: Browser, number: signal.Signals) -> str:
    """Send the signal under load; return how many requests found a server and no whole answer, of how many."""
    stop, before = Event(), desk.web.pid

    def repeat(_: int) -> tuple[int, int]:
        asked = lost = 0
        while not stop.is_set():
            asked += 1
            try:
                browser.get(_PAGE)
            except NoAnswerError as error:
                lost += not isinstance(error.__cause__, ConnectionRefusedError)
                time.sleep(0.02)
            except OSError:
                lost += 1
        return asked, lost

    with ThreadPoolExecutor(_THREADS) as pool:
        counting = [pool.submit(repeat, n) for n in range(_THREADS)]
        time.sleep(2)
        os.kill(before, number)
        time.sleep(8)
        stop.set()
        counts = [each.result() for each in counting]
    desk.start()
    return f"{sum(lost for _, lost in counts)} of {sum(asked for asked, _ in counts)}"


def _pss_mib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) // 1024


if __name__ == "__main__":
    sys.exit(main())
