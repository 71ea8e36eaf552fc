"""Resolved incidents that read like one, among those that the person sees as staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents import fulltext
from servicedesk.incidents.models import Incident
from servicedesk.incidents.queries.visibility import workable_as_staff_by
from servicedesk.incidents.rules import State
from servicedesk.people.models import Person
from servicedesk.search.current import current_engine

_LOOKED_AT = 40
_SHOWN = 4


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


def list_similar(incident: Incident, *, seen_by: Person) -> list[SimilarIncident]:
    """Return at most four resolved incidents whose words are nearest to the title's, nearest first; often there is none."""
    common = current_engine().common_words(incident.title)
    near = fulltext.alike(incident, without=common, limit=_LOOKED_AT).subquery()
    rows = db.session.execute(
        select(Incident.id, Incident.title, Incident.language, Incident.resolved_at)
        .join(near, near.c.id == Incident.id)
        .where(
            Incident.id != incident.id,
            Incident.state.in_((State.RESOLVED, State.CLOSED)),
            Incident.resolved_at.is_not(None),
            workable_as_staff_by(seen_by),
        )
        .order_by(near.c.rank)
        .limit(_SHOWN)
    )
    return [SimilarIncident(*row) for row in rows]
