"""From ratings of all articles to the few that are shown, each with the reason why it is among them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from servicedesk.search.postings import FloatArray, IntArray
from servicedesk.search.query import QueryTerm, analyse_query
from servicedesk.search.signals import Neighbours, TextEvidence, incident_similarities, nearest
from servicedesk.search.snapshot import BoolArray, Snapshot
from servicedesk.search.texts import Forgotten, Hit
from servicedesk.search.weights import Weights


class Read(NamedTuple):
    """What the words of one text say about all articles."""

    query: list[QueryTerm]
    text: TextEvidence


class Rated(NamedTuple):
    """All articles rated for one text, by document number."""

    scores: FloatArray
    signals: dict[str, FloatArray]
    query: list[QueryTerm]
    text: TextEvidence
    voters: IntArray
    nearest: Neighbours


class Allowed(NamedTuple):
    """What of the index may be told to somebody now."""

    readable: Collection[int] | IntArray
    among: Collection[int] | IntArray | None
    forgotten: Forgotten


def best_first(scores: FloatArray, among: BoolArray, *, limit: int | None = None) -> list[int]:
    """Return document numbers by falling score, older ones first when they tie."""
    candidates = np.flatnonzero(among)
    if limit is not None and 0 < limit < len(candidates):
        lowest = np.partition(scores[candidates], -limit)[-limit]
        candidates = candidates[scores[candidates] >= lowest]
    order = np.lexsort((candidates, -scores[candidates]))[:limit]
    numbers: list[int] = candidates[order].tolist()
    return numbers


def hit_of(snapshot: Snapshot, rated: Rated, number: int) -> Hit:
    """Return what is told of one article."""
    return Hit(
        article_id=int(snapshot.articles.columns.ids[number]),
        score=float(rated.scores[number]),
        signals={name: float(values[number]) for name, values in rated.signals.items()},
        matched=_matched_words(rated.query, rated.text, number),
        similar_incidents=int(rated.voters[number]),
    )


def incidents_near(
    snapshot: Snapshot, text: str, weights: Weights, *, limit: int
) -> tuple[tuple[int, float], ...]:
    """Return the ids of the nearest incidents with their likeness, by all their words: wording holds only some of them."""
    whole = snapshot.with_all_words()
    similarities = incident_similarities(whole, analyse_query(text, snapshot.analyser), weights)
    found = nearest(whole, text, similarities, replace(weights, wording=0.0))
    ids = snapshot.incidents.columns.ids[found.numbers[:limit]]
    return tuple(zip(ids.tolist(), found.similarities[:limit].tolist(), strict=True))


def _matched_words(query: Sequence[QueryTerm], text: TextEvidence, number: int) -> tuple[str, ...]:
    """Return the typed words that this document holds, those that say most first, mere beginnings of words last."""
    held = np.flatnonzero(text.matches.numbers == number)
    adds = zip(text.matches.term[held].tolist(), text.impacts[held].tolist(), strict=True)
    strongest = sorted((query[place].is_weak, -impact, place) for place, impact in adds)
    return tuple(dict.fromkeys(word for _, _, place in strongest for word in query[place].words))
