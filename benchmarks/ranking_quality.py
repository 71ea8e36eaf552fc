"""Print how well the engine ranks on the labelled sets: `python -m benchmarks.ranking_quality`.

The sets lie unpacked in --data, one directory each. Nothing is mocked: texts go through the index writer into a
throw-away directory and the questions through SearchEngine.suggest, as the form asks them.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report
from servicedesk.search.engine import ArticleText, IncidentText, SearchEngine
from servicedesk.search.evaluation import measure
from servicedesk.search.synonyms import DEFAULT_GROUPS
from servicedesk.search.writer import IndexWriter
from tests.data import find_data

_KEY = "benchmark"
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"<[^>]+>|https?://\S+")
_HEADING = re.compile(r"^#{1,6}\s+(.+)$", re.MULTILINE)

Judgements = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    label: str
    collection: str
    language: str
    queries: str
    history: str | None = None
    min_grade: int = 1
    known_share: float = 1.0  # below 1: the first part of the history is known, the rest is asked


CASES = (
    Case("sumo history 60:40", "sumo-kb-en", "en", "history", "history", 1, 0.6),
    Case("sumo history 60:40, grade ≥ 2", "sumo-kb-en", "en", "history", "history", 2, 0.6),
    Case("sumo new, history", "sumo-kb-en", "en", "new", "history"),
    Case("sumo new, history, grade ≥ 2", "sumo-kb-en", "en", "new", "history", 2),
    Case("sumo new, no history", "sumo-kb-en", "en", "new"),
    Case("admin-insights", "ms-admin-insights-pl", "pl", ""),
    Case("admin-insights hand", "ms-admin-insights-pl", "pl", "hand"),
    Case("intune", "intune-user-help-pl", "pl", ""),
    Case("office", "ms-office-support-en", "en", ""),
    Case("office issues", "ms-office-support-en", "en", "issues"),
    Case("handbook", "tts-handbook-en", "en", ""),
)


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """Yield the objects of a JSON lines file. Texts may hold other line ends, which are no ends here."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)


def read_judgements(path: Path) -> Judgements:
    """Return query to document to grade."""
    judgements: Judgements = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        judgements[query][document] = int(grade)
    return judgements


def plain_text(markdown: str) -> str:
    """Strip links, tags and addresses roughly, as rendering does."""
    return _TAG.sub(" ", _LINK.sub(r"\1", markdown))


def read_articles(path: Path, language: str) -> tuple[list[ArticleText], list[str]]:
    """Return the articles numbered from 1, and their names in that order."""
    articles, names = [], []
    for number, row in enumerate(read_lines(path), start=1):
        body = plain_text(row["body"])
        headings = " ".join(_HEADING.findall(body))
        articles.append(ArticleText(number, language, row["title"], "", (), headings, body))
        names.append(row["id"])
    return articles, names


def read_history(
    directory: Path, stem: str, language: str, numbers: dict[str, int], least: int
) -> list[IncidentText]:
    """Return past questions as resolved incidents; links below the grade `least` are left out."""
    judgements = read_judgements(directory / f"{stem}.qrels.tsv")
    incidents = []
    for number, row in enumerate(read_lines(directory / f"{stem}.queries.jsonl"), start=1):
        title = row.get("title") or row["text"]
        body = row["text"].removeprefix(title)
        linked = tuple(numbers[d] for d, g in judgements[row["id"]].items() if d in numbers and g >= least)
        created = datetime.fromisoformat(row.get("created") or "2020-01-01").replace(tzinfo=UTC)
        incidents.append(IncidentText(number, language, title, body, linked, None, created, number))
    return incidents


def run(case: Case, data: Path, dictionaries: Path, *, with_synonyms: bool) -> dict[str, float]:
    """Index the collection, ask every question, measure."""
    directory = data / case.collection
    prefix = f"{case.queries}." if case.queries else ""
    articles, names = read_articles(directory / "corpus.jsonl", case.language)
    numbers = {name: article.id for name, article in zip(names, articles, strict=True)}
    incidents = read_history(directory, case.history, case.language, numbers, 1) if case.history else []
    asked_from = 0
    if case.known_share < 1:
        incidents.sort(key=lambda incident: incident.created_at)
        asked_from = int(len(incidents) * case.known_share)
        del incidents[asked_from:]
    with tempfile.TemporaryDirectory() as path:
        started = time.perf_counter()
        IndexWriter(Path(path), secret_key=_KEY, dictionaries=dictionaries).rebuild(articles, incidents)
        built_s = time.perf_counter() - started
        engine = SearchEngine(Path(path), secret_key=_KEY)
        engine.use_synonyms(DEFAULT_GROUPS if with_synonyms else {})
        engine.warm()
        rankings, times = {}, []
        readable = set(numbers.values())
        for row in list(read_lines(directory / f"{prefix}queries.jsonl"))[asked_from:]:
            started = time.perf_counter()
            found = engine.suggest(row["text"], readable=readable, language=case.language, limit=10)
            times.append((time.perf_counter() - started) * 1000)
            rankings[row["id"]] = [names[hit.article_id - 1] for hit in found.hits]
    quality = measure(rankings, read_judgements(directory / f"{prefix}qrels.tsv"), min_grade=case.min_grade)
    speed = {"p50_ms": statistics.median(times), "p95_ms": statistics.quantiles(times, n=20)[-1]}
    measured = asdict(quality) | speed | {"index_s": built_s}
    return {name: round(value, 4) for name, value in measured.items()}


def main() -> None:
    """Run all cases, or those whose name contains --only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="Directory of the unpacked sets.")
    parser.add_argument("--only", default="")
    parser.add_argument("--no-synonyms", action="store_true")
    parser.add_argument("--dictionaries", type=Path, default=Path("instance/dictionaries"))
    options = parser.parse_args()
    data = options.data or find_data()
    if data is None:
        print(
            "The large real data is not here (../shared/data or SERVICEDESK_DATA): ranking is not measured."
        )
        return
    print(
        f"{'':32}{'n':>6}{'S@1':>8}{'S@5':>8}{'MRR@10':>8}{'nDCG@10':>9}{'p50 ms':>8}{'p95 ms':>8}{'index s':>9}"
    )
    results = {}
    for case in CASES:
        if options.only in case.label:
            row = run(case, data, options.dictionaries, with_synonyms=not options.no_synonyms)
            results[case.label] = row
            count, *measures, p50, p95, index_s = row.values()
            shown = "".join(f"{value:9.3f}" for value in measures)
            print(f"{case.label:32}{count:6}{shown}{p50:9.2f}{p95:9.2f}{index_s:9.1f}", flush=True)
    if not options.only:
        report.write("ranking_quality", results)


if __name__ == "__main__":
    main()
