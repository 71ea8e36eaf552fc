"""Reading the index: suggestions, search, categories. Every failure is one error that callers expect."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

import numpy as np

from servicedesk.errors import UnavailableError
from servicedesk.search import passages
from servicedesk.search.analysis import PLAIN, Analyser
from servicedesk.search.documents import language_number
from servicedesk.search.failures import Failures
from servicedesk.search.generations import Generations, Stamp
from servicedesk.search.grammar import SearchQuery
from servicedesk.search.hits import Allowed, Rated, Read, best_first, hit_of, incidents_near
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.learned import Learned
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
    scaled,
    text_scores,
    trust_in_history,
)
from servicedesk.search.snapshot import READ_SUFFIXES, Snapshot, View, as_ids
from servicedesk.search.synonyms import DEFAULT_GROUPS, Groups, Synonyms
from servicedesk.search.texts import (
    NOTHING_FORGOTTEN,
    ArticleText,
    Forgotten,
    Hit,
    IncidentText,
    Ranking,
    SearchResult,
)
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
        self._failures = Failures()

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
        self,
        text: str,
        *,
        readable: Collection[int] | IntArray,
        language: str,
        limit: int = 5,
        forgotten: Forgotten = NOTHING_FORGOTTEN,
    ) -> Ranking:
        """Rank the articles that may help with this text, best first. Raises SearchUnavailableError.

        `readable` are the ids of the articles that this person may read: no other is returned or counted. `forgotten`
        is what must not count of what was learned.
        """
        return self._guarded(self._suggest, text, readable, language, limit, forgotten)

    def search(
        self,
        query: SearchQuery,
        *,
        readable: Collection[int] | IntArray,
        language: str,
        among: Collection[int] | IntArray | None = None,
        page: slice = slice(0, 20),
        forgotten: Forgotten = NOTHING_FORGOTTEN,
    ) -> SearchResult:
        """Find all articles that match: the person's language first, in each the best first.

        `hits` tell of those on the page, `article_ids` name all. Filters of the query are the caller's: `among` are the
        ids that they leave, which does not change the order. Raises SearchUnavailableError.
        """
        allowed = Allowed(readable, among, forgotten)
        return self._guarded(self._search, query, allowed, language, page)

    def near(self, text: str) -> tuple[tuple[int, float], ...]:
        """Return the ids of the resolved incidents that read most like the text with their likeness (0..1), nearest first.

        All their words count, so this is for staff alone, who must be allowed to see them. Raises SearchUnavailableError.
        """
        return self._guarded(lambda: incidents_near(self._current(), text, self._weights, limit=_NEAR_TOLD))

    def propose_categories(
        self, text: str, *, limit: int = 3, forgotten: Forgotten = NOTHING_FORGOTTEN
    ) -> tuple[tuple[int, float], ...]:
        """Return the categories of similar resolved incidents and their share of the votes."""
        return self._guarded(self._propose_categories, text, limit, forgotten)

    def alike(
        self,
        text: str,
        others: Sequence[tuple[int, str]],
        *,
        language: str,
        authors: Mapping[int, int] | None = None,
    ) -> list[tuple[int, float]]:
        """Return the ids of the texts that read like this one with their likeness (0..1), best first; see `likeness`."""
        analyser, is_public = self._analyser(), self._public_words() if authors else lambda _term: False
        return likeness(
            text, others, language=language, analyser=analyser, authors=authors, is_public=is_public
        )

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

    def _public_words(self) -> Callable[[str], bool]:
        """Return what tells whether a term is nobody's own; without an index none is known to be."""
        try:
            return self._guarded(lambda: Learned.read(self._current().directory)).holds
        except SearchUnavailableError:
            return lambda _term: False

    def _guarded(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Turn whatever a damaged index provokes into the one error that callers handle (security.md F3)."""
        try:
            return work(*args, **kwargs)
        except Exception as error:
            self._opened = None
            self._failures.tell(error, self._generations)
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

    def _suggest(
        self,
        text: str,
        readable: Collection[int] | IntArray,
        language: str,
        limit: int,
        forgotten: Forgotten,
    ) -> Ranking:
        snapshot = self._current()
        rated = self._rate(snapshot, text, snapshot.view(as_ids(readable)), forgotten)
        scores = rated.scores * self._language_preference(snapshot, language)
        hits = tuple(
            hit_of(snapshot, rated, number) for number in best_first(scores, scores > 0, limit=limit)
        )
        return Ranking(
            hits=hits,
            generation=snapshot.number,
            weights=self._weights_shown,
        )

    def _read(self, snapshot: Snapshot, text: str, view: View) -> Read:
        """Look the words up in the articles of the view."""
        query = analyse_query(text, snapshot.analyser, self._synonyms(snapshot))
        return Read(query, text_scores(snapshot, query, view, self._weights))

    def _rate(
        self, snapshot: Snapshot, text: str, view: View, forgotten: Forgotten, *, read: Read | None = None
    ) -> Rated:
        """Compute all signals for the articles of the view and add them up."""
        query, text_evidence = read or self._read(snapshot, text, view)
        typed = [term for term in query if not term.is_synonym]
        remembered = snapshot.is_remembered(forgotten)
        similarities = incident_similarities(snapshot, typed, self._weights, remembered)
        nearest_ones = nearest(snapshot, text, similarities, self._weights)
        neighbours_part, voters = neighbour_scores(snapshot, nearest_ones, view, self._weights)
        profile_part = profile_scores(snapshot, similarities, self._weights, remembered)
        trust = trust_in_history(nearest_ones, self._weights)
        signals = {
            name: share * scaled(values * view.mask)
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
        allowed: Allowed,
        language: str,
        page: slice,
    ) -> SearchResult:
        snapshot = self._current()
        view = snapshot.view(as_ids(allowed.readable))
        mask = view.mask if allowed.among is None else view.mask & snapshot.mask(as_ids(allowed.among))
        read = self._read(snapshot, query.text, view)
        words = word_matches(snapshot, read.query, read.text.matches)
        corrected = corrected_query(snapshot, query, words, mask)
        if corrected is not None:
            read = self._read(snapshot, corrected.text, view)
            words = word_matches(snapshot, read.query, read.text.matches)
        rated = self._rate(snapshot, (corrected or query).text, view, allowed.forgotten, read=read)
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

    def _propose_categories(
        self, text: str, limit: int, forgotten: Forgotten
    ) -> tuple[tuple[int, float], ...]:
        snapshot = self._current()
        query = analyse_query(text, snapshot.analyser)
        remembered = snapshot.is_remembered(forgotten)
        similarities = incident_similarities(snapshot, query, self._weights, remembered)
        neighbours = nearest(snapshot, text, similarities, self._weights)
        return tuple(category_shares(snapshot, neighbours, self._weights).items())[:limit]


def _language_number(language: str) -> int:
    return language_number(language) if language in LANGUAGES else -1
