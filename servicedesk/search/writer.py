"""Writing the index. Only the jobs process does this; the lock makes sure."""

import logging
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from servicedesk.search import store
from servicedesk.search.analysis import Analyser
from servicedesk.search.dictionaries import dictionary_files
from servicedesk.search.documents import Document, analyse_article, analyse_incident
from servicedesk.search.generations import (
    Generation,
    Generations,
    IndexDamagedError,
    link_files,
)
from servicedesk.search.learned import Learned
from servicedesk.search.lexicon import LEXICON_SUFFIX, open_lexicons
from servicedesk.search.postings import write_postings
from servicedesk.search.spelling import read_vocabulary, write_vocabulary
from servicedesk.search.texts import ArticleText, IncidentText
from servicedesk.search.wording import bucket_frequencies

_Text = TypeVar("_Text", ArticleText, IncidentText)
_log = logging.getLogger("servicedesk.search")
KINDS = ("article", "incident")


class IndexWriter:
    """The one writer. Each call makes one new generation, or none if it fails."""

    def __init__(self, path: Path, *, secret_key: str, dictionaries: Path | None = None) -> None:
        """Remember where; nothing is touched yet.

        `dictionaries` is where dictionary files are kept, and made at the first rebuild, which takes half a minute.
        They may serve several indexes. Without them words are stemmed by rule alone, Polish ones less well.
        """
        self._generations = Generations(path, secret_key=secret_key)
        self._dictionaries = dictionaries

    def is_healthy(self) -> bool:
        """Whether there is an index, made with the dictionaries, and each of its files is what was written."""
        return self.state() is not None

    def state(self) -> str | None:
        """Return the name of the state that a healthy index is in; None when it has to be built anew."""
        try:
            generation = self._generations.current()
        except IndexDamagedError:
            return None
        is_made_with_them = any(generation.directory.glob(f"*{LEXICON_SUFFIX}"))
        return generation.state if self._dictionaries is None or is_made_with_them else None

    def rebuild(
        self,
        articles: Iterable[ArticleText],
        incidents: Iterable[IncidentText],
        *,
        state: str | None = None,
    ) -> int:
        """Write a new index of exactly these texts beside the old one and switch; return its generation."""
        with self._generations.writing():
            generation = self._generations.start_next(state)
            try:
                self._copy_dictionaries(generation)
                analyser = Analyser(open_lexicons(generation.directory))
                changed, _ = _analyse(analyser, articles, incidents)
                compiled = {kind: store.compile_documents(kind, changed[kind]) for kind in KINDS}
                learned = Learned.of(compiled["article"], compiled["incident"])
                changed["incident"] = learned.with_wordings(changed["incident"], analyser)
                compiled["incident"] = store.laid_out(changed["incident"], compiled["incident"].postings)
                store.create_store(generation.directory)
                store.change_store(generation.directory, _named(changed), [])
                for kind in KINDS:
                    _write_compiled(generation, kind, compiled[kind])
                learned.write(generation.directory, compiled["incident"])
                write_vocabulary(generation.directory, _vocabulary(changed))
                self._generations.publish(generation)
            except BaseException:
                self._generations.discard(generation)
                raise
        return generation.number

    def apply(
        self,
        articles: Iterable[ArticleText] = (),
        removed_articles: Iterable[int] = (),
        incidents: Iterable[IncidentText] = (),
        removed_incidents: Iterable[int] = (),
        *,
        state: str | None = None,
    ) -> int:
        """Change single texts; return the new generation. Raises IndexDamagedError when it must be rebuilt."""
        removed = {"article": list(removed_articles), "incident": list(removed_incidents)}
        with self._generations.writing():
            old = self._generations.current()
            new = self._generations.start_next(state)
            try:
                for path in old.directory.glob(f"*{LEXICON_SUFFIX}"):
                    (new.directory / path.name).hardlink_to(path)
                analyser = Analyser(open_lexicons(new.directory))
                changed, failed = _analyse(analyser, articles, incidents)
                for kind in KINDS:
                    removed[kind] += failed[kind]  # What it said before must not be found, either.
                known = Learned.read(old.directory)
                changed["incident"] = known.with_wordings(changed["incident"], analyser)
                link_files(store.store_path(old.directory), store.store_path(new.directory))
                gone = [(kind, number) for kind in KINDS for number in removed[kind]]
                store.change_store(new.directory, _named(changed), gone)
                for kind in KINDS:
                    _carry_over(old, new, kind, changed[kind], removed[kind])
                incidents_now = store.read_compiled(new.directory, "incident")
                learned = Learned.of(store.read_compiled(new.directory, "article"), incidents_now)
                learned.write(new.directory, incidents_now)
                # Words of removed articles may stay until the next rebuild: only words that a readable
                # article holds are ever offered.
                write_vocabulary(
                    new.directory, _vocabulary(changed).union(read_vocabulary(old.directory).written)
                )
                self._generations.publish(new)
            except BaseException:
                self._generations.discard(new)
                raise
        return new.number

    def recompile(self) -> int:
        """Make the ranking arrays anew from Whoosh's files alone; return the new generation."""
        with self._generations.writing():
            old = self._generations.current()
            new = self._generations.start_next()
            try:
                link_files(store.store_path(old.directory), store.store_path(new.directory))
                for path in (*old.directory.glob(f"*{LEXICON_SUFFIX}"), *old.directory.glob("*.vocabulary")):
                    (new.directory / path.name).hardlink_to(path)
                compiled = {kind: store.compile_store(new.directory, kind) for kind in KINDS}
                for kind in KINDS:
                    _write_compiled(new, kind, compiled[kind])
                Learned.of(compiled["article"], compiled["incident"]).write(
                    new.directory, compiled["incident"]
                )
                self._generations.publish(new)
            except BaseException:
                self._generations.discard(new)
                raise
        return new.number

    def _copy_dictionaries(self, generation: Generation) -> None:
        """Put the dictionaries into the generation: its readers must use the ones that it was made with.

        They are copies: with links, damage to the index would be damage to what it is mended with.
        """
        if self._dictionaries is not None:
            for path in dictionary_files(self._dictionaries).values():
                shutil.copyfile(path, generation.directory / path.name)


def _carry_over(
    old: Generation, new: Generation, kind: str, changed: list[Document], removed: Sequence[int]
) -> None:
    """Change the arrays of one kind; those of a kind that did not change are linked."""
    if changed or removed:
        compiled = store.read_compiled(old.directory, kind)
        _write_compiled(
            new, kind, store.change_compiled(compiled, store.compile_documents(kind, changed), removed)
        )
        return
    for path in (*old.directory.glob(f"{kind}.*.npy"), old.directory / f"{kind}.postings"):
        (new.directory / path.name).hardlink_to(path)


def _analyse(
    analyser: Analyser, articles: Iterable[ArticleText], incidents: Iterable[IncidentText]
) -> tuple[dict[str, list[Document]], dict[str, list[int]]]:
    """Return the documents by kind, and the ids of those that could not be analysed: one text must not hold up all others."""
    failed: dict[str, list[int]] = {kind: [] for kind in KINDS}
    documents = {
        "article": _each("article", articles, lambda text: analyse_article(text, analyser), failed),
        "incident": _each("incident", incidents, lambda text: analyse_incident(text, analyser), failed),
    }
    return documents, failed


def _each(
    kind: str, texts: Iterable[_Text], analyse: Callable[[_Text], Document], failed: dict[str, list[int]]
) -> list[Document]:
    documents = []
    for text in texts:
        try:
            documents.append(analyse(text))
        except Exception:  # noqa: BLE001 - whatever one text does.
            _log.exception(
                "A text could not be taken into the index", extra={"fields": {"kind": kind, "id": text.id}}
            )
            failed[kind].append(text.id)
    return documents


def _named(changed: dict[str, list[Document]]) -> Iterable[tuple[str, Document]]:
    return ((kind, document) for kind in KINDS for document in changed[kind])


def _vocabulary(changed: dict[str, list[Document]]) -> set[str]:
    return {word for document in changed["article"] for word in document.vocabulary}


def _write_compiled(generation: Generation, kind: str, compiled: store.Compiled) -> None:
    compiled.columns.save(generation.directory, kind)
    write_postings(generation.directory, kind, compiled.postings)
    np.save(generation.directory / f"{kind}.runs.npy", bucket_frequencies(compiled.columns.wordings))
