"""One incident with its conversation, as the person who asks may see it: at most six queries."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from servicedesk.database import db
from servicedesk.errors import N_, NotFoundError
from servicedesk.files.models import StoredFile
from servicedesk.incidents.models import Incident, IncidentEvent, IncidentFile, KnownProblem, Message, Watcher
from servicedesk.incidents.queries.visibility import visible_to
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import readable_by
from servicedesk.people.models import Person


@dataclass(frozen=True)
class Turn:
    """One message and the files that came with it."""

    message: Message
    files: tuple[StoredFile, ...]


@dataclass(frozen=True)
class IncidentView:
    """What requester, watchers and staff all may see. Internal notes and their files are left out."""

    incident: Incident
    files: tuple[StoredFile, ...]
    turns: tuple[Turn, ...]
    events: tuple[IncidentEvent, ...]
    watchers: tuple[Watcher, ...]
    about_article: Article | None
    known_problem: KnownProblem | None


def get_incident(incident_id: int, *, seen_by: Person) -> IncidentView:
    """Return an incident that the person may see. Raises NotFoundError alike for absent and foreign ones."""
    incident = get_visible(incident_id, seen_by=seen_by)
    files = _files_by_message(incident.id)
    messages = db.session.scalars(
        select(Message)
        .where(Message.incident_id == incident.id)
        .options(joinedload(Message.author))
        .order_by(Message.at, Message.id)
    )
    events = db.session.scalars(
        select(IncidentEvent)
        .where(IncidentEvent.incident_id == incident.id, IncidentEvent.is_public)
        .options(joinedload(IncidentEvent.actor))
        .order_by(IncidentEvent.at, IncidentEvent.id)
    )
    watchers = db.session.scalars(
        select(Watcher)
        .where(Watcher.incident_id == incident.id)
        .options(joinedload(Watcher.person))
        .order_by(Watcher.at)
    )
    about_article, known_problem = _beside(incident, seen_by)
    return IncidentView(
        incident=incident,
        files=tuple(files[None]),
        turns=tuple(Turn(message, tuple(files[message.id])) for message in messages),
        events=tuple(events),
        watchers=tuple(watchers),
        about_article=about_article,
        known_problem=known_problem,
    )


def get_visible(incident_id: int, *, seen_by: Person) -> Incident:
    """Return one incident with its people, category and team. Raises NotFoundError as `get_incident` does."""
    incident = db.session.scalar(
        select(Incident)
        .where(Incident.id == incident_id, visible_to(seen_by))
        .options(
            joinedload(Incident.requester),
            joinedload(Incident.filed_by),
            joinedload(Incident.assignee),
            joinedload(Incident.category),
            joinedload(Incident.team),
        )
    )
    if incident is None:
        raise NotFoundError(N_("There is no such incident."))
    return incident


def get_for_change(incident_id: int, *, seen_by: Person) -> Incident:
    """Return one incident as `get_visible` does, for whoever is about to change something of it or beside it.

    Its row is locked first: what is read afterwards, rights and class included, holds until the commit.
    """
    db.session.execute(select(Incident.id).where(Incident.id == incident_id).with_for_update())
    return get_visible(incident_id, seen_by=seen_by)


def get_file(incident_id: int, file_id: int, *, seen_by: Person) -> StoredFile:
    """Return a file of the conversation. Files of internal notes are not found here. Raises NotFoundError."""
    file = db.session.scalar(
        select(StoredFile)
        .join(IncidentFile, IncidentFile.file_id == StoredFile.id)
        .join(Incident, Incident.id == IncidentFile.incident_id)
        .where(
            Incident.id == incident_id,
            StoredFile.id == file_id,
            IncidentFile.note_id.is_(None),
            visible_to(seen_by),
        )
    )
    if file is None:
        raise NotFoundError(N_("There is no such file."))
    return file


def _files_by_message(incident_id: int) -> dict[int | None, list[StoredFile]]:
    rows = db.session.execute(
        select(IncidentFile.message_id, StoredFile)
        .join(IncidentFile.file)
        .where(IncidentFile.incident_id == incident_id, IncidentFile.note_id.is_(None))
        .order_by(IncidentFile.id)
    )
    files: dict[int | None, list[StoredFile]] = defaultdict(list)
    for message_id, file in rows:
        files[message_id].append(file)
    return files


def _beside(incident: Incident, seen_by: Person) -> tuple[Article | None, KnownProblem | None]:
    """Find the article it is about, if readable, and the known problem it belongs to; usually neither."""
    if incident.about_article_id is None and incident.same_as_id is None:
        return None, None
    row = db.session.execute(
        select(Article, KnownProblem)
        .select_from(Incident)
        .outerjoin(Article, (Article.id == Incident.about_article_id) & readable_by(seen_by))
        .outerjoin(KnownProblem, KnownProblem.incident_id == Incident.same_as_id)
        .where(Incident.id == incident.id)
    ).one()
    return row[0], row[1]
