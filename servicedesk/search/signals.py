"""The named signals: each gives every article a number for a query. The ranking is their weighted sum."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servicedesk.search.documents import Columns
from servicedesk.search.postings import FloatArray, IntArray, PostingTable
from servicedesk.search.query import QueryTerm
from servicedesk.search.snapshot import BoolArray, Matches, Snapshot, View
from servicedesk.search.weights import Weights
from servicedesk.search.wording import wording_of_query


class Neighbours(NamedTuple):
    """The resolved incidents that read most like the query: document numbers and similarities, best first."""

    numbers: IntArray
    similarities: FloatArray


class TextEvidence(NamedTuple):
    """What the words say: a score for each article, and how much each posting adds to it."""

    scores: FloatArray
    matches: Matches
    impacts: FloatArray


def idf(document_counts: IntArray, sizes: FloatArray) -> FloatArray:
    """Return BM25's inverse document frequency, never negative."""
    values: FloatArray = np.log1p((sizes - document_counts + 0.5) / (document_counts + 0.5))
    return values


def text_scores(snapshot: Snapshot, query: Sequence[QueryTerm], view: View, weights: Weights) -> TextEvidence:
    """Score the articles of the view by BM25F (Robertson, Zaragoza, Taylor 2004), a repeated word counts a little more."""
    articles = snapshot.articles
    matches = articles.matches([term.key for term in query]).among(view.mask)
    sizes = view.sizes[[term.language for term in query]].astype(np.float64)
    typed = 1.0 + np.log([float(term.times) for term in query])
    equivalents = np.where([term.is_synonym for term in query], weights.synonym, 1.0)
    rarity = (equivalents * typed * idf(matches.document_counts, sizes)).astype(np.float32)
    frequency = _weighted_frequencies(matches, view.norms)
    impacts = rarity[matches.term] * frequency / (weights.saturation + frequency)
    scores = np.bincount(matches.numbers, weights=impacts, minlength=len(articles.columns))
    return TextEvidence(scores.astype(np.float64, copy=False), matches, impacts)


def _weighted_frequencies(matches: Matches, norms: FloatArray) -> FloatArray:
    """Return the sum of counts × norms over the fields; most words stand in the text alone, so the others are sparse."""
    *others, body = range(matches.counts.shape[1])
    frequency: FloatArray = matches.counts[:, body] * norms[:, body][matches.numbers]
    for field in others:
        held = np.flatnonzero(matches.counts[:, field])
        frequency[held] += matches.counts[held, field] * norms[matches.numbers[held], field]
    return frequency


def incident_frequencies(counts: FloatArray, weights: Weights) -> FloatArray:
    """Return the sublinear frequencies of terms in incidents, the title counted several times."""
    values: FloatArray = 1.0 + np.log(weights.incident_title * counts[:, 0] + counts[:, 1])
    return values


def _damped_rarity(document_counts: IntArray, sizes: FloatArray, weights: Weights) -> FloatArray:
    """Return a power of the idf: what makes two complaints alike is many common words rather than one rare one."""
    rarity: FloatArray = idf(document_counts, sizes) ** weights.incident_rarity
    return rarity


def incident_similarities(
    snapshot: Snapshot, query: Sequence[QueryTerm], weights: Weights, remembered: BoolArray | None = None
) -> FloatArray:
    """Return the cosine of the query with each resolved incident that still counts."""
    incidents = snapshot.incidents
    if not len(incidents.columns) or not query:
        return np.zeros(len(incidents.columns))
    matches = incidents.matches([term.key for term in query])
    sizes = incidents.sizes[[term.language for term in query]].astype(np.float64)
    rarity = _damped_rarity(matches.document_counts, sizes, weights)
    typed = (1.0 + np.log([float(term.times) for term in query])) * rarity
    held = incident_frequencies(matches.counts.astype(np.float32), weights)
    # What is the same for a whole term is multiplied once a term, not once a posting.
    factors = (typed * rarity).astype(np.float32)[matches.term]
    dots = np.bincount(matches.numbers, weights=factors * held, minlength=len(incidents.columns))
    # Words that no incident has make the question longer too: else one common word would look like likeness.
    length = float(np.linalg.norm(typed))
    similarities: FloatArray = dots / np.maximum(snapshot.incident_norms * max(length, 1e-9), 1e-9)
    if remembered is not None:
        similarities = similarities * remembered
    return similarities * _by_chance(query, matches, len(similarities), weights)


def _by_chance(query: Sequence[QueryTerm], matches: Matches, size: int, weights: Weights) -> FloatArray:
    """Return a factor for each incident: less where one word is all that it shares with a short question.

    Such a question has one word in common with many incidents, and its cosine with them is that of a long one with its twin.
    """
    is_whole = np.array([not term.is_weak for term in query])
    by_language = np.bincount([term.language for term in query], weights=is_whole)
    if not 2 <= by_language.max(initial=0) <= weights.short_question:
        return np.ones(size)
    shared = np.bincount(matches.numbers, weights=is_whole[matches.term], minlength=size)
    return np.where(shared < 2, weights.single_word, 1.0)


def nearest(snapshot: Snapshot, text: str, similarities: FloatArray, weights: Weights) -> Neighbours:
    """Return the incidents nearest to the query: found by their words, put in order by wording too."""
    found = _highest(similarities, weights.candidates)
    wording = snapshot.wordings.similarities(wording_of_query(text), found)
    mixed = (1 - weights.wording) * similarities[found] + weights.wording * wording
    best = _highest(mixed, weights.neighbours)
    return Neighbours(found[best], mixed[best])


def _highest(values: FloatArray, limit: int) -> IntArray:
    """Return the places of the highest values above nought, best first, earlier ones first when they tie."""
    count = min(limit, int(np.count_nonzero(values > 0)))
    best = np.argpartition(-values, count - 1)[:count] if count else np.zeros(0, np.int64)
    return best[np.lexsort((best, -values[best]))].astype(np.int64, copy=False)


def vector_lengths(columns: Columns, table: PostingTable, weights: Weights) -> FloatArray:
    """Return the length of each incident's vector: the writer stores it, for it needs all postings."""
    if not len(table.keys):
        return np.zeros(len(columns))
    _, term, frequencies = np.unique(table.keys, return_inverse=True, return_counts=True)
    by_language = np.bincount(columns.languages.astype(np.int64), minlength=256)
    sizes = by_language[columns.languages[table.numbers]].astype(np.float64)
    rarity = _damped_rarity(frequencies[term], sizes, weights)
    held = incident_frequencies(table.counts.astype(np.float64), weights) * rarity
    return np.sqrt(np.bincount(table.numbers, weights=held**2, minlength=len(columns)))


def neighbour_scores(
    snapshot: Snapshot, nearest_ones: Neighbours, view: View, weights: Weights
) -> tuple[FloatArray, IntArray]:
    """Let the nearest incidents vote for the articles that solved them; also count whose problems each article solved.

    It finds what is often the answer to such questions. All of them vote, but only those that read really alike are
    counted: the count is told to people as "helped 12 colleagues with a similar problem".
    """
    links = snapshot.links_of(nearest_ones.numbers, among=view.mask)
    votes = nearest_ones.similarities[links.source] ** weights.similarity_power / links.of_same_incident
    size = len(snapshot.articles.columns)
    scores = np.bincount(links.articles, weights=votes, minlength=size)
    enough = max(weights.similar_enough, 0.5 * float(nearest_ones.similarities.max(initial=0.0)))
    is_alike = nearest_ones.similarities[links.source] >= enough
    # Each person once, however many incidents they filed.
    people = snapshot.incidents.columns.requesters[nearest_ones.numbers[links.source[is_alike]]]
    pairs = np.unique(np.stack((links.articles[is_alike], people)), axis=1)
    voters = np.bincount(pairs[0], minlength=size)
    return scores.astype(np.float64, copy=False), voters.astype(np.int64, copy=False)


def profile_scores(
    snapshot: Snapshot, similarities: FloatArray, weights: Weights, remembered: BoolArray | None = None
) -> FloatArray:
    """Compare the query with everything that an article ever solved, relative to how much that is.

    The sum of the similarities is the product with the article's centroid (Rocchio 1971). Dividing by nearly the
    number of its incidents keeps an article that solves everything a little from drowning the specific one.
    """
    links = snapshot.all_links
    size = len(snapshot.articles.columns)
    sums = np.bincount(links.articles, weights=similarities[links.source], minlength=size)
    solved = snapshot.solved_counts.astype(np.float64)
    if remembered is not None:
        solved -= np.bincount(links.articles, weights=~remembered[links.source], minlength=size)
    scores: FloatArray = sums / (solved**weights.popularity + 1.0)
    return scores


def trust_in_history(nearest_ones: Neighbours, weights: Weights) -> float:
    """Return how much the learned signals may say, 0..1: little where few incidents read alike, and none of them much.

    A signal is scaled to its own highest value, so that a history of a few dozen incidents would otherwise speak
    as loudly by chance, over one word in common, as a long one does by knowledge.
    """
    alike = nearest_ones.similarities
    nearness = min(1.0, float(alike.max(initial=0.0)) / weights.trusted_similarity)
    votes = min(1.0, float(np.sum(alike**weights.similarity_power)) / weights.trusted_votes)
    return float(nearness**weights.trust_power * votes)


def category_shares(snapshot: Snapshot, neighbours: Neighbours, weights: Weights) -> dict[int, float]:
    """Return the share of the neighbours' votes by category, largest first."""
    categories = snapshot.incidents.columns.categories[neighbours.numbers]
    votes: dict[int, float] = {}
    for category, similarity in zip(categories.tolist(), neighbours.similarities.tolist(), strict=True):
        if category >= 0:
            votes[category] = votes.get(category, 0.0) + similarity**weights.similarity_power
    total = sum(votes.values()) or 1.0
    return {c: v / total for c, v in sorted(votes.items(), key=lambda item: -item[1])}


def scaled(scores: FloatArray) -> FloatArray:
    """Bring a signal to 0..1, so that signals can be added."""
    highest = scores.max(initial=0.0)
    return scores / highest if highest > 0 else scores
