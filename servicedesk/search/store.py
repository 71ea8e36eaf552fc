"""The durable index: Whoosh holds each document's terms by field; ranking arrays are compiled from it."""

from array import array
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from whoosh import index
from whoosh.fields import ID, KEYWORD, STORED, Schema

from servicedesk.search.documents import ARTICLE_FIELDS, INCIDENT_FIELDS, Columns, Document
from servicedesk.search.hashing import term_key
from servicedesk.search.postings import MOST_COUNTED, Postings, PostingTable

_DIRECTORY = "whoosh"
_MEMORY_MB = 64
_KIND, _LENGTHS = 0, 3  # Places in what is stored with a document.
_FIELDS = {"article": ARTICLE_FIELDS, "incident": INCIDENT_FIELDS}


class Compiled(NamedTuple):
    """What ranking needs of one kind of document."""

    columns: Columns
    postings: PostingTable


def empty(kind: str) -> Compiled:
    """Return the compiled form of no documents."""
    return compile_documents(kind, [])


def create_store(directory: Path) -> None:
    """Make an empty Whoosh index in a generation's directory."""
    path = directory / _DIRECTORY
    path.mkdir(mode=0o700)
    index.create_in(path, _schema())


def store_path(directory: Path) -> Path:
    """Return where Whoosh's files lie in a generation."""
    return directory / _DIRECTORY


def change_store(
    directory: Path, documents: Iterable[tuple[str, Document]], removed: Iterable[tuple[str, int]]
) -> None:
    """Replace, add and remove documents in one Whoosh commit."""
    opened = index.open_dir(store_path(directory))
    is_empty = opened.is_empty()
    writer = opened.writer(limitmb=_MEMORY_MB)
    for kind, number in removed:
        writer.delete_by_term("key", f"{kind}{number}")
    for kind, document in documents:
        write = writer.add_document if is_empty else writer.update_document
        write(key=f"{kind}{document.id}", data=_stored(kind, document), **_field_texts(kind, document))
    writer.commit()
    opened.close()


def _schema() -> Schema:
    names = {f"{kind}_{name}" for kind, field_names in _FIELDS.items() for name in field_names}
    return Schema(
        key=ID(unique=True, stored=True), data=STORED(), **{name: KEYWORD(scorable=True) for name in names}
    )


def _field_texts(kind: str, document: Document) -> dict[str, str]:
    named = zip(_FIELDS[kind], document.terms, strict=True)
    return {f"{kind}_{name}": " ".join(field_terms) for name, field_terms in named if field_terms}


def _stored(kind: str, document: Document) -> tuple[Any, ...]:
    lengths = tuple(len(field_terms) for field_terms in document.terms)
    words = np.array(document.words, dtype=np.uint32).tobytes()
    return (
        kind, document.id, document.language, lengths, words, document.article_ids, document.category_id,
        document.created_day, document.requester_id, document.is_open, document.wording.astype(np.uint32).tobytes(),
    )  # fmt: skip


def compile_documents(kind: str, documents: list[Document]) -> Compiled:
    """Lay out documents whose terms are still at hand."""
    field_count = len(_FIELDS[kind])
    known: dict[str, int] = {}
    keys, numbers, counts = array("Q"), array("i"), array("B")
    for number, document in enumerate(documents):
        for term, by_field in document.term_counts().items():
            key = known.get(term)
            if key is None:
                key = known[term] = term_key(term)
            keys.append(key)
            numbers.append(number)
            counts.extend(by_field)
    table = PostingTable.sorted_from(
        np.array(keys, dtype=np.uint64),
        np.array(numbers, dtype=np.int32),
        np.array(counts, dtype=np.uint8).reshape(-1, field_count),
    )
    return Compiled(Columns.of(documents, field_count=field_count), table)


def laid_out(incidents: list[Document], postings: PostingTable) -> Compiled:
    """Return incidents whose postings are at hand already."""
    return Compiled(Columns.of(incidents, field_count=len(INCIDENT_FIELDS)), postings)


def read_compiled(directory: Path, kind: str) -> Compiled:
    """Read what was compiled for a generation."""
    return Compiled(Columns.load(directory, kind), Postings(directory, kind).table())


def compile_store(directory: Path, kind: str) -> Compiled:
    """Compile one kind of document from Whoosh alone: when the arrays change their form, no text is read again."""
    opened = index.open_dir(store_path(directory))
    with opened.reader() as reader:
        stored = sorted(
            (fields["data"], number) for number, fields in reader.iter_docs() if fields["data"][_KIND] == kind
        )
        new_numbers = {number: new for new, (_, number) in enumerate(stored)}
        postings = _postings_of(reader, kind, new_numbers)
    opened.close()
    columns = Columns.of([_restored(data) for data, _ in stored], field_count=len(_FIELDS[kind]))
    lengths = np.array([data[_LENGTHS] for data, _ in stored], float).reshape(-1, len(_FIELDS[kind]))
    return Compiled(replace(columns, lengths=lengths), postings)


def _postings_of(reader: Any, kind: str, new_numbers: dict[int, int]) -> PostingTable:
    counts: dict[tuple[int, int], list[int]] = {}
    for column, name in enumerate(_FIELDS[kind]):
        field_name = f"{kind}_{name}"
        if field_name not in reader.indexed_field_names():
            continue
        for term in reader.lexicon(field_name):
            key = term_key(term.decode())
            matcher = reader.postings(field_name, term)
            while matcher.is_active():
                place = key, new_numbers[matcher.id()]
                counts.setdefault(place, [0] * len(_FIELDS[kind]))[column] = min(
                    int(matcher.weight()), MOST_COUNTED
                )
                matcher.next()
    return PostingTable.sorted_from(
        np.array([key for key, _ in counts], dtype=np.uint64),
        np.array([number for _, number in counts], dtype=np.int32),
        np.array(list(counts.values()), dtype=np.uint8).reshape(-1, len(_FIELDS[kind])),
    )


def _restored(data: tuple[Any, ...]) -> Document:
    """Return a document without its terms, which the postings hold."""
    (
        _,
        number,
        language,
        lengths,
        words,
        article_ids,
        category_id,
        created_day,
        requester_id,
        is_open,
        wording,
    ) = data
    return Document(
        id=number,
        language=language,
        terms=tuple([] for _ in lengths),
        words=tuple(np.frombuffer(words, np.uint32).tolist()),
        article_ids=article_ids,
        category_id=category_id,
        created_day=created_day,
        requester_id=requester_id,
        is_open=is_open,
        wording=np.frombuffer(wording, np.uint32).astype(np.int64),
    )


def change_compiled(compiled: Compiled, changed: Compiled, removed: Iterable[int]) -> Compiled:
    """Take the documents out that were removed or replaced and put the changed ones at the end."""
    gone = np.array([*removed, *changed.columns.ids.tolist()], dtype=np.int64)
    keep = ~np.isin(compiled.columns.ids, gone)
    new_numbers = np.cumsum(keep) - 1
    table = compiled.postings
    kept = keep[table.numbers]
    return Compiled(
        compiled.columns.kept(keep).joined(changed.columns),
        PostingTable.sorted_from(
            np.concatenate((table.keys[kept], changed.postings.keys)),
            np.concatenate(
                (new_numbers[table.numbers[kept]], changed.postings.numbers + int(keep.sum()))
            ).astype(np.int32),
            np.concatenate((table.counts[kept], changed.postings.counts)),
        ),
    )
