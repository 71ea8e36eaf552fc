"""Bringing the index up to date with the database: queued changes, or everything when the index is lost.

Each state of the index has a random name. The database keeps the name of the one that belongs to it, so that an index and a
database of different days, as after a restore, never take each other for their own, whatever their numbers are.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import NamedTuple

from sqlalchemy import delete, func, select, text

from servicedesk.database import db, start_writing
from servicedesk.search.models import IndexChange, IndexState
from servicedesk.search.texts import ArticleText, IncidentText
from servicedesk.search.writer import IndexWriter

_MOST_AT_ONCE = 2000
_DELETED_AT_ONCE = 500
_THE_ROW = 1


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


@dataclass(frozen=True)
class Update:
    """What is to be written into the index now, and the name of the state that it will be in."""

    changes: Sequence[_Change]
    state: str
    is_rebuild: bool
    last_change: int


def plan_update(writer: IndexWriter, *, limit: int = _MOST_AT_ONCE) -> Update | None:
    """Return what to do: the oldest queued changes, or everything when the index is lost or not of this database.

    The caller begins with `start_reading`, and commits before it calls `update_index`: a process that dies in
    between leaves an index that the database knows, whether it has been written by then or not.
    """
    known = db.session.get(IndexState, _THE_ROW)
    is_ours = known is not None and writer.state() in (known.written, known.begun) and not _lacks(known)
    changes = _oldest_changes(
        limit if is_ours else None
    )  # Before the texts: what changes later stays queued.
    if is_ours and not changes:
        return None
    last_change = max((change.id for change in changes), default=0) if is_ours else _newest_change()
    update = Update(changes, token_hex(16), not is_ours, last_change)
    start_writing()
    _the_state().begun = update.state
    return update


def update_index(writer: IndexWriter, sources: Sources, update: Update) -> int:
    """Write what was planned; return how many changes were done.

    The caller begins with `start_reading` and commits: the write lock is taken only to shorten the queue.
    Raises WriterBusyError when another process writes.
    """
    if update.is_rebuild:
        writer.rebuild(sources.all_articles(), sources.all_incidents(), state=update.state)
    else:
        _apply(writer, sources, update)
    start_writing()
    known = _the_state()
    known.written, known.last_change = update.state, update.last_change
    return _forget(update.changes)


def build_index(writer: IndexWriter, sources: Sources) -> None:
    """Write everything anew in one go, for an instance that nobody else uses; the caller commits."""
    changes = _oldest_changes(None)
    update_index(
        writer, sources, Update(changes, token_hex(16), is_rebuild=True, last_change=_newest_change())
    )


def _the_state() -> IndexState:
    known = db.session.get(IndexState, _THE_ROW)
    if known is None:
        known = IndexState(id=_THE_ROW)
        db.session.add(known)
    return known


def _lacks(known: IndexState) -> bool:
    """Whether a change is neither in the index nor in the queue. PostgreSQL also skips the numbers of what was rolled back."""
    if db.engine.dialect.name != "sqlite":
        return False
    queued = select(func.count()).where(IndexChange.id > known.last_change)
    return _newest_change() - known.last_change != db.session.scalar(queued)


def _newest_change() -> int:
    """Return the highest number that a change ever had."""
    if db.engine.dialect.name == "sqlite":
        newest = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
        return db.session.scalar(newest, {"table": IndexChange.__tablename__}) or 0
    return db.session.scalar(select(func.max(IndexChange.id))) or 0


def _oldest_changes(limit: int | None) -> list[_Change]:
    columns = select(IndexChange.id, IndexChange.kind, IndexChange.object_id)
    return [_Change(*row) for row in db.session.execute(columns.order_by(IndexChange.id).limit(limit))]


def _apply(writer: IndexWriter, sources: Sources, update: Update) -> None:
    """Index the objects of these changes as they are now; those that are no longer to be found are taken out."""
    changes = update.changes
    article_ids = sorted({change.object_id for change in changes if change.kind == "article"})
    incident_ids = sorted({change.object_id for change in changes if change.kind == "incident"})
    articles = list(sources.articles(article_ids)) if article_ids else []
    incidents = list(sources.incidents(incident_ids)) if incident_ids else []
    writer.apply(
        articles,
        set(article_ids) - {article.id for article in articles},
        incidents,
        set(incident_ids) - {incident.id for incident in incidents},
        state=update.state,
    )


def _forget(changes: Sequence[_Change]) -> int:
    """Delete exactly these rows: one with a lower id may have been committed after they were read."""
    ids = [change.id for change in changes]
    for start in range(0, len(ids), _DELETED_AT_ONCE):
        db.session.execute(
            delete(IndexChange).where(IndexChange.id.in_(ids[start : start + _DELETED_AT_ONCE]))
        )
    return len(ids)
