"""What an incident loses when its team keeps to itself: reports of the same, followers, waiting mails. The caller commits.

Who could read it until then stays in its history, for those who may read that from now on.
"""

from collections.abc import Collection

from sqlalchemy import delete, or_, select

from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.errors import N_, ConflictError
from servicedesk.incidents import notifications
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.models import Incident, KnownProblem, Watcher
from servicedesk.mail import outbox
from servicedesk.people.models import Person


def keep_apart(incident: Incident, by: Person) -> None:
    """Let it stand for no other incident and no other for it: what is done to one would be told in the other."""
    reports = db.session.scalars(
        select(Incident).where(
            Incident.same_as_id.is_not(None),
            or_(Incident.same_as_id == incident.id, Incident.id == incident.id),
        )
    )
    for report in reports.all():
        main_id, report.same_as_id = report.same_as_id, None
        record(report, "parted", by=by, after=f"INC-{main_id}", is_public=False)
        if report.id != incident.id:
            record(incident, "parted", by=by, after=report.reference, is_public=False)


def seal(incident: Incident, team: Team, by: Person) -> None:
    """Take it from the eyes of everybody but its requester and its new team, in this very transaction.

    Nobody follows it any more, members of the team neither: they see it by their work there, and must not go on seeing
    it as followers when they have left.
    """
    current = select(KnownProblem.id).where(
        KnownProblem.incident_id == incident.id, KnownProblem.ended_at.is_(None)
    )
    if db.session.scalar(current) is not None:
        raise ConflictError(
            N_("This incident stands for a known problem that everybody sees. Say first that it is over.")
        )
    members = set(db.session.scalars(select(TeamMember.person_id).where(TeamMember.team_id == team.id)))
    removed = db.session.scalars(
        delete(Watcher).where(Watcher.incident_id == incident.id).returning(Watcher.person_id)
    ).all()
    _remember(incident, "watcher_removed", removed, by)
    untold = outbox.withdraw(
        notifications.SUBJECT_KIND, incident.id, keep_recipient_ids=members | {incident.requester_id}
    )
    _remember(incident, "mail_withdrawn", untold, by)


def _remember(incident: Incident, kind: str, person_ids: Collection[int], by: Person) -> None:
    """Write one line a person, which the requester does not see."""
    names = (
        select(Person.display_name).where(Person.id.in_(person_ids)).order_by(Person.display_name, Person.id)
    )
    for name in db.session.scalars(names).all() if person_ids else ():
        record(incident, kind, by=by, after=name, is_public=False)
