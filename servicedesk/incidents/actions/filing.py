"""Filing an incident: row, history, files, index queue and mail, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from servicedesk.database import db
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.errors import N_, InvalidInputError, NotAllowedError, UnavailableError
from servicedesk.files import actions as files
from servicedesk.incidents import fulltext, notifications, rules
from servicedesk.incidents.message_text import title_without_articles
from servicedesk.incidents.models import Incident, IncidentEvent, IncidentFile
from servicedesk.incidents.queries.categories import get_active_category
from servicedesk.people.models import Person
from servicedesk.search.actions import note_change

LONGEST_TITLE = 200
LONGEST_TEXT = 64_000
LONGEST_CONTACT = 200


@dataclass(frozen=True)
class NewIncident:
    """What somebody files. `filed_by` is not `requester` when staff file for a colleague (security.md A14).

    Without `category_id` the incident goes to the team of "something else". `idempotency_key` names this
    very filing: a second one with the same key and filer is the first one again. `file_ids` are unclaimed
    uploads of the filer.
    """

    requester: Person
    filed_by: Person
    title: str
    text: str
    language: str
    category_id: int | None = None
    impact: int = 3
    urgency: int = 2
    contact: str = ""
    channel: str = "web"
    about_article_id: int | None = None
    about_revision_id: int | None = None
    steps_tried: Sequence[int] = ()
    file_ids: Sequence[int] = ()
    same_as_id: int | None = None
    idempotency_key: str | None = None


def file_incident(new: NewIncident) -> Incident:
    """File an incident and return it; filed with the same key before, return that one. The caller commits.

    Raises InvalidInputError (with the field), NotAllowedError.
    """
    if filed := find_filed(new.filed_by, new.idempotency_key):
        return filed
    _check(new)
    category = get_active_category(new.category_id) if new.category_id else None
    team = category.team if category else _team_of_last_resort()
    if new.requester.id != new.filed_by.id:
        _check_on_behalf(new, team)
    incident = _incident(new, category, team)
    try:
        with db.session.begin_nested():
            db.session.add(incident)
    except IntegrityError:
        # The same click arrived twice at the same moment, and the other one was quicker.
        filed = find_filed(new.filed_by, new.idempotency_key)
        if filed is None:
            raise
        return filed
    files_taken = files.claim(new.file_ids, by_id=new.filed_by.id)
    db.session.add_all(IncidentFile(incident_id=incident.id, file_id=file.id) for file in files_taken)
    _write_history(incident, new)
    fulltext.refresh(incident)
    note_change("incident", incident.id)
    notifications.incident_filed(incident)
    return incident


def find_filed(by: Person, idempotency_key: str | None) -> Incident | None:
    """Find what somebody has already filed with this key."""
    if not idempotency_key:
        return None
    return db.session.scalar(
        select(Incident).where(Incident.filed_by_id == by.id, Incident.idempotency_key == idempotency_key)
    )


def title_from(text: str) -> str:
    """Make a title of the first line or sentence of what somebody wrote, cut at a word."""
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    for end in (". ", "! ", "? "):
        first_line = first_line.split(end, 1)[0] + end.strip() if end in first_line[:100] else first_line
    if len(first_line) > 100:
        first_line = first_line[:100].rsplit(" ", 1)[0].rstrip(",;:-– ") + "…"
    return first_line.rstrip(".") or first_line


def _check(new: NewIncident) -> None:
    if not new.title.strip():
        raise InvalidInputError(N_("Say in one line what is wrong."), field="title")
    if len(new.title) > LONGEST_TITLE:
        raise InvalidInputError(
            N_("The title may have at most 200 characters. Put the rest into the description."), field="title"
        )
    if not new.text.strip():
        raise InvalidInputError(N_("Say what does not work."), field="text")
    if len(new.text) > LONGEST_TEXT:
        raise InvalidInputError(
            N_("The description may have at most 64,000 characters. Attach long logs as a file."),
            field="text",
        )
    if new.impact not in (1, 2, 3) or new.urgency not in (1, 2, 3):
        raise InvalidInputError(
            N_("Choose how many people are affected and whether they can work."), field="impact"
        )
    if len(new.contact) > LONGEST_CONTACT:
        raise InvalidInputError(N_("The contact may have at most 200 characters."), field="contact")


def _check_on_behalf(new: NewIncident, team: Team) -> None:
    by = new.filed_by
    is_member = db.session.scalar(
        select(TeamMember.person_id).where(TeamMember.team_id == team.id, TeamMember.person_id == by.id)
    )
    may_file = by.has_role("agent") and (team.visibility == "normal" or is_member is not None)
    may_file = may_file or (by.has_role("admin") and team.visibility == "normal")
    if not may_file:
        raise NotAllowedError(N_("Only the desk may file for a colleague, and only for its own teams."))
    if not new.requester.is_active:
        raise InvalidInputError(N_("This colleague has left. Choose somebody else."), field="requester")


def _team_of_last_resort() -> Team:
    """Return the team that gets what has no category: that of the last category, "something else"."""
    found = db.session.scalar(
        select(Category)
        .join(Category.team)
        .where(Category.is_active, Team.is_active, Team.visibility == "normal")
        .order_by(Category.position.desc(), Category.id.desc())
        .limit(1)
    )
    team = found.team if found else db.session.scalar(
        select(Team).where(Team.is_active, Team.visibility == "normal").order_by(Team.id).limit(1)
    )  # fmt: skip
    if team is None:
        raise UnavailableError(
            N_("No team is set up yet that could take this. Tell the people who run this service desk.")
        )
    return team


def _incident(new: NewIncident, category: Category | None, team: Team) -> Incident:
    return Incident(
        title=title_without_articles(new.title, new.language)[:LONGEST_TITLE],
        text=new.text.strip(),
        language=new.language,
        channel=new.channel,
        impact=new.impact,
        urgency=new.urgency,
        priority=rules.priority(impact=new.impact, urgency=new.urgency),
        contact=new.contact.strip(),
        requester=new.requester,
        filed_by=new.filed_by,
        category=category,
        team=team,
        about_article_id=new.about_article_id,
        about_revision_id=new.about_revision_id,
        steps_tried=list(new.steps_tried),
        same_as_id=new.same_as_id,
        idempotency_key=new.idempotency_key,
    )


def _write_history(incident: Incident, new: NewIncident) -> None:
    is_on_behalf = new.requester.id != new.filed_by.id
    kind, after = ("filed_on_behalf", new.requester.display_name[:300]) if is_on_behalf else ("filed", "")
    db.session.add(IncidentEvent(incident_id=incident.id, actor_id=new.filed_by.id, kind=kind, after=after))
    if new.same_as_id is not None:
        # The other incident is somebody else's: its number stays with the desk.
        db.session.add(
            IncidentEvent(
                incident_id=incident.id,
                actor_id=new.filed_by.id,
                kind="joined",
                after=f"INC-{new.same_as_id}",
                is_public=False,
            )
        )
