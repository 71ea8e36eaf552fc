"""Articles with all their revisions, what people said of them, and where they stand with kb_articles/."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicedesk.database import Model, Utc, now
from servicedesk.files.models import StoredFile
from servicedesk.people.models import Person
from servicedesk.people.rules import GROUP_PREFIX

_AUDIENCE = (
    "audience IN ('everyone', 'staff') OR (substr(audience, 1, 6) = 'group:' AND length(audience) > 6)"
)


class Article(Model):
    """A help article; readers see its published revision.

    The columns here repeat of that revision what lists, filters and the visibility predicate need, and change only
    when a revision is published. `audience` is "everyone", "staff" or "group:<directory group>". `state` is "draft",
    "published" or "archived". `translation_of_id` points from a translation to its original.
    """

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_state_audience", "state", "audience"),
        Index("ix_articles_state_category", "state", "category"),
        CheckConstraint("state IN ('draft', 'published', 'archived')", name="state"),
        CheckConstraint(_AUDIENCE, name="audience"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    audience: Mapped[str] = mapped_column(String(200), default="everyone")
    category: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    review_on: Mapped[date | None] = mapped_column(Date, index=True)
    translation_of_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"), index=True)
    published_revision_id: Mapped[int | None] = mapped_column(
        ForeignKey(
            "article_revisions.id", use_alter=True, name="fk_articles_published_revision_id_article_revisions"
        )
    )
    published_at: Mapped[datetime | None] = mapped_column(Utc, index=True)
    verified_at: Mapped[datetime | None] = mapped_column(Utc)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    newest_number: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)

    published_revision: Mapped["ArticleRevision | None"] = relationship(
        foreign_keys=[published_revision_id], post_update=True
    )
    revisions: Mapped[list["ArticleRevision"]] = relationship(
        back_populates="article", foreign_keys="ArticleRevision.article_id", order_by="ArticleRevision.number"
    )
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id])
    translation_of: Mapped["Article | None"] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict here.

    @property
    def is_for_group(self) -> bool:
        """Whether only the people of one directory group may read it."""
        return self.audience.startswith(GROUP_PREFIX)


# Which files of its article a revision shows: whoever may read the one may see the other.
shown_files = Table(
    "shown_files",
    Model.metadata,
    Column("revision_id", ForeignKey("article_revisions.id"), primary_key=True),
    Column("file_id", ForeignKey("article_files.id"), primary_key=True, index=True),
)


class ArticleRevision(Model):
    """One state of an article's text, never changed once written. `html` is rendered and cleaned once, from `body`.

    `is_left`: whoever wrote the next text could not see this one, and nobody who can has settled that yet.
    """

    __tablename__ = "article_revisions"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        CheckConstraint(_AUDIENCE, name="audience"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    audience: Mapped[str] = mapped_column(String(200), default="everyone")
    category: Mapped[str] = mapped_column(String(200), default="")
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    facts_needed: Mapped[list[str]] = mapped_column(JSON, default=list)
    time_minutes: Mapped[int | None]
    review_on: Mapped[date | None] = mapped_column(Date)
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    plain_text: Mapped[str] = mapped_column(Text)
    contents: Mapped[list[dict[str, object]]] = mapped_column(JSON, default=list)
    steps: Mapped[list[str]] = mapped_column(JSON, default=list)
    change_note: Mapped[str] = mapped_column(String(300), default="")
    is_left: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)

    article: Mapped[Article] = relationship(back_populates="revisions", foreign_keys=[article_id])
    author: Mapped[Person | None] = relationship()
    files: Mapped[list["ArticleFile"]] = relationship(secondary=shown_files)


class ArticleFile(Model):
    """An image or other file of an article; readable by whom a revision is that shows it."""

    __tablename__ = "article_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))

    file: Mapped[StoredFile] = relationship()


class ArticleSource(Model):
    """The incident that an article was drafted from, whose words it holds: closed with it, unless somebody let it go.

    From revision `open_from` on somebody who could read both has found that nothing of the incident is left in it.
    """

    __tablename__ = "article_sources"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    open_from: Mapped[int | None]


class FormerAddress(Model):
    """An address whose words are those of a title that fewer people may read: it leads only these to the article still."""

    __tablename__ = "former_addresses"
    __table_args__ = (CheckConstraint(_AUDIENCE, name="audience"),)

    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    audience: Mapped[str] = mapped_column(String(200))


class ArticleFeedback(Model):
    """A reader's answer to "Did this solve it?". One person's newest answer to an article counts."""

    __tablename__ = "article_feedback"
    __table_args__ = (UniqueConstraint("article_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    solved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(40), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Utc, default=now)


class SyncedFile(Model):
    """What `flask kb sync` last saw of an article's file: its hash, the revision, and the state that both had.

    `state` is None in rows of an earlier version: nobody wrote it down. `is_closed_here` says that not the file took the
    article away from readers: it only repeats what somebody did here.
    """

    __tablename__ = "synced_files"

    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), unique=True)
    file_sha256: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[int] = mapped_column(ForeignKey("article_revisions.id"))
    state: Mapped[str | None] = mapped_column(String(12))
    is_closed_here: Mapped[bool] = mapped_column(default=False)
    synced_at: Mapped[datetime] = mapped_column(Utc, default=now)


class ImportedFile(Model):
    """What `flask kb import` last read of a file: the same file again changes nothing, a changed one gives a revision.

    `source` names the imported tree (actions/tree_identity.py), `path` is the file's place in it; `revision_number` tells
    whether somebody edited the article here since. `state` is the one that the file gave it, None in rows of an earlier
    version, which published everything. `text_sha256` is of the file alone, `file_sha256` of what it shows as well.
    """

    __tablename__ = "imported_files"
    __table_args__ = (UniqueConstraint("source", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(400))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    file_sha256: Mapped[str] = mapped_column(String(64))
    revision_number: Mapped[int]
    state: Mapped[str | None] = mapped_column(String(12))
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(Utc, default=now)
