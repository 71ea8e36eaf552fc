"""Who works in which team by the directory's groups, followed at each log-in, re-check and sync.

Only teams that the setting GROUPS names are followed, and made if they are not there; in these, the memberships that
came from the directory come and go with the groups. In a team that it names no more they end: nobody would notice there
that somebody has left. A membership that somebody gave by hand stays.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from servicedesk.database import db, insert_missing
from servicedesk.desk import rules
from servicedesk.desk.actions import make_missing_teams
from servicedesk.desk.models import Team, TeamMember
from servicedesk.people.models import SecurityEvent
from servicedesk.people.rules import TEAM_JOINED, TEAM_LEFT
from servicedesk.people.signals import groups_changed
from servicedesk.web.settings import current_settings

_AT_ONCE = 500
_log = logging.getLogger("servicedesk.desk")


def subscribe() -> None:
    """Follow the groups of everybody from now on."""
    groups_changed.connect(_receive)


def follow_groups(
    groups_by_person: Mapping[int, frozenset[str]],
    *,
    by_team: Mapping[str, Sequence[str]],
    lets_go: bool = True,
) -> None:
    """Bring the memberships of these people in line with their groups; `by_team` has the groups of each team's key.

    Memberships in other teams end, unless `lets_go` is off: a setting that names no team at all says nothing of teams.
    """
    teams = db.session.execute(select(Team.id, Team.key).where(Team.key.in_(list(by_team))))
    groups_by_team = {team_id: frozenset(by_team[key]) for team_id, key in teams}
    for some in _chunks(groups_by_person):
        if groups_by_team:
            _follow(some, groups_by_team)
        if by_team and lets_go:
            _let_go(some, by_team)


def _receive(_sender: object, *, groups_by_person: Mapping[int, frozenset[str]], **_more: Any) -> None:
    groups = current_settings().groups
    by_team = rules.groups_by_team(groups)
    make_missing_teams(by_team)
    follow_groups(groups_by_person, by_team=by_team, lets_go=rules.names_teams(groups))


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
    gone = sorted(pair for pair, is_ours in there.items() if is_ours and pair not in wanted)
    for team, person in gone:
        member = delete(TeamMember).where(TeamMember.team_id == team, TeamMember.person_id == person)
        db.session.execute(member)
    _note(TEAM_JOINED, missing)
    _note(TEAM_LEFT, gone)


def _let_go(groups_by_person: Mapping[int, frozenset[str]], by_team: Mapping[str, Sequence[str]]) -> None:
    """End what these people have by the directory in teams that are named no more."""
    unnamed = select(Team.id).where(Team.key.not_in(list(by_team)))
    gone = (
        delete(TeamMember)
        .where(TeamMember.person_id.in_(list(groups_by_person)), TeamMember.team_id.in_(unnamed))
        .where(TeamMember.is_from_directory)
    )
    ended = db.session.execute(gone.returning(TeamMember.team_id, TeamMember.person_id)).all()
    _note(TEAM_LEFT, [(team, person) for team, person in ended])
    if ended:
        fields = {"members": [f"{team}:{person}" for team, person in ended[:50]]}
        _log.warning(
            "%d memberships ended, for GROUPS does not name the team", len(ended), extra={"fields": fields}
        )


def _note(kind: str, members: Sequence[tuple[int, int]]) -> None:
    """Let admins see who came into a team, or left it."""
    if not members:
        return
    found = select(Team.id, Team.key).where(Team.id.in_({team for team, _person in members}))
    keys = {row.id: row.key for row in db.session.execute(found)}
    rows = [{"kind": kind, "person_id": person, "detail": keys[team]} for team, person in members]
    db.session.execute(insert(SecurityEvent), rows)


def _chunks(groups_by_person: Mapping[int, frozenset[str]]) -> Iterator[Mapping[int, frozenset[str]]]:
    ids = sorted(groups_by_person)
    for start in range(0, len(ids), _AT_ONCE):
        yield {person_id: groups_by_person[person_id] for person_id in ids[start : start + _AT_ONCE]}
