"""Teams and the categories that lead to them."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from servicedesk.database import Model
from servicedesk.desk.rules import OPENER_CLASSES
from servicedesk.people.models import Person


class Team(Model):
    """People who work on incidents together: IT teams, and departments such as accounting or legal.

    `visibility` is the class of all incidents that the team owns (permissions.md §1): "normal" (all agents may
    read), "team" (its members only) or "restricted" (its members only; admins see metadata; nothing is learned), which any
    other is too.
    """

    __tablename__ = "teams"
    __table_args__ = (CheckConstraint("visibility IN ('normal', 'team', 'restricted')", name="visibility"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(120))
    name_pl: Mapped[str] = mapped_column(String(120))
    visibility: Mapped[str] = mapped_column(String(12), default="normal")
    is_active: Mapped[bool] = mapped_column(default=True)

    members: Mapped[list["TeamMember"]] = relationship(back_populates="team")

    def name(self, language: str) -> str:
        """Return the name in the reader's language."""
        return self.name_pl if language == "pl" else self.name_en

    @property
    def is_restricted(self) -> bool:
        """Whether only its members may read what it has."""
        return self.visibility not in OPENER_CLASSES


class TeamMember(Model):
    """Somebody works in a team. `is_from_directory` rows follow the directory's groups at each log-in and sync."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    is_lead: Mapped[bool] = mapped_column(default=False)
    is_from_directory: Mapped[bool] = mapped_column(default=True)

    team: Mapped[Team] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Category(Model):
    """What an incident is about; it decides the team that gets it first."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(120))
    name_pl: Mapped[str] = mapped_column(String(120))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    team: Mapped[Team] = relationship()

    def name(self, language: str) -> str:
        """Return the name in the reader's language."""
        return self.name_pl if language == "pl" else self.name_en
