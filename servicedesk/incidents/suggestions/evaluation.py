"""How good suggestions are on labelled texts, through the product's own code in a throw-away instance.

Articles are published, the history becomes resolved incidents that are linked to their articles, the index is written
by the one writer, and each query is asked as the form asks: same person, same action, same limits.
"""

import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, insert, select

from servicedesk.database import db, now
from servicedesk.desk.models import Category, Team
from servicedesk.errors import InvalidInputError
from servicedesk.incidents.actions.filing import LONGEST_TEXT, LONGEST_TITLE, title_from
from servicedesk.incidents.models import Incident, SolvingArticle
from servicedesk.incidents.queries.learning import solved_texts
from servicedesk.incidents.rules import State
from servicedesk.incidents.suggestions.actions import suggest
from servicedesk.knowledge.actions.writing import add_revision, new_article, put_forward
from servicedesk.knowledge.indexing import article_texts
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.rendering import LARGEST_BODY_BYTES, PATIENCE_S, Rendered, Renderer
from servicedesk.knowledge.rules import LONGEST_TITLE as LONGEST_ARTICLE_TITLE
from servicedesk.knowledge.sources import Draft
from servicedesk.people.models import Person
from servicedesk.search.evaluation import measure
from servicedesk.search.indexing import Sources, build_index
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.writer import IndexWriter

_DEPTH = 10
# What is measured is what is suggested, not how busy this machine is; the times are printed beside it.
_NO_HURRY_S = 30.0
_BATCH = 200
_RENDERERS = 2
Grades = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class LabelledText:
    """A text that somebody typed: a query, or the words of a resolved incident."""

    id: str
    text: str
    title: str
    created_at: datetime


@dataclass(frozen=True)
class Result:
    """One line of the answer: quality over the judged queries, and how long it took."""

    queries: int
    success_at_1: float
    success_at_5: float
    mrr_at_10: float
    ndcg_at_10: float
    p50_ms: float
    p95_ms: float
    index_seconds: float


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """Yield the objects of a file that has one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def read_texts(path: Path) -> list[LabelledText]:
    """Read queries or history: {id, text[, title][, created]}."""
    return [
        LabelledText(str(o["id"]), o["text"], o.get("title", ""), _day(o.get("created", "")))
        for o in read_lines(path)
    ]


def read_grades(path: Path) -> Grades:
    """Read judgements: query, document and grade, separated by tabs."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for query, document, grade in csv.reader(file, delimiter="\t"):
            grades[query][document] = int(grade)
    return grades


def publish(corpus: Iterable[Mapping[str, str]], *, language: str) -> dict[int, str]:
    """Publish each document as an article; return the document's id by article."""
    documents: dict[int, str] = {}
    with ThreadPoolExecutor(_RENDERERS) as threads:
        renderers = [Renderer(patience_s=PATIENCE_S) for _ in range(_RENDERERS)]
        try:
            rendered = threads.map(_render_with, _cycled(renderers, corpus))
            for place, (document, text) in enumerate(rendered):
                documents[_publish(document, text, place, language)] = str(document["id"])
                if place % _BATCH == 0:
                    db.session.commit()
        finally:
            for renderer in renderers:
                renderer.close()
    db.session.commit()
    return documents


def resolve_history(
    history: Sequence[LabelledText], grades: Grades, documents: Mapping[int, str], language: str
) -> None:
    """File and resolve the history, each incident linked to the articles that solved it.

    Who asked is not told: each text counts as somebody else's, for most people of a large company seldom ask.
    """
    articles = {document: article for article, document in documents.items()}
    person, team = _someone(language), _team()
    askers = _askers(len(history), language)
    rows, links = [], []
    for number, text in enumerate(history, start=1):
        solving = [articles[document] for document in grades.get(text.id, {}) if document in articles]
        title = text.title or title_from(text.text)
        body = text.text.removeprefix(text.title).strip() or title
        rows.append(
            {
                "id": number, "title": title[:LONGEST_TITLE], "text": body[:LONGEST_TEXT], "language": language,
                "state": State.RESOLVED.value, "resolution": "article", "requester_id": askers[number - 1],
                "filed_by_id": person.id, "team_id": team.id, "created_at": text.created_at, "updated_at": text.created_at,
                "resolved_at": text.created_at,
            }
        )  # fmt: skip
        links += [
            {
                "incident_id": number,
                "article_id": article,
                "linked_by_id": person.id,
                "linked_at": text.created_at,
            }
            for article in solving
        ]
    if rows:
        db.session.execute(insert(Incident), rows)
    if links:
        db.session.execute(insert(SolvingArticle), links)
    db.session.commit()


def languages(language: str) -> set[str]:
    """Return the languages that the index will hold, as far as the product knows them."""
    return {language, *db.session.scalars(select(Article.language).distinct())} & set(LANGUAGES)


def write_index(writer: IndexWriter) -> float:
    """Index all that was published and resolved; return how many seconds it took."""
    began_at = time.perf_counter()
    build_index(writer, Sources(article_texts, solved_texts, article_texts, solved_texts))
    db.session.commit()
    return time.perf_counter() - began_at


def ask_all(
    queries: Sequence[LabelledText], documents: Mapping[int, str], language: str
) -> tuple[dict[str, list[str]], list[float]]:
    """Ask for suggestions as the form does; return the documents for each query and the times in milliseconds."""
    person = _someone(language)
    if queries:
        suggest(queries[0].text, seen_by=person, language=language, limit=_DEPTH, limit_s=_NO_HURRY_S)
    rankings, times_ms = {}, []
    for query in queries:
        began_at = time.perf_counter()
        answer = suggest(query.text, seen_by=person, language=language, limit=_DEPTH, limit_s=_NO_HURRY_S)
        times_ms.append((time.perf_counter() - began_at) * 1000)
        rankings[query.id] = [documents[item.article_id] for item in answer.items]
    return rankings, times_ms


def result_of(
    rankings: Mapping[str, Sequence[str]],
    grades: Grades,
    times_ms: Sequence[float],
    *,
    min_grade: int,
    index_seconds: float,
) -> Result:
    """Measure the rankings, and round everything for the one line that is printed."""
    quality = measure(rankings, grades, min_grade=min_grade)
    ordered = sorted(times_ms) or [0.0]
    return Result(
        queries=quality.queries,
        success_at_1=round(quality.success_at_1, 4),
        success_at_5=round(quality.success_at_5, 4),
        mrr_at_10=round(quality.mrr_at_10, 4),
        ndcg_at_10=round(quality.ndcg_at_10, 4),
        p50_ms=round(ordered[len(ordered) // 2], 2),
        p95_ms=round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
        index_seconds=round(index_seconds, 2),
    )


def _publish(document: Mapping[str, str], rendered: Rendered, place: int, language: str) -> int:
    title = (document.get("title") or str(document["id"]))[:LONGEST_ARTICLE_TITLE]
    draft = Draft(title=title, body=document.get("body", ""))
    article = new_article(
        slug=f"article-{place}", language=document.get("lang") or language, draft=draft, by_id=None
    )
    revision = add_revision(article, draft, rendered=rendered, by_id=None)
    put_forward(article, revision)
    return article.id


def _cycled(
    renderers: Sequence[Renderer], corpus: Iterable[Mapping[str, str]]
) -> Iterator[tuple[Renderer, Mapping[str, str]]]:
    for place, document in enumerate(corpus):
        yield renderers[place % len(renderers)], document


def _render_with(job: tuple[Renderer, Mapping[str, str]]) -> tuple[Mapping[str, str], Rendered]:
    """Render as publishing does; what the renderer refuses is indexed as it stands."""
    renderer, document = job
    body = document.get("body", "").encode()[:LARGEST_BODY_BYTES].decode(errors="ignore")
    try:
        return document, renderer.render(body, slug="article", language=document.get("lang") or "en")
    except InvalidInputError:
        return document, Rendered(html="", plain_text=body, contents=[], steps=[], links=[])


def _someone(language: str) -> Person:
    """Return the one employee of the throw-away instance: no roles, no groups."""
    person = db.session.get(Person, 1)
    if person is None:
        person = Person(id=1, user_name="someone", display_name="Someone", language=language)
        db.session.add(person)
        db.session.commit()
    return person


def _askers(count: int, language: str) -> list[int]:
    """Return the ids of so many people who asked in the past."""
    first = (db.session.scalar(select(func.max(Person.id))) or 0) + 1
    ids = list(range(first, first + count))
    people = [
        {"id": id_, "user_name": f"asker{id_}", "display_name": "Asker", "language": language} for id_ in ids
    ]
    if people:
        db.session.execute(insert(Person), people)
    return ids


def _team() -> Team:
    team = Team(key="desk", name_en="Service desk", name_pl="Dział wsparcia")
    db.session.add_all([team, Category(key="other", name_en="Other", name_pl="Inne", team=team)])
    db.session.commit()
    return team


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else now()
