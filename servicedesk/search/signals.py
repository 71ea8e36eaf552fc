"""The named signals: each gives every article a number for a query. The ranking is their weighted sum."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicedesk.search.documents import Columns
from servicedesk.search.postings import FloatArray, IntArray, PostingTable
from servicedesk.search.query import QueryTerm
from servicedesk.search.snapshot import Matches, Snapshot
from servicedesk.search.weights import Weights


class Neighbours(NamedTuple):
    """The resolved incidents that read most like the query: document numbers and similarities, best first."""

    numbers: IntArray
    similarities: FloatArray


def idf(document_counts: IntArray, sizes: FloatArray) -> FloatArray:
    """Return BM25's inverse document frequency, never negative."""
    values: FloatArray = np.log1p((sizes - document_counts + 0.5) / (document_counts + 0.5))
    return values


def text_scores(
    snapshot: Snapshot, query: Sequence[QueryTerm], weights: Weights
) -> tuple[FloatArray, Matches]:
    """Score all articles by BM25F (Robertson, Zaragoza, Taylor 2004), each term counted once."""
    articles = snapshot.articles
    matches = articles.matches([term.key for term in query])
    sizes = articles.sizes[[term.language for term in query]].astype(np.float64)
    rarity = idf(matches.document_counts, sizes)
    frequency = np.einsum("ij,ij->i", matches.counts, snapshot.norms[matches.numbers])
    impacts = rarity[matches.term] * frequency / (weights.saturation + frequency)
    scores = np.bincount(matches.numbers, weights=impacts, minlength=len(articles.columns))
    return scores.astype(np.float64, copy=False), matches


def incident_weights(counts: FloatArray, title: float) -> FloatArray:
    """Return the sublinear frequency of a term in an incident, its title counted several times."""
    values: FloatArray = 1.0 + np.log(title * counts[:, 0] + counts[:, 1])
    return values


def find_neighbours(snapshot: Snapshot, query: Sequence[QueryTerm], weights: Weights) -> Neighbours:
    """Find the resolved incidents nearest to the query by cosine of sublinear tf-idf."""
    incidents = snapshot.incidents
    if not len(incidents.columns) or not query:
        return Neighbours(np.zeros(0, np.int64), np.zeros(0))
    matches = incidents.matches([term.key for term in query])
    sizes = incidents.sizes[[term.language for term in query]].astype(np.float64)
    rarity = idf(matches.document_counts, sizes)
    typed = (1.0 + np.log([term.count for term in query])) * rarity
    held = incident_weights(matches.counts.astype(np.float64), weights.incident_title) * rarity[matches.term]
    dots = np.bincount(matches.numbers, weights=typed[matches.term] * held, minlength=len(incidents.columns))
    length = float(np.linalg.norm(typed[matches.document_counts > 0]))
    similarities = dots / np.maximum(incidents.norms * max(length, 1e-9), 1e-9)
    count = min(weights.neighbours, int(np.count_nonzero(similarities)))
    best = np.argpartition(-similarities, count - 1)[:count] if count else np.zeros(0, np.int64)
    best = best[np.lexsort((best, -similarities[best]))]
    return Neighbours(best, similarities[best])


def vector_lengths(columns: Columns, table: PostingTable, weights: Weights) -> FloatArray:
    """Return the length of each incident's vector: the writer stores it, for it needs all postings."""
    if not len(table.keys):
        return np.zeros(len(columns))
    _, term, sizes = np.unique(table.keys, return_inverse=True, return_counts=True)
    by_language = np.bincount(columns.languages.astype(np.int64), minlength=256)
    collection = by_language[columns.languages[table.numbers]].astype(np.float64)
    rarity = idf(sizes[term], collection)
    held = incident_weights(table.counts.astype(np.float64), weights.incident_title) * rarity
    return np.sqrt(np.bincount(table.numbers, weights=held**2, minlength=len(columns)))


def learned_scores(
    snapshot: Snapshot, neighbours: Neighbours, weights: Weights
) -> tuple[FloatArray, IntArray]:
    """Let the neighbours vote for the articles that solved them; also count the voters of each article."""
    columns = snapshot.incidents.columns
    size = len(snapshot.articles.columns)
    starts = columns.link_starts[neighbours.numbers]
    links = columns.link_starts[neighbours.numbers + 1] - starts
    voters = np.repeat(np.arange(len(starts)), links)
    places = np.arange(len(voters)) - np.repeat(np.cumsum(links) - links, links) + starts[voters]
    numbers = snapshot.article_numbers(columns.links[places])
    known = numbers >= 0
    votes = neighbours.similarities[voters] ** weights.similarity_power / np.maximum(links[voters], 1)
    scores = np.bincount(numbers[known], weights=votes[known], minlength=size)
    voters_of = np.bincount(numbers[known], minlength=size)
    return scores.astype(np.float64, copy=False), voters_of.astype(np.int64, copy=False)


def category_shares(snapshot: Snapshot, neighbours: Neighbours, weights: Weights) -> dict[int, float]:
    """Return the share of the neighbours' votes by category, largest first."""
    categories = snapshot.incidents.columns.categories[neighbours.numbers]
    votes: dict[int, float] = {}
    for category, similarity in zip(categories.tolist(), neighbours.similarities.tolist(), strict=True):
        if category >= 0:
            votes[category] = votes.get(category, 0.0) + similarity**weights.similarity_power
    total = sum(votes.values()) or 1.0
    return {c: v / total for c, v in sorted(votes.items(), key=lambda item: -item[1])}
