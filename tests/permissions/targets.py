"""Fresh objects to knock at, so that what one request changes is never there for the next."""

from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.desk.models import Category, Team
from servicedesk.incidents.actions.conversation import change_state
from servicedesk.incidents.models import (
    Incident,
    IncidentEvent,
    IncidentFile,
    InternalNote,
    KnownProblem,
    Message,
    SolvingArticle,
    Watcher,
)
from servicedesk.incidents.rules import State
from servicedesk.knowledge import actions as knowledge
from servicedesk.knowledge.models import ArticleSource
from servicedesk.knowledge.sources import Draft
from servicedesk.mail.models import OutboxMail
from tests.permissions import stage
from tests.permissions.doors import Door, Target
from tests.permissions.stage import CATEGORIES, WORKERS, Stage, StagedCase

_OTHER_TEAM = "network"


def of_staged(case: StagedCase, door: Door) -> Target:
    """Return an incident of the stage as a target: for doors that change nothing."""
    file_id = case.note_file_id if door.verb == "read_notes" else case.file_id
    return Target({"incident_id": case.id, "file_id": file_id, "article_id": 0})


def fresh_incident(built: Stage, visibility: str, state: str) -> Target:
    """File an incident of this class and bring it into a state; the caller commits."""
    incident = stage.new_incident(visibility, title="A silent bird", text="It says nothing.")
    worker, article_id = stage.person(WORKERS[visibility]), built.shelf.article_ids["everyone"]
    if state != "new":
        change_state(incident, State.IN_PROGRESS, by=worker)
    if state == "resolved":
        change_state(incident, State.RESOLVED, by=worker)
        db.session.add(SolvingArticle(incident_id=incident.id, article_id=article_id, linked_by_id=worker.id))
    if state == "declared":
        titles = {"title_en": "Birds", "title_pl": "Ptaki"}
        db.session.add(KnownProblem(incident_id=incident.id, declared_by_id=worker.id, **titles))
    if state == "proposed":
        draft = Draft(title="Feed a silent bird", body="Seeds.")
        article_id = knowledge.create_article(draft, language="en", by=worker).id
        db.session.add(ArticleSource(article_id=article_id, incident_id=incident.id))
        incident.proposed_article_id = article_id
    db.session.flush()
    category = select(Category.id).where(Category.key == CATEGORIES[visibility])
    return Target(
        {"incident_id": incident.id, "article_id": article_id},
        version=incident.version,
        category_id=db.session.scalars(category).one(),
        other_team_id=db.session.scalars(select(Team.id).where(Team.key == _OTHER_TEAM)).one(),
    )


def traces_of(incident_id: object) -> tuple[object, ...]:
    """Return everything about an incident that a request may have changed."""
    incident = db.session.get_one(Incident, incident_id, populate_existing=True)
    columns = [getattr(incident, column.key) for column in Incident.__table__.columns]
    belongings = (Message, InternalNote, IncidentEvent, IncidentFile, Watcher)
    counts = [
        db.session.scalar(select(func.count()).select_from(kind).where(kind.incident_id == incident.id))
        for kind in belongings
    ]
    mails = select(func.count()).select_from(OutboxMail).where(OutboxMail.subject_id == incident.id)
    return (*map(str, columns), *counts, db.session.scalar(mails))
