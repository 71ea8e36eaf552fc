"""Who works in which team by the directory's groups, followed at each log-in, re-check and sync.

Only teams that the setting GROUPS names are followed, and made if they are not there; in these, the memberships that
came from the directory come and go with the groups. A membership that somebody gave by hand stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from servicedesk.database import db, insert_missing
from servicedesk.desk import rules
from servicedesk.desk.actions import make_missing_teams
from servicedesk.desk.models import Team, TeamMember
from servicedesk.people.signals import groups_changed
from servicedesk.web.settings import current_settings

_AT_ONCE = 500


def subscribe() -> None:
    """Follow the groups of everybody from now on."""
    groups_changed.connect(_receive)


def follow_groups(
    groups_by_person: Mapping[int, frozenset[str]], *, by_team: Mapping[str, Sequence[str]]
) -> None:
    """Bring the memberships of these people in line with their groups; `by_team` has the groups of each team's key."""
    teams = db.session.execute(select(Team.id, Team.key).where(Team.key.in_(list(by_team))))
    groups_by_team = {team_id: frozenset(by_team[key]) for team_id, key in teams}
    if not groups_by_team:
        return
    for some in _chunks(groups_by_person):
        _follow(some, groups_by_team)


def _receive(_sender: object, *, groups_by_person: Mapping[int, frozenset[str]], **_more: Any) -> None:
    by_team = rules.groups_by_team(current_settings().groups)
    make_missing_teams(by_team)
    follow_groups(groups_by_person, by_team=by_team)


def _follow(
    groups_by_person: Mapping[int, frozenset[str]], groups_by_team: Mapping[int, frozenset[str]]
) -> None:
    found = select(TeamMember.team_id, TeamMember.person_id, TeamMember.is_from_directory).where(
        TeamMember.team_id.in_(list(groups_by_team)), TeamMember.person_id.in_(list(groups_by_person))
    )
    there = {(team, person): is_ours for team, person, is_ours in db.session.execute(found)}
    wanted = {
        (team, person)
        for team, team_groups in groups_by_team.items()
        for person, groups in groups_by_person.items()
        if groups & team_groups
    }
    missing = sorted(wanted - there.keys())
    if missing:
        # Somebody who signs in at two browsers at once is followed twice.
        insert_missing(TeamMember, *({"team_id": team, "person_id": person} for team, person in missing))
    for team, person in sorted(pair for pair, is_ours in there.items() if is_ours and pair not in wanted):
        gone = delete(TeamMember).where(TeamMember.team_id == team, TeamMember.person_id == person)
        db.session.execute(gone)


def _chunks(groups_by_person: Mapping[int, frozenset[str]]) -> Iterator[Mapping[int, frozenset[str]]]:
    ids = sorted(groups_by_person)
    for start in range(0, len(ids), _AT_ONCE):
        yield {person_id: groups_by_person[person_id] for person_id in ids[start : start + _AT_ONCE]}
