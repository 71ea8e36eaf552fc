"""Reading about teams."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.desk import rules
from servicedesk.desk.models import Team, TeamMember


@dataclass(frozen=True)
class TeamSize:
    """A team and how many work in it. `is_named_by_key`: nobody has said yet what it is called."""

    key: str
    visibility: str
    is_active: bool
    is_named_by_key: bool
    members: int


def count_members_by_team() -> Sequence[TeamSize]:
    """Return all teams, in the order in which they were made."""
    members = func.count(TeamMember.person_id)
    rows = db.session.execute(
        select(Team, members).outerjoin(Team.members).group_by(Team.id).order_by(Team.id)
    )
    return [
        TeamSize(team.key, team.visibility, team.is_active, _is_named_by_key(team), count)
        for team, count in rows
    ]


def has_team_for_everybody() -> bool:
    """Tell whether there is an active team that takes what fits nowhere else."""
    found = select(Team.id).where(Team.is_active, Team.visibility == "normal")
    return db.session.scalar(found.limit(1)) is not None


def _is_named_by_key(team: Team) -> bool:
    return team.name_en == team.name_pl == rules.name_from(team.key)
