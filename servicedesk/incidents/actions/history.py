"""Writing the history: one line for each thing that changed."""

from servicedesk.database import db, now
from servicedesk.incidents.models import Incident, IncidentEvent
from servicedesk.people.models import Person

_LONGEST = 300


def record(
    incident: Incident,
    kind: str,
    *,
    by: Person | None,
    before: str = "",
    after: str = "",
    is_public: bool = True,
) -> IncidentEvent:
    """Add a line and return it with its id. `by` is None for what the product did on its own."""
    event = IncidentEvent(
        incident_id=incident.id,
        actor_id=by.id if by else None,
        kind=kind,
        before=before[:_LONGEST],
        after=after[:_LONGEST],
        is_public=is_public,
    )
    incident.updated_at = now()
    db.session.add(event)
    db.session.flush()
    return event
