"""What one person may do with one incident at this moment (permissions.md §2): a row of rights, read in one query.

Actions ask here by verb: an incident that is not visible is absent (NotFoundError), a visible one whose verb is
somebody else's is refused (NotAllowedError).
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, false, select

from servicedesk.database import db
from servicedesk.desk.models import TeamMember
from servicedesk.errors import N_, NotAllowedError, NotFoundError
from servicedesk.incidents.models import Incident
from servicedesk.incidents.queries.visibility import (
    changeable_by,
    notes_readable_by,
    restricted_teams,
    visible_to,
    workable_as_staff_by,
)
from servicedesk.people.models import Person
from servicedesk.people.viewers import Viewer

Verb = Literal["answer", "close", "reopen", "work", "notes", "change", "take", "lead"]
_REFUSED = N_("This is for colleagues of the team that has the incident.")


@dataclass(frozen=True)
class Rights:
    """The verbs of one person on one incident.

    `work`: sees it as staff. `notes`: reads and writes internal notes. `change`: state, priority, category, assignee,
    team, resolution. `take`: assigns it to oneself. `lead`: leads the owning team. `answer`: writes to the
    conversation. `close` and `reopen`: as requester or as somebody who may change it.
    """

    is_requester: bool
    is_restricted: bool
    work: bool
    notes: bool
    change: bool
    take: bool
    lead: bool

    @property
    def answer(self) -> bool:
        """Watchers of restricted incidents read only."""
        return self.is_requester or self.work or not self.is_restricted

    @property
    def close(self) -> bool:
        """The requester may end what they asked for."""
        return self.is_requester or self.change

    @property
    def reopen(self) -> bool:
        """The requester may take it up again."""
        return self.close

    def may(self, verb: Verb) -> bool:
        """Tell whether the verb is among the rights."""
        return bool(getattr(self, verb))


def columns_for(person: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Return the columns from which `from_row` makes Rights, for a query that reads the incident anyway."""
    is_member = Incident.team_id.in_(select(TeamMember.team_id).where(TeamMember.person_id == person.id))
    leads = select(TeamMember.team_id).where(TeamMember.person_id == person.id, TeamMember.is_lead)
    is_agent = person.has_role("agent")
    conditions = (
        Incident.requester_id == person.id,
        Incident.team_id.in_(restricted_teams()),
        workable_as_staff_by(person),
        notes_readable_by(person),
        changeable_by(person),
        is_member if is_agent else false(),
        Incident.team_id.in_(leads) if is_agent else false(),
    )
    # Two columns that are plainly false would be one to SQLAlchemy, unless each has a name.
    return tuple(condition.label(f"right_{place}") for place, condition in enumerate(conditions))


def from_row(values: tuple[object, ...]) -> Rights:
    """Make Rights of what `columns_for` returned."""
    return Rights(*(bool(value) for value in values))


def get_rights(incident_id: int, person: Person) -> Rights:
    """Return the person's rights on a visible incident. Raises NotFoundError alike for absent and foreign ones."""
    query = select(*columns_for(person)).where(Incident.id == incident_id, visible_to(person))
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(N_("There is no such incident."))
    return from_row(tuple(row))


def require(verb: Verb, incident_id: int, person: Person) -> Rights:
    """Return the rights if the verb is among them. Raises NotFoundError or NotAllowedError."""
    rights = get_rights(incident_id, person)
    if not rights.may(verb):
        raise NotAllowedError(_REFUSED)
    return rights
