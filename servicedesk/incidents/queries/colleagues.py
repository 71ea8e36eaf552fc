"""Finding one colleague by name: never a list, and never by a part of the name (security.md S6)."""

from sqlalchemy import func, or_, select

from servicedesk.database import db
from servicedesk.people.models import Person


def find_colleague(name: str) -> Person | None:
    """Find exactly one active person by full user name or mail address."""
    wanted = name.strip().lower()
    if not wanted:
        return None
    found = db.session.scalars(
        select(Person)
        .where(
            Person.is_active, or_(func.lower(Person.user_name) == wanted, func.lower(Person.mail) == wanted)
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
