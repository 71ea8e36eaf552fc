"""The queue: incidents that the person sees as staff, filtered, in pages, with the counts of the saved views.

Rows are plain values, not objects: texts stay in the database, and a page of fifty costs one query. Every count is taken
after authorization, by the same condition as the list.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from servicedesk.database import db
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.incidents import fulltext
from servicedesk.incidents.models import Incident
from servicedesk.incidents.queries.visibility import workable_as_staff_by
from servicedesk.incidents.rules import OPEN_STATES, State
from servicedesk.people.models import Person

PAGE_SIZE = 50
_LONGEST_NUMBER = 9
_REQUESTER, _ASSIGNEE = aliased(Person), aliased(Person)
Sort = Literal["newest", "oldest", "priority"]


@dataclass(frozen=True)
class Filter:
    """What the queue shows. `state` is a State, "open" or "all"; `team` and `assignee` an id, or "mine", "me", "nobody"."""

    state: str = "open"
    team: str = ""
    assignee: str = ""
    category: int | None = None
    priority: int | None = None
    requester: int | None = None
    words: str = ""
    sort: Sort = "newest"


@dataclass(frozen=True)
class Line:
    """One incident in the queue."""

    id: int
    title: str
    language: str
    state: str
    priority: int
    created_at: datetime
    updated_at: datetime
    requester: str
    assignee: str | None
    team: Team = field(repr=False)
    may_take: bool

    @property
    def reference(self) -> str:
        """The number as people say it."""
        return f"INC-{self.id}"


@dataclass(frozen=True)
class Counts:
    """How many incidents each saved view has, and the list that is shown."""

    mine: int
    unassigned: int
    open: int
    waiting: int
    resolved: int


def list_lines(chosen: Filter, *, seen_by: Person, page: int) -> list[Line]:
    """Return one page of the incidents that pass the filter."""
    # The ids come first, from indexes alone; only the fifty rows that are shown are read.
    ids = (
        select(Incident.id)
        .where(*_conditions(chosen, seen_by))
        .order_by(*_order(chosen.sort))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Incident.id,
            Incident.title,
            Incident.language,
            Incident.state,
            Incident.priority,
            Incident.created_at,
            Incident.updated_at,
            _REQUESTER.display_name,
            _ASSIGNEE.display_name,
            Team,
            _may_take(seen_by),
        )
        .join(ids, ids.c.id == Incident.id)
        .join(_REQUESTER, _REQUESTER.id == Incident.requester_id)
        .outerjoin(_ASSIGNEE, _ASSIGNEE.id == Incident.assignee_id)
        .join(Team, Team.id == Incident.team_id)
        .order_by(*_order(chosen.sort))
    )
    return [Line(*values) for values in map(tuple, rows)]


def count_lines(chosen: Filter, *, seen_by: Person) -> int:
    """Return how many incidents pass the filter."""
    return db.session.scalar(select(func.count(Incident.id)).where(*_conditions(chosen, seen_by))) or 0


def count_views(*, seen_by: Person) -> Counts:
    """Return the counts of the saved views, in one pass over what is not closed."""
    is_open = Incident.state.in_(OPEN_STATES)

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

    row = db.session.execute(
        select(
            count(is_open, Incident.assignee_id == seen_by.id),
            count(is_open, Incident.assignee_id.is_(None), Incident.team_id.in_(_own_teams(seen_by))),
            count(is_open),
            count(Incident.state == State.WAITING),
            count(Incident.state == State.RESOLVED),
        ).where(Incident.state.in_((*OPEN_STATES, State.RESOLVED)), workable_as_staff_by(seen_by))
    ).one()
    return Counts(*row)


def find_number(words: str, *, seen_by: Person) -> int | None:
    """Return the id that the words are the number of (INC-1042 or 1042), if the person sees that incident as staff."""
    digits = words.strip().upper().removeprefix("INC-").strip()
    if not digits.isascii() or not digits.isdecimal() or len(digits) > _LONGEST_NUMBER:
        return None
    return db.session.scalar(
        select(Incident.id).where(Incident.id == int(digits), workable_as_staff_by(seen_by))
    )


@dataclass(frozen=True)
class Choices:
    """What the filters offer: teams whose incidents the person may see, those who work in them, and categories."""

    teams: list[Team]
    people: list[tuple[int, str]]
    categories: list[Category]


def list_choices(*, seen_by: Person) -> Choices:
    """Return what can be filtered by; teams that the person may not look into are not named."""
    may_look_into = or_(Team.visibility == "normal", Team.id.in_(_own_teams(seen_by)))
    rows = db.session.execute(
        select(Team, Person.id, Person.display_name)
        .outerjoin(TeamMember, TeamMember.team_id == Team.id)
        .outerjoin(Person, and_(Person.id == TeamMember.person_id, Person.is_active))
        .where(Team.is_active, may_look_into)
        .order_by(Team.id, Person.display_name)
    ).all()
    teams = {team.id: team for team, _id, _name in rows}
    people = {person_id: name for _team, person_id, name in rows if person_id is not None}
    categories = db.session.scalars(
        select(Category)
        .where(Category.is_active, Category.team_id.in_(teams))
        .order_by(Category.position, Category.id)
    )
    return Choices(list(teams.values()), sorted(people.items(), key=lambda item: item[1]), list(categories))


def _conditions(chosen: Filter, seen_by: Person) -> list[ColumnElement[bool]]:
    conditions = [workable_as_staff_by(seen_by), *_team_and_assignee(chosen, seen_by)]
    if chosen.state == "open":
        conditions.append(Incident.state.in_(OPEN_STATES))
    elif chosen.state != "all":
        conditions.append(Incident.state == chosen.state)
    if chosen.category is not None:
        conditions.append(Incident.category_id == chosen.category)
    if chosen.requester is not None:
        conditions.append(Incident.requester_id == chosen.requester)
    if chosen.priority is not None:
        conditions.append(Incident.priority == chosen.priority)
    matches = fulltext.having(chosen.words) if chosen.words else None
    return conditions if matches is None else [*conditions, matches]


def _team_and_assignee(chosen: Filter, seen_by: Person) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.team == "mine":
        conditions.append(Incident.team_id.in_(_own_teams(seen_by)))
    elif chosen.team:
        conditions.append(Incident.team_id == int(chosen.team))
    if chosen.assignee == "nobody":
        conditions.append(Incident.assignee_id.is_(None))
    elif chosen.assignee:
        assignee_id = seen_by.id if chosen.assignee == "me" else int(chosen.assignee)
        conditions.append(Incident.assignee_id == assignee_id)
    return conditions


def _may_take(person: Person) -> ColumnElement[bool]:
    """Agents take what nobody has in a team of theirs; admins only assign."""
    if not person.has_role("agent"):
        return false()
    return and_(
        Incident.assignee_id.is_(None),
        Incident.state.in_(OPEN_STATES),
        Incident.team_id.in_(_own_teams(person)),
    )


def _order(sort: Sort) -> tuple[ColumnElement[int], ...]:
    """Numbers are given in the order of filing, so the id sorts by age without another index."""
    if sort == "oldest":
        return (Incident.id.asc(),)
    if sort == "priority":
        return (Incident.priority.asc(), Incident.id.asc())
    return (Incident.id.desc(),)


def _own_teams(person: Person) -> Select[int]:
    return select(TeamMember.team_id).where(TeamMember.person_id == person.id)
