"""Who may see and do what with an incident (permissions.md §2): the one place that decides, inside the query.

Each `..._by(person)` is a condition on Incident for a `where`. Rights follow the relations of this moment: a person who
left the team a second ago is out. Nothing here knows internal notes; see `notes_readable_by`.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from servicedesk.desk.models import Team, TeamMember
from servicedesk.desk.rules import OPENER_CLASSES
from servicedesk.incidents.models import Incident, Watcher
from servicedesk.people.viewers import Viewer


def visible_to(person: Viewer) -> ColumnElement[bool]:
    """Incidents whose existence, title and public conversation the person may read."""
    grants = [_is_own(person), _is_watched(person)]
    if person.has_role("agent"):
        grants += [_in_team_of(person), Incident.team_id.in_(teams_of_class("normal"))]
    if person.has_role("admin"):
        grants.append(Incident.team_id.not_in(restricted_teams()))
    return or_(*grants)


def notes_readable_by(person: Viewer) -> ColumnElement[bool]:
    """Incidents whose internal notes the person may read and write.

    On one's own incident only as a member of its team, and never on a restricted one.
    """
    return and_(workable_as_staff_by(person), or_(Incident.requester_id != person.id, _own_notes(person)))


def workable_as_staff_by(person: Viewer, *, of: Any = Incident) -> ColumnElement[bool]:
    """Incidents (or an alias) that the person sees as staff: agents of any team while it is normal, of the owning team else."""
    grants: list[ColumnElement[bool]] = []
    if person.has_role("agent"):
        grants += [_in_team_of(person, of=of), of.team_id.in_(teams_of_class("normal"))]
    if person.has_role("admin"):
        grants.append(of.team_id.not_in(restricted_teams()))
    return or_(*grants) if grants else false()


def changeable_by(person: Viewer) -> ColumnElement[bool]:
    """Incidents whose state, priority, category, assignee and team the person may change: agents of the owning team, admins."""
    grants: list[ColumnElement[bool]] = []
    if person.has_role("agent"):
        grants.append(_in_team_of(person))
    if person.has_role("admin"):
        grants.append(Incident.team_id.not_in(restricted_teams()))
    return or_(*grants) if grants else false()


def may_teach() -> ColumnElement[bool]:
    """Incidents that the search may learn from: those of normal teams, for only what anybody could be told may count."""
    return Incident.team_id.in_(teams_of_class("normal"))


def _is_own(person: Viewer) -> ColumnElement[bool]:
    return Incident.requester_id == person.id


def _is_watched(person: Viewer) -> ColumnElement[bool]:
    return Incident.id.in_(select(Watcher.incident_id).where(Watcher.person_id == person.id))


def _own_notes(person: Viewer) -> ColumnElement[bool]:
    if not person.has_role("agent"):
        return false()  # A team may have members who are no agents any more.
    return and_(_in_team_of(person), Incident.team_id.not_in(restricted_teams()))


def _in_team_of(person: Viewer, *, of: Any = Incident) -> ColumnElement[bool]:
    teams = select(TeamMember.team_id).where(TeamMember.person_id == person.id)
    return of.team_id.in_(teams)  # type: ignore[no-any-return]


@cache
def restricted_teams() -> Select[int]:
    """Select the ids of the teams whose incidents only their members may read."""
    return select(Team.id).where(Team.visibility.not_in(OPENER_CLASSES))


@cache
def teams_of_class(visibility: str) -> Select[int]:
    """Select the ids of the teams whose incidents are of this class now."""
    return select(Team.id).where(Team.visibility == visibility)
