"""Analysed texts on their way into the index, and the columns that describe them there."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np

from servicedesk.search.analysis import Analyser, detect_language, plain_words, tokens
from servicedesk.search.hashing import term_key
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.postings import MOST_COUNTED, FloatArray, IntArray
from servicedesk.search.texts import ArticleText, IncidentText

ARTICLE_FIELDS = ("title", "keywords", "summary", "headings", "body")
INCIDENT_FIELDS = ("title", "body")
NO_CATEGORY = -1
_LANGUAGE_CODES = tuple(LANGUAGES)
_MOST_SAID = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Document:
    """One analysed text: its terms by field, and what else the index keeps of it."""

    id: int
    language: str
    terms: tuple[list[str], ...]
    words: tuple[int, ...] = ()
    vocabulary: frozenset[str] = frozenset()
    article_ids: tuple[int, ...] = ()
    category_id: int = NO_CATEGORY
    created_day: int = 0
    requester_id: int = 0
    is_open: bool = False
    said: tuple[tuple[str, ...], ...] = ()
    wording: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    def term_counts(self) -> dict[str, list[int]]:
        """Return how often each term stands in each field."""
        counts: dict[str, list[int]] = {}
        for column, field_terms in enumerate(self.terms):
            for term, count in Counter(field_terms).items():
                counts.setdefault(term, [0] * len(self.terms))[column] = min(count, MOST_COUNTED)
        return counts


def known_language(code: str, text: str) -> str:
    """Return the language that a text is analysed in, whatever it is said to be in."""
    return code if code in LANGUAGES else detect_language(text, code)


def analyse_article(article: ArticleText, analyser: Analyser) -> Document:
    """Analyse an article by the language that its author gave it."""
    texts = (article.title, " ".join(article.keywords), article.summary, article.headings, article.body)
    language = known_language(article.language, article.body)
    return Document(
        id=article.id,
        language=language,
        is_open=article.is_open,
        terms=tuple(analyser.terms(text, language) for text in texts),
        words=tuple(word_key(word) for text in texts for word in plain_words(text)),
        vocabulary=frozenset(
            token.text.lower() for text in texts for token in tokens(text) if token.text.isalpha()
        ),
    )


def analyse_incident(incident: IncidentText, analyser: Analyser) -> Document:
    """Analyse an incident by the language that it is written in: people write as they like.

    Its wording is added by `public_words.with_wording`, when it is known which of its words are nobody's own.
    """
    language = detect_language(f"{incident.title} {incident.body}", incident.language)
    return Document(
        id=incident.id,
        language=language,
        terms=(analyser.terms(incident.title, language), analyser.terms(incident.body, language)),
        article_ids=tuple(dict.fromkeys(incident.article_ids)),
        category_id=NO_CATEGORY if incident.category_id is None else incident.category_id,
        created_day=(incident.created_at - _EPOCH).days,
        requester_id=incident.requester_id,
        said=(tuple(plain_words(incident.title)), tuple(plain_words(incident.body[:_MOST_SAID]))),
    )


def word_key(word: str) -> int:
    """Return the 32 bits that stand for a folded word in a phrase."""
    return term_key(word) & 0xFFFFFFFF


def language_number(code: str) -> int:
    """Return the number that stands for a language in the columns."""
    return _LANGUAGE_CODES.index(code)


@dataclass(frozen=True)
class Columns:
    """One row a document. Ragged values (words, links) lie end to end, row by row, between their starts."""

    ids: IntArray
    languages: IntArray
    lengths: FloatArray  # terms by field
    word_starts: IntArray
    words: IntArray
    link_starts: IntArray
    links: IntArray
    wording_starts: IntArray
    wordings: IntArray
    categories: IntArray
    days: IntArray
    requesters: IntArray
    opens: IntArray

    @classmethod
    def of(cls, documents: list[Document], *, field_count: int) -> Self:
        """Lay out the documents."""

        def ints(values: list[int]) -> IntArray:
            return np.array(values, dtype=np.int64)

        return cls(
            ids=ints([d.id for d in documents]),
            languages=ints([language_number(d.language) for d in documents]),
            lengths=np.array([[len(t) for t in d.terms] for d in documents], float).reshape(-1, field_count),
            word_starts=np.cumsum(ints([0] + [len(d.words) for d in documents])),
            words=ints([word for d in documents for word in d.words]),
            link_starts=np.cumsum(ints([0] + [len(d.article_ids) for d in documents])),
            links=ints([link for d in documents for link in d.article_ids]),
            wording_starts=np.cumsum(ints([0] + [len(d.wording) for d in documents])),
            wordings=np.concatenate([np.zeros(0, np.int64), *(d.wording for d in documents)]),
            categories=ints([d.category_id for d in documents]),
            days=ints([d.created_day for d in documents]),
            requesters=ints([d.requester_id for d in documents]),
            opens=ints([d.is_open for d in documents]),
        )

    def __len__(self) -> int:
        """Count the documents."""
        return len(self.ids)

    def kept(self, keep: Any) -> Self:
        """Return the rows where the mask is true."""
        word_starts, words = _kept_ragged(self.word_starts, self.words, keep)
        link_starts, links = _kept_ragged(self.link_starts, self.links, keep)
        wording_starts, wordings = _kept_ragged(self.wording_starts, self.wordings, keep)
        return type(self)(
            self.ids[keep], self.languages[keep], self.lengths[keep], word_starts, words, link_starts, links,
            wording_starts, wordings, self.categories[keep], self.days[keep], self.requesters[keep], self.opens[keep],
        )  # fmt: skip

    def joined(self, more: Self) -> Self:
        """Return these rows with others below them."""
        return type(self)(
            np.concatenate((self.ids, more.ids)),
            np.concatenate((self.languages, more.languages)),
            np.concatenate((self.lengths, more.lengths)),
            np.concatenate((self.word_starts, more.word_starts[1:] + len(self.words))),
            np.concatenate((self.words, more.words)),
            np.concatenate((self.link_starts, more.link_starts[1:] + len(self.links))),
            np.concatenate((self.links, more.links)),
            np.concatenate((self.wording_starts, more.wording_starts[1:] + len(self.wordings))),
            np.concatenate((self.wordings, more.wordings)),
            np.concatenate((self.categories, more.categories)),
            np.concatenate((self.days, more.days)),
            np.concatenate((self.requesters, more.requesters)),
            np.concatenate((self.opens, more.opens)),
        )

    def save(self, directory: Path, name: str) -> None:
        """Write one file a column, each in the smallest type that holds it."""
        small = {
            "languages": np.uint8,
            "lengths": np.float32,
            "words": np.uint32,
            "wordings": np.uint32,
            "days": np.int32,
            "opens": np.uint8,
        }
        for column in fields(self):
            values = getattr(self, column.name)
            np.save(directory / f"{name}.{column.name}.npy", values.astype(small.get(column.name, np.int64)))

    @classmethod
    def load(cls, directory: Path, name: str, *, without: Collection[str] = ()) -> Self:
        """Read what `save` wrote; the columns `without` stay empty."""
        nothing = np.zeros(0, np.int64)
        columns: list[Any] = [
            nothing if column.name in without else load_column(directory, name, column.name)
            for column in fields(cls)
        ]
        return cls(*columns)


def load_column(directory: Path, name: str, column: str) -> Any:
    """Read one column; never as a pickle."""
    return np.load(directory / f"{name}.{column}.npy", allow_pickle=False)


def _kept_ragged(starts: IntArray, values: IntArray, keep: Any) -> tuple[IntArray, IntArray]:
    sizes = np.diff(starts)
    return np.concatenate(([0], np.cumsum(sizes[keep]))).astype(np.int64), values[np.repeat(keep, sizes)]
