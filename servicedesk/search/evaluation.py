"""How good rankings are, against judgements: the measures that information retrieval has agreed on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_DEPTH = 10
_FIRST_PAGE = 5


@dataclass(frozen=True)
class Quality:
    """Means over the queries that have a judged article."""

    queries: int
    success_at_1: float
    success_at_5: float
    mrr_at_10: float
    ndcg_at_10: float


def measure(
    rankings: Mapping[str, Sequence[str]],
    judgements: Mapping[str, Mapping[str, int]],
    *,
    min_grade: int = 1,
) -> Quality:
    """Measure rankings (query to documents, best first) against judgements (query to document to grade).

    Queries without a document of at least `min_grade` are left out.
    """
    relevant = {
        query: {document: grade for document, grade in grades.items() if grade >= min_grade}
        for query, grades in judgements.items()
    }
    judged = [query for query in rankings if relevant.get(query)]
    places = [_first_place(rankings[query], relevant[query]) for query in judged]
    count = max(len(judged), 1)
    return Quality(
        queries=len(judged),
        success_at_1=sum(place == 1 for place in places) / count,
        success_at_5=sum(0 < place <= _FIRST_PAGE for place in places) / count,
        mrr_at_10=sum(1 / place for place in places if 0 < place <= _DEPTH) / count,
        ndcg_at_10=sum(_ndcg(rankings[query], relevant[query]) for query in judged) / count,
    )


def _first_place(ranking: Sequence[str], grades: Mapping[str, int]) -> int:
    """Return the rank of the first relevant document, 0 when there is none."""
    return next((place for place, document in enumerate(ranking, start=1) if document in grades), 0)


def _ndcg(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return the discounted gain (2^grade - 1) over the best one possible."""
    gains = [2 ** grades.get(document, 0) - 1 for document in ranking[:_DEPTH]]
    ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:_DEPTH]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))
