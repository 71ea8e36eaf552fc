"""Writing anew what can be found of incidents whose words were taken out of the full text. The caller commits."""

import logging
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db
from servicedesk.incidents import fulltext
from servicedesk.incidents.models import Incident, UnfindableIncident
from servicedesk.search.actions import note_change

_log = logging.getLogger("servicedesk.incidents")


def list_unfindable() -> Sequence[int]:
    """Return the ids of incidents that cannot be found by their words, newest first."""
    return db.session.scalars(
        select(UnfindableIncident.incident_id).order_by(UnfindableIncident.incident_id.desc())
    ).all()


def make_findable(incident_ids: Sequence[int]) -> int:
    """Let these incidents be found by their words again; return of how many that failed, which is nobody else's matter."""
    return sum(not _make_findable(incident_id) for incident_id in incident_ids)


def _make_findable(incident_id: int) -> bool:
    try:
        with db.session.begin_nested():
            # Who writes a message meanwhile waits, and then writes this message's words too.
            locked = select(Incident).where(Incident.id == incident_id).with_for_update(of=Incident)
            fulltext.refresh(db.session.scalars(locked).one())
            note_change("incident", incident_id)
            done = delete(UnfindableIncident).where(UnfindableIncident.incident_id == incident_id)
            db.session.execute(done)
    except SQLAlchemyError as error:
        fields = {"incident": incident_id, "error": type(error).__name__}
        _log.error("The words of an incident could not be written anew", extra={"fields": fields})
        return False
    return True
