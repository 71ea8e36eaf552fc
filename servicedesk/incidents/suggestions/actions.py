"""What may help with a text: articles, best first, each with the reason why it is there."""

from dataclasses import dataclass, replace
from typing import Literal

from servicedesk.incidents.queries.categories import list_active_categories
from servicedesk.incidents.suggestions.budget import Budget, LateError
from servicedesk.incidents.suggestions.queries import FoundArticle, list_found
from servicedesk.knowledge.queries import select_readable
from servicedesk.people.models import Person
from servicedesk.search.current import current_engine
from servicedesk.search.engine import SearchUnavailableError
from servicedesk.search.queries import list_forgotten, list_ids_and_forgotten
from servicedesk.search.texts import Hit, Ranking

SHORTEST_TEXT = 3
LONGEST_TEXT = 4000
_LEAST_CATEGORY_SHARE = 0.3
_SUMMARY_LENGTH = 180
# Below this share of the best article in every respect an article only takes attention from the others.
_WORTH_SHOWING = 0.4


@dataclass(frozen=True)
class Suggestion:
    """An article that may help. `helped` counts people with similar problems, `matched` are words as they were typed.

    An answer should not point to it unless it `is_open_to_requester`.
    """

    article_id: int
    slug: str
    title: str
    language: str
    answer: str
    rank: int
    score: float
    signals: dict[str, float]
    helped: int
    matched: tuple[str, ...]
    is_open_to_requester: bool


@dataclass(frozen=True)
class Suggestions:
    """The answer to one text. `state` is "late" or "unavailable" when there is no answer, which is no failure of the form."""

    items: tuple[Suggestion, ...] = ()
    state: Literal["ready", "late", "unavailable"] = "ready"
    generation: int = 0
    weights: tuple[tuple[str, float], ...] = ()
    took_ms: float = 0.0


def suggest(
    text: str,
    *,
    seen_by: Person,
    language: str,
    requester: Person | None = None,
    limit: int = 5,
    limit_s: float | None = None,
) -> Suggestions:
    """Return at most `limit` articles that the person may read and that may help with the text. Never raises for the index.

    The requester is who has the problem, if that is not the person who looks.
    """
    text = text.strip()[:LONGEST_TEXT]
    if len(text) < SHORTEST_TEXT:
        return Suggestions()
    budget = Budget(limit_s)
    readable, forgotten = list_ids_and_forgotten(select_readable(seen_by))
    try:
        # Twice as many as are shown: an article and its translation are one suggestion.
        ranking = budget.run(
            current_engine().suggest,
            text,
            readable=readable,
            language=language,
            limit=2 * limit,
            forgotten=forgotten,
        )
    except LateError:
        return Suggestions(state="late", took_ms=budget.spent_ms)
    except SearchUnavailableError:
        return Suggestions(state="unavailable", took_ms=budget.spent_ms)
    ids = [hit.article_id for hit in ranking.hits]
    found = list_found(ids, seen_by=seen_by, language=language, requester=requester) if ids else []
    items = _collapsed(ranking, found, language=language)[:limit]
    return Suggestions(
        items=tuple(replace(item, rank=rank) for rank, item in enumerate(items, start=1)),
        generation=ranking.generation,
        weights=tuple(sorted(ranking.weights.items())),
        took_ms=budget.spent_ms,
    )


def propose_category(text: str) -> int | None:
    """Return the category that similar resolved incidents had, if most of them agree; else None."""
    if len(text.strip()) < SHORTEST_TEXT:
        return None
    try:
        ask = current_engine().propose_categories
        proposals = Budget().run(ask, text[:LONGEST_TEXT], forgotten=list_forgotten())
    except (LateError, SearchUnavailableError):
        return None
    usable = {category.id for category in list_active_categories()}
    return next((id_ for id_, share in proposals if id_ in usable and share >= _LEAST_CATEGORY_SHARE), None)


def _collapsed(ranking: Ranking, found: list[FoundArticle], *, language: str) -> list[Suggestion]:
    """Keep one of each article and its translations: the one in the person's language where there is one."""
    by_id = {article.id: article for article in found}
    least_score = _WORTH_SHOWING * max((hit.score for hit in ranking.hits), default=0.0)
    own = {article.original_id: article for article in found if article.language == language}
    items: dict[int, Suggestion] = {}
    for hit in ranking.hits:
        article = by_id.get(hit.article_id)
        if article is None:  # Unpublished or closed to this person since the index was written.
            continue
        if not _is_worth_showing(hit, least_score):
            continue
        shown = own.get(article.original_id, article)
        earlier = items.get(article.original_id)
        items[article.original_id] = _merged(earlier, hit) if earlier else _suggestion(shown, hit)
    return list(items.values())


def _is_worth_showing(hit: Hit, least_score: float) -> bool:
    """Whether it is near enough to the best one, and there is a reason that people can be told.

    On the labelled sets (docs/ranking.md) no right answer was among those left out, but for one in 910 without history.
    """
    is_near = hit.score >= least_score or max(hit.signals.values()) >= _WORTH_SHOWING
    return is_near and bool(hit.matched or hit.similar_incidents)


def _suggestion(article: FoundArticle, hit: Hit) -> Suggestion:
    return Suggestion(
        article_id=article.id,
        slug=article.slug,
        title=article.title,
        language=article.language,
        answer=article.summary or _first_sentences(article.text_start),
        rank=0,
        score=hit.score,
        signals=dict(hit.signals),
        helped=hit.similar_incidents,
        matched=hit.matched,
        is_open_to_requester=article.is_open_to_requester,
    )


def _merged(earlier: Suggestion, hit: Hit) -> Suggestion:
    """Both translations solved incidents; whether they were the same people's is not known here."""
    return replace(earlier, helped=max(earlier.helped, hit.similar_incidents))


def _first_sentences(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SUMMARY_LENGTH else text[:_SUMMARY_LENGTH].rsplit(" ", 1)[0] + " …"
