"""Resolved incidents that read like one, among those that the person sees as staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select

from servicedesk.database import db
from servicedesk.incidents import fulltext
from servicedesk.incidents.message_text import without_articles
from servicedesk.incidents.models import Incident
from servicedesk.incidents.queries.visibility import workable_as_staff_by
from servicedesk.incidents.rules import State
from servicedesk.people.models import Person
from servicedesk.search.current import current_engine
from servicedesk.search.engine import SearchUnavailableError

_COMPARED = 40
_TEXT_LENGTH = 400
_SHOWN = 4
# Below it most have a word in common and nothing else: looked at for thirty incidents of a public support forum.
_LEAST_LIKENESS = 0.18
_Row = Row[int, str, str, datetime | None, str]


@dataclass(frozen=True)
class SimilarIncident:
    """One line of the list at the side."""

    id: int
    title: str
    language: str
    resolved_at: datetime | None

    @property
    def reference(self) -> str:
        """The number as people say it."""
        return f"INC-{self.id}"


def list_similar(incident: Incident, *, seen_by: Person, is_index_read: bool) -> list[SimilarIncident]:
    """Return at most four resolved incidents that read like this one, nearest first; often there is none.

    The search does not know the incidents of teams that keep to themselves, and at times it cannot be asked: then the
    incidents of the same team are compared that share words with the title.
    """
    query = _resolved(incident, seen_by)
    near = _near(incident) if is_index_read and incident.team.visibility == "normal" else None
    if near is not None:
        query = query.where(Incident.id.in_([id_ for id_, _likeness in near]))
        return _nearest(near, db.session.execute(query).all())
    sharing = fulltext.alike(incident)
    query = query.join(sharing, sharing.c.id == Incident.id).where(Incident.team_id == incident.team_id)
    rows = db.session.execute(query.order_by(sharing.c.rank).limit(_COMPARED)).all()
    texts = [(row.id, without_articles(f"{row.title}\n{row.start}")) for row in rows]
    about = f"{incident.title}\n{incident.text[:_TEXT_LENGTH]}"
    return _nearest(current_engine().alike(about, texts, language=incident.language), rows)


def _near(incident: Incident) -> Sequence[tuple[int, float]] | None:
    try:
        return current_engine().near(f"{incident.title}\n{incident.text}")
    except SearchUnavailableError:
        return None


def _nearest(alike: Sequence[tuple[int, float]], rows: Sequence[_Row]) -> list[SimilarIncident]:
    found = {row.id: row for row in rows}
    near = [found[id_] for id_, likeness in alike if id_ in found and likeness >= _LEAST_LIKENESS]
    return [SimilarIncident(row.id, row.title, row.language, row.resolved_at) for row in near[:_SHOWN]]


def _resolved(incident: Incident, seen_by: Person) -> Select[int, str, str, datetime | None, str]:
    start = func.substr(Incident.text, 1, _TEXT_LENGTH).label("start")
    return select(Incident.id, Incident.title, Incident.language, Incident.resolved_at, start).where(
        Incident.id != incident.id,
        Incident.state.in_((State.RESOLVED, State.CLOSED)),
        Incident.resolved_at.is_not(None),
        workable_as_staff_by(seen_by),
    )
