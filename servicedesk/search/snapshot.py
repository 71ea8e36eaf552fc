"""One generation of the index, opened for ranking."""

import collections.abc
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servicedesk.search.analysis import Analyser
from servicedesk.search.documents import Columns, load_column
from servicedesk.search.generations import Generation
from servicedesk.search.lexicon import LEXICON_SUFFIX, open_lexicons
from servicedesk.search.postings import CountArray, FloatArray, IntArray, NumberArray, Postings
from servicedesk.search.spelling import Vocabulary, read_vocabulary
from servicedesk.search.texts import Forgotten
from servicedesk.search.weights import Weights
from servicedesk.search.wording import Wordings

BoolArray = NDArray[np.bool_]
Ids = collections.abc.Collection[int] | IntArray
_VIEWS_KEPT = 8
READ_SUFFIXES = (".npy", ".postings", ".vocabulary", LEXICON_SUFFIX)


class Matches(NamedTuple):
    """The postings of several terms, end to end; `term` says whose each one is."""

    term: IntArray
    numbers: NumberArray
    counts: CountArray
    document_counts: IntArray  # by term

    def among(self, mask: BoolArray) -> "Matches":
        """Return those in the documents of the mask, as if there were no others."""
        kept = mask[self.numbers]
        if kept.all():
            return self
        term = self.term[kept]
        counted = np.bincount(term, minlength=len(self.document_counts))
        return Matches(term, self.numbers[kept], self.counts[kept], counted)


class Collection:
    """The documents of one kind."""

    def __init__(self, generation: Generation, kind: str, *, public: BoolArray | None = None) -> None:
        """Load what ranking keeps in memory; of the terms only the public ones count. Raises OSError or ValueError."""
        self._public = public
        self.columns = Columns.load(generation.directory, kind, without=("words", "wordings"))
        self.postings = Postings(generation.directory, kind)
        self.sizes = np.bincount(self.columns.languages.astype(np.int64), minlength=256)

    def with_all_words(self) -> "Collection":
        """Return the same documents, of whose terms all count."""
        whole = copy(self)
        whole._public = None
        return whole

    def matches(self, keys: list[int]) -> Matches:
        """Read the postings of these terms; terms that no document holds are left out of the lists."""
        rows = self.postings.rows(keys)
        if self._public is not None and len(self._public):
            rows = np.where(self._public[rows], rows, -1)
        found = np.flatnonzero(rows >= 0)
        read = [self.postings.read(int(row)) for row in rows[found]]
        frequencies = np.zeros(len(keys), dtype=np.int64)
        if not read:
            nothing = np.zeros(0, np.int64)
            empty = np.zeros((0, self.postings.fields), np.uint8)
            return Matches(nothing, nothing.astype(np.int32), empty, frequencies)
        frequencies[found] = [len(numbers) for numbers, _ in read]
        return Matches(
            np.repeat(found, frequencies[found]),
            np.concatenate([numbers for numbers, _ in read]),
            np.concatenate([counts for _, counts in read]),
            frequencies,
        )


class View(NamedTuple):
    """The articles that somebody may read, and the statistics of these alone.

    Words are rare or common, texts long or short, only among what the reader knows of: else the order and the score
    of what may be read would tell of what may not.
    """

    mask: BoolArray
    sizes: IntArray  # by language
    norms: FloatArray  # BM25F: boost over length effect, one row an article, one column a field


class Links(NamedTuple):
    """Which incident was solved by which article, both as document numbers; `source` is a place in what was asked."""

    source: IntArray
    articles: IntArray
    of_same_incident: IntArray


@dataclass(frozen=True)
class Snapshot:
    """Everything that a query needs, all of the same generation."""

    number: int
    state: str
    directory: Path
    articles: Collection
    incidents: Collection
    incident_norms: FloatArray
    analyser: Analyser
    wordings: Wordings
    weights: Weights
    article_order: IntArray  # article numbers by ascending id
    sorted_ids: IntArray

    @classmethod
    def open(cls, generation: Generation, weights: Weights) -> "Snapshot":
        """Load a verified generation."""
        articles = Collection(generation, "article")
        incidents = Collection(
            generation, "incident", public=load_column(generation.directory, "incident", "public")
        )
        order = np.argsort(articles.columns.ids, kind="stable")
        return cls(
            number=generation.number,
            state=generation.state,
            directory=generation.directory,
            articles=articles,
            incidents=incidents,
            incident_norms=load_column(generation.directory, "incident", "norms"),
            analyser=Analyser(open_lexicons(generation.directory)),
            wordings=Wordings(
                generation.directory,
                incidents.columns.wording_starts,
                np.load(generation.directory / "incident.runs.npy", allow_pickle=False),
                weights.wording_rarity,
            ),
            weights=weights,
            article_order=order,
            sorted_ids=articles.columns.ids[order],
        )

    def with_all_words(self) -> "Snapshot":
        """Return it with the words of incidents that are somebody's own, too."""
        norms = load_column(self.directory, "incident", "whole_norms")
        return replace(self, incidents=self.incidents.with_all_words(), incident_norms=norms)

    def mask(self, ids: IntArray) -> BoolArray:
        """Return which articles have one of these ids."""
        numbers = self.article_numbers(ids)
        mask = np.zeros(len(self.articles.columns), dtype=bool)
        mask[numbers[numbers >= 0]] = True
        return mask

    def view(self, ids: IntArray) -> View:
        """Return what those see who may read the articles with these ids; there are few kinds of readers."""
        return self._views(self.mask(ids).tobytes())

    @cached_property
    def _views(self) -> Callable[[bytes], View]:
        def make(masked: bytes) -> View:
            mask = np.frombuffer(masked, dtype=bool)
            columns = self.articles.columns
            sizes = np.bincount(columns.languages[mask].astype(np.int64), minlength=256)
            return View(mask, sizes, field_norms(columns, mask, self.weights))

        return lru_cache(_VIEWS_KEPT)(make)

    def links_of(self, incidents: IntArray, *, among: BoolArray | None = None) -> Links:
        """Return the links of these incidents to articles that are in the index, and in the mask if there is one."""
        columns = self.incidents.columns
        starts = columns.link_starts[incidents]
        counts = columns.link_starts[incidents + 1] - starts
        source = np.repeat(np.arange(len(incidents)), counts)
        within = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
        articles = self.article_numbers(columns.links[starts[source] + within])
        known = articles >= 0
        if among is not None:
            known[known] = among[articles[known]]
        source, articles = source[known], articles[known]
        return Links(source, articles, np.bincount(source, minlength=len(incidents))[source])

    @cached_property
    def all_links(self) -> Links:
        """The links of all incidents."""
        return self.links_of(np.arange(len(self.incidents.columns)))

    @cached_property
    def solved_counts(self) -> IntArray:
        """How many incidents each article solved."""
        return np.bincount(self.all_links.articles, minlength=len(self.articles.columns))

    def is_remembered(self, forgotten: Forgotten) -> BoolArray | None:
        """Return which incidents still count; None when all do."""
        if forgotten.states is not None and self.state not in forgotten.states:
            return np.zeros(len(self.incidents.columns), dtype=bool)
        if not forgotten.incident_ids:
            return None
        return ~np.isin(self.incidents.columns.ids, np.array(forgotten.incident_ids, dtype=np.int64))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the articles, read when first a word is misspelt."""
        return read_vocabulary(self.directory)

    def words(self) -> IntArray:
        """Read the words of all articles in their order: only phrases need them, so they are not kept."""
        words: IntArray = load_column(self.directory, "article", "words")
        return words

    def article_numbers(self, ids: IntArray) -> IntArray:
        """Return the documents of these article ids, -1 for those that are not in the index."""
        if not len(self.sorted_ids):
            return np.full(len(ids), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.sorted_ids, ids), len(self.sorted_ids) - 1)
        return np.where(self.sorted_ids[places] == ids, self.article_order[places], -1)


def field_norms(columns: Columns, mask: BoolArray, weights: Weights) -> FloatArray:
    """Return boost / (1 - b + b * length / average length in that language), by document and field.

    The averages are those of the documents in the mask.
    """
    boosts = np.array(weights.fields.boosts())
    effects = np.array(weights.fields.length_effects())
    lengths = columns.lengths.astype(np.float64)
    averages = np.ones_like(lengths)
    for language in np.unique(columns.languages[mask]):
        mine = mask & (columns.languages == language)
        averages[mine] = np.maximum(lengths[mine].mean(axis=0), 1e-9)
    norms = boosts / (1 - effects + effects * lengths / averages)
    return norms.astype(np.float32)


def as_ids(readable: Ids) -> IntArray:
    """Return ids as an array."""
    return readable if isinstance(readable, np.ndarray) else np.fromiter(readable, np.int64, len(readable))
