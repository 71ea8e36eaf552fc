"""What teams have."""

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import Incident


def has_incidents(team_id: int) -> bool:
    """Tell whether the team has any incident, open or closed."""
    found = select(Incident.id).where(Incident.team_id == team_id)
    return db.session.scalar(found.limit(1)) is not None
