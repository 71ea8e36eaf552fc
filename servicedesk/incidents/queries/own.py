"""One's own incidents, and the few numbers that stand on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import joinedload

from servicedesk.database import db, now
from servicedesk.desk.models import TeamMember
from servicedesk.incidents.models import Incident, Watcher
from servicedesk.incidents.queries.visibility import visible_to
from servicedesk.incidents.rules import OPEN_STATES, State
from servicedesk.people.models import Person

_LOADED = (joinedload(Incident.assignee), joinedload(Incident.team), joinedload(Incident.requester))
_RECENTLY_RESOLVED = timedelta(days=7)


@dataclass(frozen=True)
class QueueCounts:
    """What waits for somebody of staff: assigned to them, and in their teams without an assignee."""

    mine: int
    unassigned: int


def list_own(person: Person, *, offset: int, limit: int) -> tuple[Sequence[Incident], int]:
    """Return a page of what the person asked for or follows, and how many there are: open first, newest change first."""
    condition = _own_or_watched(person)
    total = db.session.scalar(select(func.count()).select_from(Incident).where(condition)) or 0
    is_open = case((Incident.state.in_(OPEN_STATES), 0), else_=1)
    incidents = db.session.scalars(
        select(Incident)
        .where(condition)
        .options(*_LOADED)
        .order_by(is_open, Incident.updated_at.desc(), Incident.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return incidents, total


def list_current(person: Person, *, limit: int = 5) -> Sequence[Incident]:
    """Return the person's open incidents and those resolved a moment ago, what waits for the person first."""
    waits_for_person = case((Incident.state == State.WAITING, 0), else_=1)
    return db.session.scalars(
        select(Incident)
        .where(
            Incident.requester_id == person.id,
            or_(
                Incident.state.in_(OPEN_STATES),
                (Incident.state == State.RESOLVED) & (Incident.updated_at > now() - _RECENTLY_RESOLVED),
            ),
        )
        .options(*_LOADED)
        .order_by(waits_for_person, Incident.updated_at.desc())
        .limit(limit)
    ).all()


def find_joined(person: Person, main_id: int) -> Incident | None:
    """Find the person's open report of the same problem, so that nobody joins twice."""
    return db.session.scalar(
        select(Incident)
        .where(
            Incident.requester_id == person.id,
            Incident.state.in_(OPEN_STATES),
            or_(Incident.same_as_id == main_id, Incident.id == main_id),
        )
        .limit(1)
    )


def queue_counts(person: Person) -> QueueCounts:
    """Count what waits for this person of staff and for their teams."""
    teams = select(TeamMember.team_id).where(TeamMember.person_id == person.id)
    mine, unassigned = db.session.execute(
        select(
            func.count().filter(Incident.assignee_id == person.id),
            func.count().filter(Incident.assignee_id.is_(None), Incident.team_id.in_(teams)),
        ).where(
            Incident.state.in_(OPEN_STATES),
            visible_to(person),
            or_(Incident.assignee_id == person.id, Incident.team_id.in_(teams)),
        )
    ).one()
    return QueueCounts(mine=mine, unassigned=unassigned)


def _own_or_watched(person: Person) -> ColumnElement[bool]:
    watched = select(Watcher.incident_id).where(Watcher.person_id == person.id)
    return or_(Incident.requester_id == person.id, Incident.id.in_(watched))
