"""Incidents: the conversation, internal notes, history, files, followers, solving articles and known problems."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicedesk.database import Model, Utc, now
from servicedesk.desk.models import Category, Team
from servicedesk.files.models import StoredFile
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person


class Incident(Model):
    """Something does not work for somebody. Its id is its number: INC-1042.

    `state` is "new", "in_progress", "waiting" (for the requester), "resolved" or "closed"; `channel` "web", "mail",
    "phone", "chat" or "api". `impact` (1 company, 2 team, 3 me) and `urgency` (1 cannot work, 2 work is hampered,
    3 no hurry) give the `priority` 1–4 by rules.priority. `text` is what the requester wrote first and is never
    changed. `idempotency_key` makes a double click file once. `same_as_id` points to the incident that stands
    for many; its followers hear what happens there. `steps_tried` are numbers of steps of `about_revision_id`: their words are
    the article's, and are looked up for who may read them. `version` guards against lost updates.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        UniqueConstraint("filed_by_id", "idempotency_key"),
        CheckConstraint("state IN ('new', 'in_progress', 'waiting', 'resolved', 'closed')", name="state"),
        Index("ix_incidents_requester_id_updated_at", "requester_id", "updated_at"),
        Index("ix_incidents_state_created_at", "state", "created_at"),
        Index("ix_incidents_counts", "state", "team_id", "assignee_id", "requester_id"),
        # The queue in the order of priority, with all that decides who sees what: fifty rows are read, whatever the state.
        Index("ix_incidents_by_priority", "priority", "id", "team_id", "state"),
        Index("ix_incidents_team_id_state_created_at", "team_id", "state", "created_at"),
        Index("ix_incidents_assignee_id_state", "assignee_id", "state"),
        Index("ix_incidents_category_id_state", "category_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="new")
    channel: Mapped[str] = mapped_column(String(8), default="web")
    impact: Mapped[int] = mapped_column(default=3)
    urgency: Mapped[int] = mapped_column(default=2)
    priority: Mapped[int] = mapped_column(default=3)
    contact: Mapped[str] = mapped_column(String(200), default="")
    requester_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    about_article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    about_revision_id: Mapped[int | None] = mapped_column(ForeignKey("article_revisions.id"))
    steps_tried: Mapped[list[int]] = mapped_column(JSON, default=list)
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    resolution: Mapped[str] = mapped_column(String(20), default="")
    proposed_article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    updated_at: Mapped[datetime] = mapped_column(Utc, default=now)
    first_response_at: Mapped[datetime | None] = mapped_column(Utc)
    resolved_at: Mapped[datetime | None] = mapped_column(Utc, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    version: Mapped[int] = mapped_column(default=1)

    requester: Mapped[Person] = relationship(foreign_keys=[requester_id])
    filed_by: Mapped[Person] = relationship(foreign_keys=[filed_by_id])
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])
    category: Mapped[Category | None] = relationship()
    team: Mapped[Team] = relationship()
    same_as: Mapped["Incident | None"] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict here.

    @property
    def reference(self) -> str:
        """The number as people say it, for instance INC-1042."""
        return f"INC-{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in ("new", "in_progress", "waiting")


class Message(Model):
    """One turn of the conversation that the requester and the desk both read."""

    __tablename__ = "incident_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(8), default="web")
    is_from_desk: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(Utc, default=now)

    author: Mapped[Person] = relationship()


class InternalNote(Model):
    """What staff tell each other. In a table of its own, so that no page, mail or search for employees can touch it."""

    __tablename__ = "internal_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Utc, default=now)

    author: Mapped[Person] = relationship()


class IncidentEvent(Model):
    """One line of the history: who changed what from which value to which. `is_public` lines the requester sees too."""

    __tablename__ = "incident_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(24))
    before: Mapped[str] = mapped_column(String(300), default="")
    after: Mapped[str] = mapped_column(String(300), default="")
    is_public: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(Utc, default=now)

    actor: Mapped[Person | None] = relationship()


class IncidentFile(Model):
    """A file that came with the incident's first text (no `message_id`), with a message, or with an internal note."""

    __tablename__ = "incident_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), unique=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("incident_messages.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("internal_notes.id"))

    file: Mapped[StoredFile] = relationship()


class Watcher(Model):
    """A colleague who follows an incident and hears what the requester hears."""

    __tablename__ = "watchers"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(Utc, default=now)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SolvingArticle(Model):
    """The article that solved an incident: what the search learns from. A removed link stays on record and stops counting."""

    __tablename__ = "solving_articles"
    __table_args__ = (
        Index("uq_solving_articles_current", "incident_id", "article_id", unique=True, sqlite_where=text("removed_at IS NULL"),
              postgresql_where=text("removed_at IS NULL")),
        Index("ix_solving_articles_article_id", "article_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    linked_at: Mapped[datetime] = mapped_column(Utc, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(Utc)

    article: Mapped[Article] = relationship()


class KnownProblem(Model):
    """What staff have declared to be broken now. Its titles are for everybody; `incident_id` stands for all reports of it."""

    __tablename__ = "known_problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    title_en: Mapped[str] = mapped_column(String(200))
    title_pl: Mapped[str] = mapped_column(String(200))
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime] = mapped_column(Utc, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Utc, index=True)

    incident: Mapped[Incident] = relationship()

    def title(self, language: str) -> str:
        """Return the title in the reader's language."""
        return self.title_pl if language == "pl" else self.title_en


class Draft(Model):
    """What somebody has typed into the form and not yet filed: survives reload, log-out and restart. One a person."""

    __tablename__ = "incident_drafts"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    fields: Mapped[dict[str, object]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(Utc, default=now)


class UnfindableIncident(Model):
    """An incident whose words were taken out of the full text, until a job has written them anew."""

    __tablename__ = "unfindable_incidents"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), primary_key=True)
