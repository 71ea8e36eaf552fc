"""What other features give to be indexed, and what they get back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ArticleText:
    """What is indexed of a published article: plain text, no markup."""

    id: int
    language: str
    title: str
    summary: str
    keywords: tuple[str, ...]
    headings: str
    body: str


@dataclass(frozen=True)
class IncidentText:
    """A resolved incident that may teach. Never a restricted one: the caller leaves those out."""

    id: int
    language: str
    title: str
    body: str
    article_ids: tuple[int, ...]
    category_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class Hit:
    """An article that was found, and why.

    `matched` are words of the query as they were typed, those that say most first; `similar_incidents` counts those
    among the nearest resolved incidents that this article had solved.
    """

    article_id: int
    score: float
    signals: Mapping[str, float]
    matched: tuple[str, ...]
    similar_incidents: int


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Articles, best first, with what is needed to replay the ranking: index generation and weights.

    `near` are ids of the resolved incidents that read most like the text with their likeness (0..1), nearest first.
    They are for staff, who must be allowed to see them; the articles' order shows nothing of their texts.
    """

    hits: tuple[Hit, ...]
    generation: int
    weights: Mapping[str, float]
    near: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class SearchResult(Ranking):
    """All articles that match, best first. `correction` is set when a word was replaced: say so."""

    article_ids: tuple[int, ...]
    correction: str | None
