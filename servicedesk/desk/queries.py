"""Reading about teams."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from servicedesk.database import db
from servicedesk.desk import rules
from servicedesk.desk.models import Team, TeamMember
from servicedesk.people.models import Person


@dataclass(frozen=True)
class TeamSize:
    """A team and how many work in it. `is_named_by_key`: nobody has said yet what it is called.

    `by_directory` of its members came from a group; `leads` are those who may sign in.
    """

    key: str
    visibility: str
    is_active: bool
    is_named_by_key: bool
    members: int
    by_directory: int
    leads: int


def count_members_by_team() -> Sequence[TeamSize]:
    """Return all teams, in the order in which they were made."""
    members = func.count(TeamMember.person_id)
    leads = members.filter(TeamMember.is_lead, Person.is_active)
    rows = db.session.execute(
        select(Team, members, members.filter(TeamMember.is_from_directory), leads)
        .outerjoin(Team.members)
        .outerjoin(TeamMember.person)
        .group_by(Team.id)
        .order_by(Team.id)
    )
    return [
        TeamSize(team.key, team.visibility, team.is_active, _is_named_by_key(team), *counts)
        for team, *counts in rows
    ]


def list_leads(team_id: int) -> Sequence[str]:
    """Return the user names of the team's leads who may sign in."""
    leads = select(Person.user_name).join(TeamMember, TeamMember.person_id == Person.id)
    of_team = leads.where(TeamMember.team_id == team_id, TeamMember.is_lead, Person.is_active)
    return db.session.scalars(of_team.order_by(Person.user_name)).all()


def select_members() -> Select[int]:
    """Select the ids of all who work in a team."""
    return select(TeamMember.person_id)


def has_team_for_everybody() -> bool:
    """Tell whether there is an active team that takes what fits nowhere else."""
    found = select(Team.id).where(Team.is_active, Team.visibility == "normal")
    return db.session.scalar(found.limit(1)) is not None


def _is_named_by_key(team: Team) -> bool:
    return team.name_en == team.name_pl == rules.name_from(team.key)
