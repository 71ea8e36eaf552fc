"""One incident as staff see it, with notes and what stands beside it. Nothing here is for pages of employees."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, and_, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from servicedesk.database import db
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.errors import N_, NotFoundError
from servicedesk.files.models import StoredFile
from servicedesk.incidents.message_text import article_slugs
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
from servicedesk.incidents.queries import rights
from servicedesk.incidents.queries.rights import Rights
from servicedesk.incidents.queries.visibility import (
    notes_readable_by,
    teams_of_class,
    visible_to,
    workable_as_staff_by,
)
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import editable_by, readable_by
from servicedesk.people.models import Person
from servicedesk.people.viewers import Anybody, Viewer

_JOINED, _OTHER = aliased(Incident), aliased(Incident)
_ABOUT_ARTICLES = ("article_linked", "article_removed", "article_proposed", "article_opened")


@dataclass(frozen=True)
class Entry:
    """A message or a note in the conversation, with its files."""

    item: Message | InternalNote
    files: tuple[StoredFile, ...]

    @property
    def is_note(self) -> bool:
        """Whether only staff may read it."""
        return isinstance(self.item, InternalNote)


@dataclass(frozen=True)
class Head:
    """An incident, what the person may do with it, and what it stands for."""

    incident: Incident
    rights: Rights
    known_problem: KnownProblem | None
    joined: int
    others_of_requester: int


@dataclass(frozen=True)
class ArticleLine:
    """An article beside an incident. `is_open_to_requester` is False when an answer should not point to it."""

    id: int
    slug: str
    title: str
    language: str
    is_open_to_requester: bool
    is_solution: bool


def get_head(incident_id: int, *, seen_by: Person) -> Head:
    """Return a visible incident and the person's rights, in one query. Raises NotFoundError."""
    anybody = Anybody.like(seen_by)
    values = {"incident_id": incident_id, **anybody.is_(seen_by)}
    row = db.session.execute(_head_for(anybody), values).one_or_none()
    if row is None:
        raise NotFoundError(N_("There is no such incident."))
    incident, problem, joined, others, *granted = tuple(row)
    return Head(incident, rights.from_row(tuple(granted)), problem, joined, others)


@cache
def _head_for(viewer: Anybody) -> Select[*tuple[Any, ...]]:
    return (
        select(Incident, KnownProblem, *_counts(viewer), *rights.columns_for(viewer))
        .outerjoin(KnownProblem, KnownProblem.incident_id == Incident.id)
        .where(Incident.id == bindparam("incident_id"), visible_to(viewer))
        .options(
            joinedload(Incident.requester),
            joinedload(Incident.filed_by),
            joinedload(Incident.assignee),
            joinedload(Incident.category),
            joinedload(Incident.team),
        )
    )


def list_entries(head: Head) -> tuple[list[Entry], tuple[StoredFile, ...]]:
    """Return messages, and notes if they may be read, in the order of time; and the files of the first text."""
    incident_id = head.incident.id
    messages = _messages(incident_id)
    notes = _notes(incident_id) if head.rights.notes else []
    by_message, by_note, first = _files(incident_id, with_notes=head.rights.notes)
    entries = [Entry(message, tuple(by_message[message.id])) for message in messages]
    entries += [Entry(note, tuple(by_note[note.id])) for note in notes]
    return sorted(entries, key=lambda entry: (entry.item.at, entry.item.id)), tuple(first)


def list_events(incident_id: int, *, seen_by: Person) -> list[IncidentEvent]:
    """Return the history, newest first; a line about an article that the person may not read is left out."""
    about_article = IncidentEvent.kind.in_(_ABOUT_ARTICLES)
    number = func.coalesce(func.nullif(IncidentEvent.after, ""), IncidentEvent.before)
    readable = select(cast(Article.id, String)).where(or_(readable_by(seen_by), editable_by(seen_by)))
    query = (
        select(IncidentEvent)
        .where(IncidentEvent.incident_id == incident_id, or_(~about_article, number.in_(readable)))
        .options(joinedload(IncidentEvent.actor))
        .order_by(IncidentEvent.at.desc(), IncidentEvent.id.desc())
    )
    return list(db.session.scalars(query))


def names_in_history(language: str) -> dict[str, str]:
    """Return the names of the teams and categories that the history tells of by their keys."""
    names = {f"category:{item.key}": item.name(language) for item in db.session.scalars(select(Category))}
    return names | {f"team:{item.key}": item.name(language) for item in db.session.scalars(select(Team))}


def list_articles(
    incident: Incident, article_ids: Sequence[int], texts: Sequence[str], *, seen_by: Person
) -> list[ArticleLine]:
    """Return what solved the incident, in that order, and the articles with these ids or named in these texts.

    None of them is one that the person may not read.
    """
    slugs = article_slugs(texts)
    is_solved_by_article = incident.resolution == "article"
    if not article_ids and not slugs and not is_solved_by_article:
        return []
    solves = and_(SolvingArticle.incident_id == incident.id, SolvingArticle.removed_at.is_(None))
    solving = select(SolvingArticle.article_id).where(solves, literal(is_solved_by_article))
    wanted = or_(Article.id.in_(article_ids), Article.slug.in_(slugs), Article.id.in_(solving))
    is_open, is_solution = readable_by(incident.requester), Article.id.in_(solving)
    rows = db.session.execute(
        select(Article.id, Article.slug, Article.title, Article.language, is_open, is_solution)
        .outerjoin(SolvingArticle, and_(solves, SolvingArticle.article_id == Article.id))
        .where(wanted, readable_by(seen_by))
        .order_by(SolvingArticle.id)
    )
    return [ArticleLine(*row[:4], bool(row[4]), bool(row[5])) for row in rows]


def list_teams(*, with_members_of: int) -> list[tuple[Team, list[Person]]]:
    """Return all teams that incidents can be moved to, the one with this id with those who work in it."""
    rows = db.session.execute(
        select(Team, Person)
        .outerjoin(TeamMember, and_(TeamMember.team_id == Team.id, Team.id == with_members_of))
        .outerjoin(Person, and_(Person.id == TeamMember.person_id, Person.is_active))
        .where(Team.is_active)
        .order_by(Team.id, Person.display_name)
    )
    members: dict[Team, list[Person]] = {}
    for team, person in rows:
        members.setdefault(team, [])
        if person is not None:
            members[team].append(person)
    return list(members.items())


def list_followers(incident_id: int) -> list[Person]:
    """Return who follows an incident that was found visible, longest first."""
    query = (
        select(Person).join(Watcher, Watcher.person_id == Person.id).where(Watcher.incident_id == incident_id)
    )
    return list(db.session.scalars(query.order_by(Watcher.at)))


def get_note_file(incident_id: int, file_id: int, *, seen_by: Person) -> StoredFile:
    """Return a file of an internal note. Raises NotFoundError alike for absent ones and those of others."""
    file = db.session.scalar(
        select(StoredFile)
        .join(IncidentFile, IncidentFile.file_id == StoredFile.id)
        .join(Incident, Incident.id == IncidentFile.incident_id)
        .where(
            Incident.id == incident_id,
            StoredFile.id == file_id,
            IncidentFile.note_id.is_not(None),
            notes_readable_by(seen_by),
        )
    )
    if file is None:
        raise NotFoundError(N_("There is no such file."))
    return file


def _counts(seen_by: Viewer) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Count what was joined to an incident, and what else its requester asked for, as far as the person sees it as staff."""
    joined = select(func.count(_JOINED.id)).where(
        _JOINED.same_as_id == Incident.id,
        # What is resolved along: both are normal (actions/resolving.py).
        _JOINED.team_id.in_(teams_of_class("normal")),
        Incident.team_id.in_(teams_of_class("normal")),
        workable_as_staff_by(seen_by, of=_JOINED),
    )
    others = select(func.count(_OTHER.id)).where(
        _OTHER.requester_id == Incident.requester_id,
        _OTHER.id != Incident.id,
        workable_as_staff_by(seen_by, of=_OTHER),
    )
    return joined.scalar_subquery(), others.scalar_subquery()


def _messages(incident_id: int) -> Sequence[Message]:
    query = select(Message).where(Message.incident_id == incident_id).options(joinedload(Message.author))
    return db.session.scalars(query).all()


def _notes(incident_id: int) -> Sequence[InternalNote]:
    query = select(InternalNote).where(InternalNote.incident_id == incident_id)
    return db.session.scalars(query.options(joinedload(InternalNote.author))).all()


def _files(
    incident_id: int, *, with_notes: bool
) -> tuple[dict[int, list[StoredFile]], dict[int, list[StoredFile]], list[StoredFile]]:
    query = (
        select(IncidentFile.message_id, IncidentFile.note_id, StoredFile)
        .join(IncidentFile.file)
        .where(IncidentFile.incident_id == incident_id)
        .order_by(IncidentFile.id)
    )
    if not with_notes:
        query = query.where(IncidentFile.note_id.is_(None))
    by_message: dict[int, list[StoredFile]] = defaultdict(list)
    by_note: dict[int, list[StoredFile]] = defaultdict(list)
    first: list[StoredFile] = []
    for message_id, note_id, file in db.session.execute(query):
        if message_id is not None:
            by_message[message_id].append(file)
        elif note_id is not None:
            by_note[note_id].append(file)
        else:
            first.append(file)
    return by_message, by_note, first
