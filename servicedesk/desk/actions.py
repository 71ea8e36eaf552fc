"""Setting up teams and categories. The caller commits."""

from collections.abc import Callable, Iterable

from sqlalchemy import func, select

from servicedesk import foreign_text
from servicedesk.database import db, insert_missing
from servicedesk.desk import queries, rules
from servicedesk.desk.models import Category, Team, TeamMember
from servicedesk.errors import N_, ConflictError, InvalidInputError
from servicedesk.people.models import Person, SecurityEvent
from servicedesk.people.rules import CATEGORY_MOVED, LEAD_NAMED, LEAD_REMOVED, TEAM_CHANGED


def make_missing_teams(keys: Iterable[str]) -> list[str]:
    """Make the teams of these keys that are not there, so that a new installation can take its first incident; return their keys.

    The first one of all takes whatever fits nowhere else, and all IT staff may read it. Any other is for its own members until
    somebody says otherwise (`flask desk team KEY --visibility`): who names a group "hr" must not open it to all of IT.
    """
    wanted = list(dict.fromkeys(keys)) or [rules.FIRST_TEAM]
    there = set(db.session.scalars(select(Team.key)))
    missing = [key for key in wanted if key not in there]
    if missing:
        # Once there are teams, only the service desk opens by itself: that all others were closed says nothing of a new "hr".
        may_open = not there or rules.FIRST_TEAM in missing
        first = _first_of(missing) if may_open and not queries.has_team_for_everybody() else None
        for key in missing:
            row = _row(key, is_open=key == first)
            if insert_missing(Team, row):
                _note(TEAM_CHANGED, key, row["visibility"])
    _make_last_category()
    return missing


def change_team(
    key: str,
    *,
    name_en: str | None = None,
    name_pl: str | None = None,
    visibility: str | None = None,
    is_active: bool | None = None,
    is_in_use: Callable[[int], bool],
) -> Team:
    """Make the team of this key, or change what is given of it. Raises InvalidInputError, ConflictError.

    Whether all of IT, the team or nobody else reads what a team has is decided before it has anything (`is_in_use`).
    """
    team = db.session.scalar(select(Team).where(Team.key == key).with_for_update())
    before = (team.visibility, team.is_active) if team else None
    if team is None:
        name = rules.name_from(_checked_key(key))
        team = Team(key=key, name_en=name, name_pl=name, visibility=visibility or "team", is_active=True)
        db.session.add(team)
    elif visibility not in (None, team.visibility) and is_in_use(team.id):
        raise ConflictError(
            N_("This team has incidents already. Make a new team of that class and move them to it.")
        )
    team.visibility = visibility or team.visibility
    team.name_en, team.name_pl = _name(name_en) or team.name_en, _name(name_pl) or team.name_pl
    team.is_active = team.is_active if is_active is None else is_active
    if before != (team.visibility, team.is_active):
        _note(TEAM_CHANGED, key, team.visibility, "" if team.is_active else "inactive")
    db.session.flush()
    return team


def set_lead(team: Team, user_name: str, *, is_lead: bool) -> None:
    """Let a member lead the team, or no more. Raises InvalidInputError if nobody of this user name works in it.

    Out of a restricted team only its leads let anything go; no group of the directory says who they are.
    """
    named = select(Person.id).where(func.lower(Person.user_name) == user_name.strip().lower())
    if is_lead:
        named = named.where(Person.is_active)
    members = select(TeamMember).where(TeamMember.team_id == team.id, TeamMember.person_id.in_(named))
    found = db.session.scalars(members.with_for_update()).all()
    if not found:
        raise InvalidInputError(
            N_("Nobody of this user name works in this team. Its groups in GROUPS say who does.")
        )
    for member in found:
        if member.is_lead != is_lead:
            kind = LEAD_NAMED if is_lead else LEAD_REMOVED
            db.session.add(SecurityEvent(kind=kind, person_id=member.person_id, detail=team.key))
        member.is_lead = is_lead
    db.session.flush()


def change_category(
    key: str,
    *,
    name_en: str | None = None,
    name_pl: str | None = None,
    team_key: str | None = None,
    position: int | None = None,
    is_active: bool | None = None,
) -> Category:
    """Make the category of this key, or change what is given of it. A new one needs a team. Raises InvalidInputError."""
    team = db.session.scalar(select(Team).where(Team.key == team_key)) if team_key else None
    if team_key and team is None:
        raise InvalidInputError(N_("There is no team of this key. Make it first, or see: flask desk show"))
    category = db.session.scalar(select(Category).where(Category.key == key).with_for_update())
    if category is None:
        if team is None:
            raise InvalidInputError(N_("Say with --team which team gets what is filed under it."))
        name = rules.name_from(_checked_key(key))
        category = Category(key=key, name_en=name, name_pl=name, team=team, position=0, is_active=True)
        db.session.add(category)
    elif team is not None and team is not category.team:
        # Who reads what is filed under it is another from now on.
        _note(CATEGORY_MOVED, team.key, key)
    category.team = team or category.team
    category.name_en = _name(name_en) or category.name_en
    category.name_pl = _name(name_pl) or category.name_pl
    category.position = category.position if position is None else position
    category.is_active = category.is_active if is_active is None else is_active
    db.session.flush()
    return category


def _note(kind: str, *words: object) -> None:
    """Let admins see it; by a command or a setting it is nobody in particular."""
    db.session.add(SecurityEvent(kind=kind, detail=", ".join(str(word) for word in words if word)))


def _checked_key(key: str) -> str:
    if not 0 < len(key) <= rules.LONGEST_KEY or key != foreign_text.line(key):
        raise InvalidInputError(N_("A key has 1 to 60 letters, such as service-desk."))
    return key


def _name(name: str | None) -> str:
    return foreign_text.line(name or "")[: rules.LONGEST_NAME]


def _first_of(keys: list[str]) -> str:
    return rules.FIRST_TEAM if rules.FIRST_TEAM in keys else keys[0]


def _row(key: str, *, is_open: bool) -> dict[str, object]:
    name, visibility = rules.name_from(key), "normal" if is_open else "team"
    return {"key": key, "name_en": name, "name_pl": name, "visibility": visibility, "is_active": True}


def _make_last_category() -> None:
    """Make "Something else" while nobody has made a category, for the first team that all IT staff read."""
    if db.session.scalar(select(Category.id).limit(1)) is not None:
        return
    opens = select(Team.id).where(Team.is_active, Team.visibility == "normal").order_by(Team.id)
    team_id = db.session.scalar(opens.limit(1))
    if team_id is not None:
        names = {"key": rules.LAST_CATEGORY, "name_en": "Something else", "name_pl": "Coś innego"}
        insert_missing(Category, {**names, "team_id": team_id, "position": 1000, "is_active": True})
