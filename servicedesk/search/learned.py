"""What may be compared of incidents: the words that are nobody's own (docs/decisions/0018).

A word that fewer than three people used in incidents that teach, and that no article for everybody has, is treated as if it
had never been written: else a question would tell whether a name or a rare word stands in a colleague's incident.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from servicedesk.search.analysis import Analyser, is_prefix
from servicedesk.search.documents import Columns, Document
from servicedesk.search.generations import IndexDamagedError
from servicedesk.search.hashing import term_key
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.postings import KeyArray, PostingTable
from servicedesk.search.signals import vector_lengths
from servicedesk.search.store import Compiled
from servicedesk.search.weights import Weights
from servicedesk.search.wording import wording_of

FEWEST_PEOPLE = 3
_OPEN, _PUBLIC, _NORMS = "article.open.npy", "incident.public.npy", "incident.norms.npy"
_WHOLE_NORMS = "incident.whole_norms.npy"


@dataclass(frozen=True)
class Learned:
    """The terms of articles for everybody, and for each term of the incidents whether it is nobody's own. Keys ascend."""

    opened: KeyArray
    incident_keys: KeyArray
    public: NDArray[np.bool_]

    @classmethod
    def of(cls, articles: Compiled, incidents: Compiled) -> Self:
        """Look at all texts of a generation."""
        table = articles.postings
        opened = np.unique(table.keys[articles.columns.opens[table.numbers] > 0])
        keys, users = _users(incidents.columns, incidents.postings)
        return cls(opened, keys, (users >= FEWEST_PEOPLE) | np.isin(keys, opened))

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read what was written for a generation. Raises IndexDamagedError, for a file may be damaged since it was verified."""
        names = (_OPEN, "incident.keys.npy", _PUBLIC)
        try:
            return cls(*(np.load(directory / name, allow_pickle=False) for name in names))
        except (ValueError, EOFError) as error:
            raise IndexDamagedError("A file of learned words cannot be read.") from error

    def write(self, directory: Path, incidents: Compiled) -> None:
        """Write it for the readers, with the lengths of the incidents' vectors: as if other words had never been written."""
        shown = self.public[np.searchsorted(self.incident_keys, incidents.postings.keys)]
        table = incidents.postings.kept(shown)
        norms = vector_lengths(incidents.columns, table, Weights()).astype(np.float32)
        whole = vector_lengths(incidents.columns, incidents.postings, Weights()).astype(np.float32)
        written = {_OPEN: self.opened, _PUBLIC: self.public, _NORMS: norms, _WHOLE_NORMS: whole}
        for name, values in written.items():
            (directory / name).unlink(missing_ok=True)  # It may be a link to the older generation's.
            np.save(directory / name, values)

    def holds(self, term: str) -> bool:
        """Whether a term is nobody's own."""
        return term_key(term) in self._all_keys

    def with_wordings(self, documents: Iterable[Document], analyser: Analyser) -> list[Document]:
        """Return incidents with their wording, in which other words are gaps.

        What becomes everybody's word later counts in the wording from the next rebuild on.
        """
        return [self._with_wording(document, analyser) for document in documents]

    def _with_wording(self, document: Document, analyser: Analyser) -> Document:
        titles, bodies = (list(self._pieces(words, document.language, analyser)) for words in document.said)
        return replace(document, wording=wording_of(titles, bodies), said=())

    def _pieces(self, words: Sequence[str], language: str, analyser: Analyser) -> Iterator[str]:
        for is_shown, piece in groupby(words, key=lambda word: self._is_public(word, language, analyser)):
            if is_shown:
                yield " ".join(piece)

    def _is_public(self, word: str, language: str, analyser: Analyser) -> bool:
        whole = [term for term in analyser.terms_of_word(word, language) if not is_prefix(term)]
        if not whole:
            return word in LANGUAGES[language].stop_words
        return all(term_key(term) in self._all_keys for term in whole)

    @cached_property
    def _all_keys(self) -> frozenset[int]:
        return frozenset(self.opened.tolist()).union(self.incident_keys[self.public].tolist())


def _users(columns: Columns, table: PostingTable) -> tuple[KeyArray, NDArray[np.int64]]:
    """Return the terms by ascending key, and how many people used each of them."""
    keys, term = np.unique(table.keys, return_inverse=True)
    people, person = np.unique(columns.requesters, return_inverse=True)
    used = np.unique(term * max(len(people), 1) + person[table.numbers])
    return keys, np.bincount(used // max(len(people), 1), minlength=len(keys))
