"""Reading the index: suggestions, search, categories. Every failure is one error that callers expect."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

import numpy as np

from servicedesk.errors import UnavailableError
from servicedesk.search import passages
from servicedesk.search.analysis import PLAIN, Analyser
from servicedesk.search.documents import language_number
from servicedesk.search.generations import Generations, Stamp
from servicedesk.search.grammar import SearchQuery
from servicedesk.search.hits import Rated, Read, best_first, hit_of, incidents_near
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.likeness import likeness
from servicedesk.search.matching import corrected_query, matching, word_matches
from servicedesk.search.passages import Segment
from servicedesk.search.postings import FloatArray, IntArray
from servicedesk.search.query import analyse_query
from servicedesk.search.signals import (
    category_shares,
    incident_similarities,
    nearest,
    neighbour_scores,
    profile_scores,
    text_scores,
    trust_in_history,
)
from servicedesk.search.snapshot import READ_SUFFIXES, Snapshot, View
from servicedesk.search.synonyms import DEFAULT_GROUPS, Groups, Synonyms
from servicedesk.search.texts import ArticleText, Hit, IncidentText, Ranking, SearchResult
from servicedesk.search.weights import Weights

__all__ = [
    "ArticleText",
    "Hit",
    "IncidentText",
    "Ranking",
    "SearchEngine",
    "SearchResult",
    "SearchUnavailableError",
]

_NEAR_TOLD = 20
_P = ParamSpec("_P")
_T = TypeVar("_T")


class SearchUnavailableError(UnavailableError):
    """The index is missing, damaged or being rebuilt: ask the database. The jobs process mends it."""


class SearchEngine:
    """The reader of the index. It follows the writer from generation to generation by itself."""

    def __init__(self, path: Path, *, secret_key: str, weights: Weights | None = None) -> None:
        """Remember where the index is; it is opened by the first question."""
        self._generations = Generations(path, secret_key=secret_key)
        self._weights = weights or Weights()
        self._weights_shown = self._weights.as_mapping()
        self._groups: Groups = DEFAULT_GROUPS
        self._prepared: tuple[Groups, Analyser, Synonyms] | None = None
        self._opened: tuple[Stamp, Snapshot] | None = None
        self._opening = Lock()

    def use_synonyms(self, groups: Groups) -> None:
        """Take the editors' table of equivalents, by language, in place of the one before."""
        self._groups = groups

    @property
    def generation(self) -> int:
        """The number of the generation that answers now. Raises SearchUnavailableError."""
        return self._guarded(lambda: self._current().number)

    def warm(self) -> None:
        """Open the index now, so that the first question need not wait. Raises SearchUnavailableError."""
        self._guarded(self._current)

    def suggest(
        self, text: str, *, readable: Collection[int] | IntArray, language: str, limit: int = 5
    ) -> Ranking:
        """Rank the articles that may help with this text, best first. Raises SearchUnavailableError.

        `readable` are the ids of the articles that this person may read: no other is returned or counted.
        """
        return self._guarded(self._suggest, text, readable, language, limit)

    def search(
        self,
        query: SearchQuery,
        *,
        readable: Collection[int] | IntArray,
        language: str,
        among: Collection[int] | IntArray | None = None,
        page: slice = slice(0, 20),
    ) -> SearchResult:
        """Find all articles that match: the person's language first, in each the best first.

        `hits` tell of those on the page, `article_ids` name all. Filters of the query are the caller's: `among` are the
        ids that they leave, which does not change the order. Raises SearchUnavailableError.
        """
        return self._guarded(self._search, query, readable, among, language, page)

    def propose_categories(self, text: str, *, limit: int = 3) -> tuple[tuple[int, float], ...]:
        """Return the categories of similar resolved incidents and their share of the votes."""
        return self._guarded(self._propose_categories, text, limit)

    def alike(
        self, text: str, others: Sequence[tuple[int, str]], *, language: str
    ) -> list[tuple[int, float]]:
        """Return the ids of the texts that read like this one with their likeness (0..1), best first."""
        return likeness(text, others, language=language, analyser=self._analyser())

    def passage(self, text: str, body: str, *, language: str, length: int = 240) -> list[Segment]:
        """Return the part of `body` that answers `text` best, cut into plain and matching segments."""
        return passages.best_passage(text, body, language=language, analyser=self._analyser(), length=length)

    def highlight(self, text: str, title: str, *, language: str) -> list[Segment]:
        """Return all of a short text, cut into plain and matching segments."""
        return passages.highlight(text, title, language=language, analyser=self._analyser())

    def _analyser(self) -> Analyser:
        """Return the analyser of the index; the plain one serves while there is no index."""
        try:
            return self._guarded(self._current).analyser
        except SearchUnavailableError:
            return PLAIN

    def _guarded(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Turn whatever a damaged index provokes into the one error that callers handle (security.md F3)."""
        try:
            return work(*args, **kwargs)
        except Exception as error:
            self._opened = None
            raise SearchUnavailableError("Search is being repaired. Nothing was lost.") from error

    def _current(self) -> Snapshot:
        """Return the snapshot of the generation that counts, opening it if the pointer moved."""
        stamp, opened = self._generations.stamp(), self._opened
        if opened is not None and opened[0] == stamp:
            return opened[1]
        with self._opening:  # One thread opens it for all; the others then find it open.
            stamp, opened = self._generations.stamp(), self._opened
            if opened is None or opened[0] != stamp:
                generation = self._generations.current(suffixes=READ_SUFFIXES)
                opened = self._opened = (stamp, Snapshot.open(generation, self._weights))
        return opened[1]

    def _suggest(self, text: str, readable: Collection[int] | IntArray, language: str, limit: int) -> Ranking:
        snapshot = self._current()
        rated = self._rate(snapshot, text, snapshot.view(_ids(readable)))
        scores = rated.scores * self._language_preference(snapshot, language)
        hits = tuple(
            hit_of(snapshot, rated, number) for number in best_first(scores, scores > 0, limit=limit)
        )
        return Ranking(
            hits=hits,
            generation=snapshot.number,
            weights=self._weights_shown,
            near=incidents_near(snapshot, rated, limit=_NEAR_TOLD),
        )

    def _read(self, snapshot: Snapshot, text: str, view: View) -> Read:
        """Look the words up in the articles of the view."""
        query = analyse_query(text, snapshot.analyser, self._synonyms(snapshot))
        return Read(query, text_scores(snapshot, query, view, self._weights))

    def _rate(self, snapshot: Snapshot, text: str, view: View, *, read: Read | None = None) -> Rated:
        """Compute all signals for the articles of the view and add them up."""
        query, text_evidence = read or self._read(snapshot, text, view)
        typed = [term for term in query if not term.is_synonym]
        similarities = incident_similarities(snapshot, typed, self._weights)
        nearest_ones = nearest(snapshot, text, similarities, self._weights)
        neighbours_part, voters = neighbour_scores(snapshot, nearest_ones, view, self._weights)
        profile_part = profile_scores(snapshot, similarities, self._weights)
        trust = trust_in_history(nearest_ones, self._weights)
        signals = {
            name: share * _scaled(values * view.mask)
            for name, values, share in (
                ("text", text_evidence.scores, 1.0),
                ("neighbours", neighbours_part, trust),
                ("profile", profile_part, trust),
            )
        }
        weighed = [weight * signals[name] for name, weight in self._weights.of_signals().items()]
        scores = np.sum(weighed, axis=0)
        return Rated(scores, signals, query, text_evidence, voters, nearest_ones)

    def _search(
        self,
        query: SearchQuery,
        readable: Collection[int] | IntArray,
        among: Collection[int] | IntArray | None,
        language: str,
        page: slice,
    ) -> SearchResult:
        snapshot = self._current()
        view = snapshot.view(_ids(readable))
        mask = view.mask if among is None else view.mask & snapshot.mask(_ids(among))
        read = self._read(snapshot, query.text, view)
        words = word_matches(snapshot, read.query, read.text.matches)
        corrected = corrected_query(snapshot, query, words, mask)
        if corrected is not None:
            read = self._read(snapshot, corrected.text, view)
            words = word_matches(snapshot, read.query, read.text.matches)
        rated = self._rate(snapshot, (corrected or query).text, view, read=read)
        found = matching(snapshot, corrected or query, words, mask)
        order = best_first(rated.scores, found)
        own = snapshot.articles.columns.languages == _language_number(language)
        numbers = [n for n in order if own[n]] + [n for n in order if not own[n]]
        ids = snapshot.articles.columns.ids
        return SearchResult(
            hits=tuple(hit_of(snapshot, rated, number) for number in numbers[page]),
            generation=snapshot.number,
            weights=self._weights_shown,
            article_ids=tuple(int(ids[number]) for number in numbers),
            correction=corrected.text if corrected else None,
        )

    def _synonyms(self, snapshot: Snapshot) -> Synonyms:
        """Return the equivalents, prepared once for each table and analyser; other threads may prepare others meanwhile."""
        groups, prepared = self._groups, self._prepared
        if prepared is None or prepared[0] is not groups or prepared[1] is not snapshot.analyser:
            prepared = self._prepared = (groups, snapshot.analyser, Synonyms(groups, snapshot.analyser))
        return prepared[2]

    def _language_preference(self, snapshot: Snapshot, language: str) -> FloatArray:
        own = snapshot.articles.columns.languages == _language_number(language)
        return np.where(own, 1.0, self._weights.other_language)

    def _propose_categories(self, text: str, limit: int) -> tuple[tuple[int, float], ...]:
        snapshot = self._current()
        query = analyse_query(text, snapshot.analyser)
        neighbours = nearest(
            snapshot, text, incident_similarities(snapshot, query, self._weights), self._weights
        )
        return tuple(category_shares(snapshot, neighbours, self._weights).items())[:limit]


def _language_number(language: str) -> int:
    return language_number(language) if language in LANGUAGES else -1


def _ids(readable: Collection[int] | IntArray) -> IntArray:
    return readable if isinstance(readable, np.ndarray) else np.fromiter(readable, np.int64, len(readable))


def _scaled(scores: FloatArray) -> FloatArray:
    """Bring a signal to 0..1, so that signals can be added."""
    highest = scores.max(initial=0.0)
    return scores / highest if highest > 0 else scores
