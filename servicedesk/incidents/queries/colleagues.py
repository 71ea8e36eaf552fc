"""Finding one colleague by name: never a list, and never by a part of the name (security.md S6)."""

from sqlalchemy import func, or_, select

from servicedesk import foreign_text
from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.people.models import Person


def find_colleague(name: str, *, field: str | None = None) -> Person | None:
    """Find exactly one active person by full user name or mail address. Raises InvalidInputError for several."""
    wanted = foreign_text.line(name).lower()
    if not wanted:
        return None
    named = or_(func.lower(Person.user_name) == wanted, func.lower(Person.mail) == wanted)
    found = db.session.scalars(select(Person).where(Person.is_active, named).limit(2)).all()
    if len(found) > 1 and "@" in wanted:
        raise InvalidInputError(
            N_("Several people have this address. Write the user name of the one you mean."), field=field
        )
    return found[0] if len(found) == 1 else None
