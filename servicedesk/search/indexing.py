"""Bringing the index up to date with the database: queued changes, or everything when the index is lost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from servicedesk.database import db, start_writing
from servicedesk.search.generations import IndexDamagedError
from servicedesk.search.models import IndexChange
from servicedesk.search.texts import ArticleText, IncidentText
from servicedesk.search.writer import IndexWriter

_MOST_AT_ONCE = 2000


@dataclass(frozen=True)
class Sources:
    """Where texts come from. An id that is asked for and not returned is taken out of the index."""

    articles: Callable[[Sequence[int]], Iterable[ArticleText]]
    incidents: Callable[[Sequence[int]], Iterable[IncidentText]]
    all_articles: Callable[[], Iterable[ArticleText]]
    all_incidents: Callable[[], Iterable[IncidentText]]


def update_index(writer: IndexWriter, sources: Sources, *, limit: int = _MOST_AT_ONCE) -> int:
    """Index the oldest queued changes, or rebuild when the index is lost; return how many changes were done.

    The caller commits: then the queue forgets them. Raises WriterBusyError when another process writes.
    """
    changes = db.session.execute(
        select(IndexChange.id, IndexChange.kind, IndexChange.object_id).order_by(IndexChange.id).limit(limit)
    ).all()
    if not writer.is_healthy():
        # Changes queued before the rebuild reads its texts are in it; later ones stay queued.
        last = db.session.scalar(select(IndexChange.id).order_by(IndexChange.id.desc()).limit(1)) or 0
        writer.rebuild(sources.all_articles(), sources.all_incidents())
        return _forget(last)
    if not changes:
        return 0
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
    return _forget(changes[-1].id)


def _forget(last: int) -> int:
    """Delete the queue up to and with this row. Only now the write lock is taken, if the caller had begun reading."""
    start_writing()
    result = db.session.execute(delete(IndexChange).where(IndexChange.id <= last).returning(IndexChange.id))
    return len(result.all())


__all__ = ["IndexDamagedError", "Sources", "update_index"]
