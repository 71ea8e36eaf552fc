"""Bringing the index up to date with the database: queued changes, or everything when the index is lost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import delete, select

from servicedesk.database import db, start_writing
from servicedesk.search.models import IndexChange
from servicedesk.search.texts import ArticleText, IncidentText
from servicedesk.search.writer import IndexWriter

_MOST_AT_ONCE = 2000
_DELETED_AT_ONCE = 500


@dataclass(frozen=True)
class Sources:
    """Where texts come from. An id that is asked for and not returned is taken out of the index."""

    articles: Callable[[Sequence[int]], Iterable[ArticleText]]
    incidents: Callable[[Sequence[int]], Iterable[IncidentText]]
    all_articles: Callable[[], Iterable[ArticleText]]
    all_incidents: Callable[[], Iterable[IncidentText]]


class _Change(NamedTuple):
    """A row of the queue, free of its transaction."""

    id: int
    kind: str
    object_id: int


def update_index(writer: IndexWriter, sources: Sources, *, limit: int = _MOST_AT_ONCE) -> int:
    """Index the oldest queued changes, or rebuild when the index is lost; return how many changes were done.

    The caller begins with `start_reading` and commits: the write lock is taken only to shorten the queue.
    Raises WriterBusyError when another process writes.
    """
    if writer.is_healthy():
        changes = _oldest_changes(limit)
        _apply(writer, sources, changes)
    else:
        changes = _oldest_changes(None)  # Before the texts: what changes in between stays queued.
        writer.rebuild(sources.all_articles(), sources.all_incidents())
    return _forget(changes) if changes else 0


def _oldest_changes(limit: int | None) -> list[_Change]:
    columns = select(IndexChange.id, IndexChange.kind, IndexChange.object_id)
    return [_Change(*row) for row in db.session.execute(columns.order_by(IndexChange.id).limit(limit))]


def _apply(writer: IndexWriter, sources: Sources, changes: Sequence[_Change]) -> None:
    """Index the objects of these changes as they are now; those that are no longer to be found are taken out."""
    if not changes:
        return
    article_ids = sorted({change.object_id for change in changes if change.kind == "article"})
    incident_ids = sorted({change.object_id for change in changes if change.kind == "incident"})
    articles = list(sources.articles(article_ids)) if article_ids else []
    incidents = list(sources.incidents(incident_ids)) if incident_ids else []
    writer.apply(
        articles,
        set(article_ids) - {article.id for article in articles},
        incidents,
        set(incident_ids) - {incident.id for incident in incidents},
    )


def _forget(changes: Sequence[_Change]) -> int:
    """Delete exactly these rows: one with a lower id may have been committed after they were read."""
    start_writing()
    ids = [change.id for change in changes]
    for start in range(0, len(ids), _DELETED_AT_ONCE):
        db.session.execute(
            delete(IndexChange).where(IndexChange.id.in_(ids[start : start + _DELETED_AT_ONCE]))
        )
    return len(ids)
