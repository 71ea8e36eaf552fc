"""Measure ranking at several sizes beside two references in the same run: `python -m benchmarks.search_latency`.

Three engines answer the same questions over the same articles: this product's with its incidents, a plain BM25F in
Python dictionaries (Robertson 2004), and Whoosh with its own scorer and query parser-free OR query. The largest
collection varies real articles. Prints a table and writes JSON and the table under benchmarks/results/.
"""

import argparse
import gc
import math
import multiprocessing
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index as whoosh_index
from whoosh import query as whoosh_query
from whoosh.scoring import BM25F

from benchmarks import report
from benchmarks.ranking_quality import read_articles, read_lines
from servicedesk.search.analysis import PLAIN
from servicedesk.search.engine import SearchEngine
from servicedesk.search.texts import ArticleText, IncidentText
from servicedesk.search.weights import Weights
from servicedesk.search.writer import IndexWriter
from tests.data import find_data

_KEY = "benchmark"
_SEED = 20_261_123
_SHORT_WORDS, _LONG_WORDS = 4, 40
_ENGINE_QUERIES, _REFERENCE_QUERIES, _WHOOSH_QUERIES = 400, 60, 40

Answer = Callable[[str], object]


def articles_of_size(data: Path, size: int) -> list[ArticleText]:
    """Return real articles; beyond what there is, real ones with a third of their words exchanged."""
    collection = "sumo-kb-en" if size <= 435 else "ms-office-support-en"
    articles, _ = read_articles(data / collection / "corpus.jsonl", "en")
    chance = random.Random(_SEED)
    pool = [word for article in articles for word in article.body.split()]
    varied = list(articles[:size])
    while len(varied) < size:
        original = chance.choice(articles)
        words = [chance.choice(pool) if chance.random() < 1 / 3 else word for word in original.body.split()]
        varied.append(replace(original, id=len(varied) + 1, body=" ".join(words)))
    return varied


def incidents_of_size(data: Path, size: int, articles: list[ArticleText]) -> list[IncidentText]:
    """Return real tickets as resolved incidents, twice over if needed, each linked to an article."""
    chance = random.Random(_SEED)
    tickets = list(read_lines(data / "sumo-routing-en" / "tickets.jsonl"))
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return [
        IncidentText(
            number,
            "en",
            tickets[number % len(tickets)]["title"],
            tickets[number % len(tickets)]["text"],
            (chance.choice(articles).id,),
            None,
            start + timedelta(hours=number),
            number,
        )
        for number in range(1, size + 1)
    ]


def questions(data: Path, words: int, count: int) -> list[str]:
    """Return real questions cut to so many words; none is shorter."""
    long = (row["text"] for row in read_lines(data / "sumo-kb-en" / "new.queries.jsonl"))
    return [" ".join(text.split()[:words]) for text in long if len(text.split()) >= words][:count]


def times_ms(answer: Answer, asked: list[str]) -> dict[str, float]:
    """Ask everything twice and time the second round: warm."""
    for text in asked:
        answer(text)
    taken = []
    for text in asked:
        started = time.perf_counter()
        answer(text)
        taken.append((time.perf_counter() - started) * 1000)
    return {"p50_ms": statistics.median(taken), "p95_ms": statistics.quantiles(taken, n=20)[-1]}


def reference(articles: list[ArticleText]) -> Answer:
    """Return a plain BM25F over dictionaries: the same terms, fields and weights."""
    weights = Weights()
    boosts, effects = weights.fields.boosts(), weights.fields.length_effects()
    fields = [
        [
            Counter(PLAIN.terms(text, "en"))
            for text in (a.title, " ".join(a.keywords), a.summary, a.headings, a.body)
        ]
        for a in articles
    ]
    averages = [max(sum(f[i].total() for f in fields) / len(fields), 1e-9) for i in range(5)]
    frequencies: dict[str, dict[int, float]] = defaultdict(dict)
    for number, counts in enumerate(fields):
        for i, counted in enumerate(counts):
            norm = boosts[i] / (1 - effects[i] + effects[i] * counted.total() / averages[i])
            for term, count in counted.items():
                frequencies[term][number] = frequencies[term].get(number, 0.0) + norm * count

    def answer(text: str) -> object:
        scores: dict[int, float] = defaultdict(float)
        for term, typed in Counter(PLAIN.terms(text, "en")).items():
            found = frequencies.get(term, {})
            rarity = (1 + math.log(typed)) * math.log1p(
                (len(articles) - len(found) + 0.5) / (len(found) + 0.5)
            )
            for number, frequency in found.items():
                scores[number] += rarity * frequency / (weights.saturation + frequency)
        return sorted(scores, key=lambda number: -scores[number])[:5]

    return answer


def whoosh_own(path: Path) -> Answer:
    """Return Whoosh's own search over title and body of the very same index."""
    generation = max(path.glob("generation-*"), key=lambda one: int(one.name.split("-")[1]))
    opened = whoosh_index.open_dir(generation / "whoosh", readonly=True)
    searcher = opened.searcher(weighting=BM25F())

    def answer(text: str) -> object:
        terms = [
            whoosh_query.Term(field, term)
            for term in set(PLAIN.terms(text, "en"))
            for field in ("article_title", "article_body")
        ]
        return [hit.docnum for hit in searcher.search(whoosh_query.Or(terms), limit=5)]

    return answer


def memory_mb(path: Path, readable: list[int], asked: list[str]) -> dict[str, float]:
    """Return what a fresh process holds before it opens the index, and after it has answered many questions."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report_memory, args=(sender, path, readable, asked))
    process.start()
    before, after, first_ms = receiver.recv()
    process.join()
    return {"pss_before_mb": before, "pss_after_mb": after, "first_answer_ms": first_ms}


def _report_memory(sender: Any, path: Path, readable: list[int], asked: list[str]) -> None:
    gc.collect()
    before = _pss_mb()
    engine = SearchEngine(path, secret_key=_KEY)
    started = time.perf_counter()
    engine.suggest(asked[0], readable=readable, language="en")
    first_ms = (time.perf_counter() - started) * 1000
    for text in asked:
        engine.suggest(text, readable=readable, language="en")
    gc.collect()
    sender.send((before, _pss_mb(), first_ms))


def _pss_mb() -> float:
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def measure_size(data: Path, size: int, incident_count: int) -> dict[str, Any]:
    """Build one collection, change one article, ask all engines."""
    articles = articles_of_size(data, size)
    incidents = incidents_of_size(data, incident_count, articles)
    readable = [article.id for article in articles]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "index"
        writer = IndexWriter(path, secret_key=_KEY)
        started = time.perf_counter()
        writer.rebuild(articles, incidents)
        rebuild_s = time.perf_counter() - started
        index_mb = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6
        engine = SearchEngine(path, secret_key=_KEY)
        engine.warm()
        update_s = _time_update(writer, engine, articles[0], readable)
        return {
            "articles": size,
            "incidents": incident_count,
            "rebuild_s": rebuild_s,
            "update_to_found_s": update_s,
            "index_mb": index_mb,
            **memory_mb(path, readable, questions(data, _LONG_WORDS, 200)),
            "latency": {
                name: _time_engines(engine, path, articles, questions(data, words, _ENGINE_QUERIES))
                for name, words in (("short", _SHORT_WORDS), ("long", _LONG_WORDS))
            },
        }


def _time_update(
    writer: IndexWriter, engine: SearchEngine, article: ArticleText, readable: list[int]
) -> float:
    """Return the seconds from changing one article to finding it by a reader that was open before."""
    started = time.perf_counter()
    writer.apply([replace(article, title="Zyzzyva migration")])
    found = engine.suggest("zyzzyva", readable=readable, language="en")
    taken_s = time.perf_counter() - started
    if found.hits[0].article_id != article.id:
        raise RuntimeError("The changed article was not found.")
    return taken_s


def _time_engines(
    engine: SearchEngine, path: Path, articles: list[ArticleText], asked: list[str]
) -> dict[str, dict[str, float]]:
    readable = np.array([article.id for article in articles])
    return {
        "engine": times_ms(lambda text: engine.suggest(text, readable=readable, language="en"), asked),
        "plain BM25F": times_ms(reference(articles), asked[:_REFERENCE_QUERIES]),
        "Whoosh's scorer": times_ms(whoosh_own(path), asked[:_WHOOSH_QUERIES]),
    }


def table(results: list[dict[str, Any]]) -> str:
    """Return the results as Markdown."""
    lines = [
        f"Questions of {_SHORT_WORDS} and {_LONG_WORDS} words, milliseconds p50 / p95, one process, warm. The engine",
        "ranks by words and by incidents; the two references by words alone.",
        "",
        "| articles | incidents | question | engine | plain BM25F | Whoosh's scorer |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        for name, engines in result["latency"].items():
            cells = [f"{times['p50_ms']:.2f} / {times['p95_ms']:.2f}" for times in engines.values()]
            lines.append(f"| {result['articles']} | {result['incidents']} | {name} | {' | '.join(cells)} |")
    lines += [
        "",
        "| articles | incidents | rebuild s | one update until found s | index MB | first answer ms | memory MB |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['articles']} | {r['incidents']} | {r['rebuild_s']:.1f} | {r['update_to_found_s']:.2f} |"
        f" {r['index_mb']:.0f} | {r['first_answer_ms']:.0f} | +{r['pss_after_mb'] - r['pss_before_mb']:.0f} |"
        for r in results
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure the sizes asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="Directory of the unpacked sets.")
    parser.add_argument("--sizes", default="435:2000,2448:10000,10000:20000", help="articles:incidents, ...")
    options = parser.parse_args()
    data = options.data or find_data()
    if data is None:
        print("The large real data is not here (../shared/data or SERVICEDESK_DATA): ranking is not timed.")
        return
    results = []
    for size in options.sizes.split(","):
        articles, incidents = (int(part) for part in size.split(":"))
        results.append(measure_size(data, articles, incidents))
        print(f"{articles} articles done", flush=True)
    report.save("search_latency", results, table(results))


if __name__ == "__main__":
    main()
