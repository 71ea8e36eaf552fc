"""How long pages take over HTTP with one client, and how much memory a web worker holds, on a large instance."""

import argparse
import http.client
import re
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks import report, world
from benchmarks.search_latency import articles_of_size
from tests.browser.product import Product, start_product
from tests.data import find_data

_WARM_UP = 20
_TIMED = 200
_INCIDENTS = 20_000
_USUAL_SIZE = 2448
_SIZES = (435, _USUAL_SIZE, 10_000)
_SEARCHES = ("article search", "suggestions")
_PATIENCE_S = 900
_LONG_TEXT = (
    "since this morning outlook keeps asking for my password again and again and when i type it nothing happens, "
    "my mails do not come in, the calendar is empty too and i have restarted the laptop twice already, "
    "what can i do, i am at home today with the vpn on"
)


class Client:
    """One browser: one connection, its cookies, and the time each answer takes."""

    def __init__(self, product: Product, role: str) -> None:
        """Sign in as one of the demo people."""
        self._connection = http.client.HTTPConnection(product.url.removeprefix("http://"))
        self._cookies: dict[str, str] = {}
        page = self.get("/login")
        account = product.accounts[role]
        self.post(
            "/login",
            {"username": account["name"], "password": account["password"], "csrf_token": token_of(page)},
        )

    def get(self, path: str) -> str:
        """Ask for a page and return its text."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Send a form and return the answer's text."""
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (
            http.client.RemoteDisconnected
        ):  # Idle for longer than the server waits: as a browser, ask anew.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        text = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        if response.status >= 400:
            raise RuntimeError(f"{method} {path} answered {response.status}")
        return text


def token_of(page: str) -> str:
    """Return the CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("The page has no CSRF token.")
    return found[1]


def measure(ask: Callable[[], object]) -> dict[str, float]:
    """Time one question many times; milliseconds."""
    for _ in range(_WARM_UP):
        ask()
    times = []
    for _ in range(_TIMED):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
    }


def worker_memory(product: Product) -> list[int]:
    """Return the PSS of each web worker in MiB: a share of what workers share, and all of what is its own."""
    port = product.url.rpartition(":")[2]
    listing = subprocess.run(
        ["pgrep", "-f", f"gunicorn.*127.0.0.1:{port}"], capture_output=True, text=True, check=True
    )
    pids = [int(pid) for pid in listing.stdout.split()]
    parents = {pid: int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in pids}
    workers = [pid for pid in pids if parents[pid] in pids]
    return [_pss_mib(pid) for pid in workers]


def _pss_mib(pid: int) -> int:
    line = next(
        line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")
    )
    return int(line.split()[1]) // 1024


def main() -> int:
    """Build an instance of each size, measure, write table and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", choices=_SIZES, default=_SIZES)
    parser.add_argument(
        "--instance", type=Path, help="Keep the instance here, and go on with it the next time; for one size."
    )
    options = parser.parse_args()
    data = find_data()
    if data is None:
        sys.stdout.write(
            "The large real data is not here (../shared/data or SERVICEDESK_DATA): pages are not measured.\n"
        )
        return 0
    results: dict[str, dict[str, float]] = {}
    for size in options.articles:
        results |= {
            f"{size} articles: {name}": row for name, row in _at(size, data, options.instance).items()
        }
    report.write("pages", results)
    return 0


def _at(size: int, data: Path, kept: Path | None) -> dict[str, dict[str, float]]:
    """Measure an instance with so many articles: all pages at the usual size, else what searches."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        instance = kept.resolve() if kept else folder / "instance"
        is_filled = instance.exists()
        # One person asks more often here than people may.
        product = start_product(instance, stack, SUGGESTIONS_A_MINUTE="100000")
        built = {} if is_filled else {"building": _build(product, data, _tree(size, data, folder))}
        results = _measure(product, only_search=size != _USUAL_SIZE) | built
        results["memory"] = {"worker_pss_mib": max(worker_memory(product))}
    return results


def _tree(size: int, data: Path, folder: Path) -> list[Path]:
    """Return folders of Markdown with so many articles, the last ones varied from real ones."""
    if size < _USUAL_SIZE:
        return [data / "sumo-kb-en" / "kb"]
    varied = folder / "varied"
    varied.mkdir()
    for article in articles_of_size(data, size)[_USUAL_SIZE:]:
        text = f"# {article.title}\n\n{article.body}\n"
        (varied / f"{article.id}.md").write_text(text, encoding="utf-8")
    return [data / "ms-office-support-en" / "kb", varied]


def _build(product: Product, data: Path, trees: list[Path]) -> dict[str, float]:
    """Import articles and write incidents; return how many seconds articles and index took."""
    index = product.instance / "index"
    _wait_until(lambda: any(index.glob("generation-*/pl-*")), "the dictionaries")
    began = time.perf_counter()
    for tree in trees:
        product.flask("kb", "import", str(tree), "--audience", "everyone", timeout_s=_PATIENCE_S)
    import_s = time.perf_counter() - began
    tickets = data / "sumo-routing-en" / "tickets.jsonl"
    world.fill(tickets, incidents=_INCIDENTS, environment=product.environment)
    _wait_until(lambda: _waiting(product) == 0, "the articles in the index")
    began = time.perf_counter()
    # These incidents are in no queue: the lost index makes the jobs build it anew.
    (index / "CURRENT").unlink()
    _wait_until((index / "CURRENT").exists, "the index")
    return {"import_s": round(import_s, 1), "index_s": round(time.perf_counter() - began, 1)}


def _waiting(product: Product) -> int:
    """Return how many changes the index does not know yet."""
    with closing(sqlite3.connect(product.instance / "servicedesk.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM index_changes").fetchone()[0])


def _wait_until(is_so: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"Waiting for {what} took too long.")
        time.sleep(0.2)


def _measure(product: Product, *, only_search: bool) -> dict[str, dict[str, float]]:
    employee, agent = Client(product, "employee"), Client(product, "agent")
    incident = re.search(r'href="(/incidents/\d+)', agent.get("/queue"))
    own = re.search(r'href="(/incidents/\d+)', employee.get("/incidents"))
    article = re.search(r'href="(/articles/[a-z0-9-]+)[?"]', employee.get("/search?q=password"))
    if incident is None or own is None or article is None:
        raise RuntimeError("The instance has no incident or article to measure.")
    asked = quote(_LONG_TEXT)
    paths: list[tuple[str, Client, str]] = [
        ("home, employee", employee, "/"), ("home, staff", agent, "/"), ("queue of 50 rows", agent, "/queue"),
        ("queue, all states by priority", agent, "/queue?state=all&sort=priority"),
        ("queue, text filter", agent, "/queue?q=password"), ("incident, staff", agent, incident[1]),
        ("incident, employee", employee, own[1]), ("my incidents", employee, "/incidents"), ("article", employee, article[1]),
        ("article search", employee, "/search?q=outlook%20password"),
        ("article search, misspelt", employee, "/search?q=outlok%20pasword"),
        ("form", employee, "/incidents/new"), ("form with answers", employee, f"/incidents/new?text={asked}"),
        ("suggestions, 4 words", employee, "/incidents/suggestions?text=outlook%20asks%20for%20password"),
        ("suggestions, 40 words", employee, f"/incidents/suggestions?text={asked}"),
        ("suggestions API", employee, f"/api/v1/suggestions?text={asked}"),
    ]  # fmt: skip
    results: dict[str, dict[str, float]] = {}
    for name, client, path in paths:
        if only_search and not name.startswith(_SEARCHES):
            continue
        results[name] = measure(lambda client=client, path=path: client.get(path))  # type: ignore[misc]
    if not only_search:
        results["filing"] = measure(_filing(employee))
    return results


def _filing(client: Client) -> Callable[[], object]:
    """Return what files one incident: the form is open already, as it is for a person who files."""
    token = token_of(client.get("/incidents/new"))

    def file() -> object:
        fields = {
            "csrf_token": token, "key": secrets.token_urlsafe(18), "title": "Outlook asks again and again",
            "text": _LONG_TEXT, "category_id": "", "impact": "3", "urgency": "2", "contact": "",
        }  # fmt: skip
        return client.post("/incidents", fields)

    return file


if __name__ == "__main__":
    sys.exit(main())
