"""What the team that has an incident does with it: take, assign, set state, priority and category, move. The caller commits."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotAllowedError
from servicedesk.incidents import notifications, rules
from servicedesk.incidents.actions import sealing
from servicedesk.incidents.actions.conversation import change_state, check_change
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.actions.proposing import let_article_go
from servicedesk.incidents.models import Incident, InternalNote
from servicedesk.incidents.queries.categories import get_active_category
from servicedesk.incidents.queries.drafted_articles import list_drafted_ids
from servicedesk.incidents.queries.rights import Rights, require
from servicedesk.incidents.rules import State
from servicedesk.incidents.suggestions import recording
from servicedesk.people.models import Person
from servicedesk.search.actions import note_change


def check_version(incident: Incident, version: int) -> None:
    """Raise ConflictError when the incident has changed since the page with this version was made."""
    if incident.version != version:
        raise ConflictError(
            N_("Somebody else changed this incident meanwhile. Look at what is new and send again.")
        )


def take(incident: Incident, by: Person) -> None:
    """Assign an unassigned incident to oneself; of two who try, one wins and the other gets ConflictError."""
    require("take", incident.id, by)
    if incident.assignee_id == by.id:
        return
    if incident.assignee_id is not None:
        raise ConflictError(N_("A colleague took this incident first."))
    _check_open(incident)
    _set_assignee(incident, by, by=by)


def assign(incident: Incident, assignee_id: int | None, by: Person) -> None:
    """Give it to a member of its team, or to nobody."""
    require("change", incident.id, by)
    if assignee_id == incident.assignee_id:
        return
    _check_open(incident)
    _set_assignee(incident, _member(incident.team_id, assignee_id) if assignee_id else None, by=by)


def set_state(incident: Incident, state: State, by: Person) -> None:
    """Move it along: in progress, or waiting for the requester. Resolving has an action of its own."""
    rights = require("change", incident.id, by)
    if state not in (State.IN_PROGRESS, State.WAITING):
        raise InvalidInputError(N_("Choose in progress or waiting."), field="state")
    _check_open(incident)
    if incident.state != state:
        check_change(incident, state, rights)
        change_state(incident, state, by=by)


def set_priority(incident: Incident, by: Person, *, impact: int, urgency: int) -> None:
    """Set impact and urgency, from which the priority follows."""
    require("change", incident.id, by)
    if impact not in (1, 2, 3) or urgency not in (1, 2, 3):
        raise InvalidInputError(
            N_("Choose how many people are affected and whether they can work."), field="impact"
        )
    if (impact, urgency) == (incident.impact, incident.urgency):
        return
    before = incident.priority
    incident.impact, incident.urgency = impact, urgency
    incident.priority = rules.priority(impact=impact, urgency=urgency)
    record(incident, "priority", by=by, before=str(before), after=str(incident.priority), is_public=False)


def set_category(incident: Incident, category_id: int, by: Person) -> None:
    """Say what it is about. The team stays: moving is a decision of its own."""
    require("change", incident.id, by)
    if category_id == incident.category_id:
        return
    before = incident.category.key if incident.category else ""
    incident.category = get_active_category(category_id)
    record(incident, "category", by=by, before=before, after=incident.category.key, is_public=False)
    note_change("incident", incident.id)


@dataclass(frozen=True)
class Move:
    """Where an incident goes, and what its mover confirms.

    That it leaves a restricted team, which notes go along, and which articles that were drafted from it hold nothing of it.
    """

    team_id: int
    is_confirmed: bool = False
    reviewed_note_ids: Collection[int] = ()
    open_article_ids: Collection[int] = ()


def move_to_team(incident: Incident, move: Move, by: Person) -> None:
    """Give it to another team. Into a restricted one it goes alone: former viewers and their waiting mails stay behind.

    What was drafted from it is closed with it from that moment, but for what its mover vouches for. Into a team that keeps
    to itself nothing goes along that was filed as the same.
    """
    rights = require("change", incident.id, by)
    if move.team_id == incident.team_id:
        return
    team = db.session.scalar(select(Team).where(Team.id == move.team_id, Team.is_active))
    if team is None:
        raise InvalidInputError(N_("This team is not there any more. Choose another one."), field="team_id")
    if rights.is_restricted:
        _check_leaves_restricted(incident, team, move, rights)
    _let_articles_go(incident, team, move, by)
    before, incident.team = incident.team.key, team
    record(incident, "team", by=by, before=before, after=team.key)
    if incident.assignee_id is not None and not _is_member(team.id, incident.assignee_id):
        _set_assignee(incident, None, by=by)
    if team.visibility != "normal":
        sealing.keep_apart(incident, by)
        recording.forget_words(incident)
    if team.is_restricted:
        sealing.seal(incident, team, by)
    _index_anew(incident)


def _check_leaves_restricted(incident: Incident, team: Team, move: Move, rights: Rights) -> None:
    if not move.is_confirmed:
        raise InvalidInputError(
            N_("Confirm that this incident may leave its restricted team."), field="is_confirmed"
        )
    if team.is_restricted:
        return
    if not rights.lead:
        raise NotAllowedError(N_("Only the lead of a restricted team may let an incident out of it."))
    notes = set(db.session.scalars(select(InternalNote.id).where(InternalNote.incident_id == incident.id)))
    if not notes <= set(move.reviewed_note_ids):
        raise InvalidInputError(
            N_("Confirm for each internal note that the other team may read it."), field="notes"
        )


def _let_articles_go(incident: Incident, team: Team, move: Move, by: Person) -> None:
    """Open what its mover vouches for, while the mover still sees it."""
    if team.visibility != "normal":
        for article_id in move.open_article_ids:
            let_article_go(incident, article_id, by)


def _index_anew(incident: Incident) -> None:
    note_change("incident", incident.id)
    for article_id in list_drafted_ids(incident):
        note_change("article", article_id)


def _set_assignee(incident: Incident, assignee: Person | None, *, by: Person) -> None:
    before = incident.assignee.display_name if incident.assignee else ""
    incident.assignee = assignee
    event = record(
        incident, "assignee", by=by, before=before, after=assignee.display_name if assignee else ""
    )
    if assignee is not None:
        notifications.assigned(incident, event)
        if incident.state == State.NEW:
            change_state(incident, State.IN_PROGRESS, by=by)


def _member(team_id: int, person_id: int) -> Person:
    member = db.session.scalar(
        select(Person)
        .join(TeamMember, TeamMember.person_id == Person.id)
        .where(TeamMember.team_id == team_id, Person.id == person_id, Person.is_active)
    )
    if member is None:
        raise InvalidInputError(
            N_("Only somebody in the team that has the incident can work on it."), field="assignee_id"
        )
    return member


def _is_member(team_id: int, person_id: int) -> bool:
    query = select(TeamMember.person_id).where(
        TeamMember.team_id == team_id, TeamMember.person_id == person_id
    )
    return db.session.scalar(query) is not None


def _check_open(incident: Incident) -> None:
    if not incident.is_open:
        raise ConflictError(N_("This incident has ended meanwhile. Reopen it first."))
