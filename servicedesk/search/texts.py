"""What other features give to be indexed, and what they get back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ArticleText:
    """What is indexed of a published article: plain text, no markup. `is_open`: everybody may read it, and its words teach."""

    id: int
    language: str
    title: str
    summary: str
    keywords: tuple[str, ...]
    headings: str
    body: str
    is_open: bool = True


@dataclass(frozen=True)
class IncidentText:
    """A resolved incident that may teach, and whose it is. Never a restricted one: the caller leaves those out."""

    id: int
    language: str
    title: str
    body: str
    article_ids: tuple[int, ...]
    category_id: int | None
    created_at: datetime
    requester_id: int


@dataclass(frozen=True)
class Forgotten:
    """What was learned and must not count any more: incidents that changed since, or all of them.

    `states` are the names of the states of the index that the database takes for its own; None asks nothing of it.
    """

    incident_ids: tuple[int, ...] = ()
    states: frozenset[str] | None = None


NOTHING_FORGOTTEN = Forgotten()
ALL_FORGOTTEN = Forgotten(states=frozenset())


@dataclass(frozen=True)
class Hit:
    """An article that was found, and why.

    `matched` are words of the query as they were typed, those that say most first; `similar_incidents` counts whose
    problems, among the nearest resolved incidents, this article had solved: people, not incidents.
    """

    article_id: int
    score: float
    signals: Mapping[str, float]
    matched: tuple[str, ...]
    similar_incidents: int


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Articles, best first, with what is needed to replay the ranking: index generation and weights."""

    hits: tuple[Hit, ...]
    generation: int
    weights: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class SearchResult(Ranking):
    """All articles that match, best first. `correction` is set when a word was replaced: say so."""

    article_ids: tuple[int, ...]
    correction: str | None
