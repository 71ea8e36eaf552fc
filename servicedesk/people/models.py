"""People as the directory knows them, their web sessions, and what guards the log-in."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicedesk.database import Model, Utc, now
from servicedesk.people import rules


class Person(Model):
    """Somebody the directory knows (or knew). Never deleted: incidents and articles keep pointing to them.

    `directory_key` is the directory's objectGUID or entryUUID, so a renamed person stays the same person and a
    new one with an old mail address does not inherit. `roles` holds "agent", "editor", "admin"; everybody is an
    employee. `groups` are the names of all directory groups, nested ones resolved, that no other group has, and the
    entries of the setting GROUPS that mean one of them (decision 0016). Both are as of `state_checked_at`, the last
    time the directory answered for this person; `state_asked_at` is the last time it was asked between log-ins and did
    not confirm them.
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    directory_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    user_name: Mapped[str] = mapped_column(String(128), index=True)
    mail: Mapped[str | None] = mapped_column(String(254), index=True)
    display_name: Mapped[str] = mapped_column(String(200))
    department: Mapped[str | None] = mapped_column(String(200))
    telephone: Mapped[str | None] = mapped_column(String(64))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    groups: Mapped[list[str]] = mapped_column(JSON, default=list)
    language: Mapped[str | None] = mapped_column(String(8))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    is_active: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[datetime | None] = mapped_column(Utc)
    state_checked_at: Mapped[datetime] = mapped_column(Utc, default=now)
    state_asked_at: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    last_login_at: Mapped[datetime | None] = mapped_column(Utc)
    is_break_glass: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))

    @property
    def known_roles(self) -> list[str]:
        """The roles that mean something to this version."""
        return rules.known_roles(self.roles)

    def has_role(self, role: str) -> bool:
        """Tell whether the person has a role: "agent", "editor" or "admin"."""
        return role in self.known_roles

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences that the person belongs to now; see `audiences_of`."""
        return rules.audiences_of(roles=self.roles, groups=self.groups)

    @property
    def is_staff(self) -> bool:
        """Whether articles for staff are for this person."""
        return bool(self.known_roles)

    @property
    def initials(self) -> str:
        """At most two letters for the avatar."""
        words = [word for word in self.display_name.split() if word[:1].isalpha()]
        return (
            "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
        )

    # What Flask-Login asks of a user.
    @property
    def is_authenticated(self) -> bool:
        """Always true: nobody else is ever loaded."""
        return True

    @property
    def is_anonymous(self) -> bool:
        """Never: see `is_authenticated`."""
        return False

    def get_id(self) -> str:
        """Return the id as text, for Flask-Login; never asked of the database, not even after a commit."""
        identity = inspect(self).identity
        return str(identity[0] if identity else self.id)


class WebSession(Model):
    """A person signed in at one browser. The cookie holds a random id; only its SHA-256 is stored."""

    __tablename__ = "web_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    last_used_at: Mapped[datetime] = mapped_column(Utc, default=now)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    network: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class LoginFailure(Model):
    """One refused log-in, counted against the account and against the network (security.md S4)."""

    __tablename__ = "login_failures"
    __table_args__ = (
        Index("ix_login_failures_account_at", "account", "at"),
        Index("ix_login_failures_network_at", "network", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(128))
    network: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Utc, default=now)


class SecurityEvent(Model):
    """Something that admins should know about, as the use of the break-glass account. Appended, never changed."""

    __tablename__ = "security_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    network: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)

    person: Mapped[Person | None] = relationship()


class SyncRun(Model):
    """One applied sync with the directory; its changes are its journal, from which it can be undone.

    Numbers are given again once an older database is put back, a random `mark` is not.
    """

    __tablename__ = "sync_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(8), default=rules.new_mark, server_default="")
    applied_at: Mapped[datetime] = mapped_column(Utc, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(Utc)

    changes: Mapped[list["SyncChange"]] = relationship(back_populates="run", order_by="SyncChange.id")

    @property
    def reference(self) -> str:
        """What it is undone by, for instance 12-k7q2."""
        return f"{self.id}-{self.mark}"


class SyncChange(Model):
    """What one sync did to one person: `before` and `after` hold only the fields that differ."""

    __tablename__ = "sync_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("sync_runs.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(12))
    before: Mapped[dict[str, object]] = mapped_column(JSON)
    after: Mapped[dict[str, object]] = mapped_column(JSON)

    run: Mapped[SyncRun] = relationship(back_populates="changes")
    person: Mapped[Person] = relationship()
