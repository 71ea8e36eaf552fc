"""Reading about people: their sessions, what admins should know, whom to ask the directory about."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, SelectBase, Text, case, cast, func, or_, select
from sqlalchemy.orm import joinedload

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.people import rules
from servicedesk.people.models import Person, SecurityEvent, WebSession

_SHORTEST_LOOKUP, _MOST_WORDS, _MOST_FOUND = 2, 4, 8
_MOST_WITH_ONE_MAIL = 5
_BEFORE_A_NAME = (" ", "-")


def list_web_sessions(person_id: int) -> Sequence[WebSession]:
    """Return the person's live sessions, last used first."""
    found = select(WebSession).where(WebSession.person_id == person_id, *_is_live(now()))
    return db.session.scalars(found.order_by(WebSession.last_used_at.desc())).all()


def list_security_events(*, page: int, size: int) -> tuple[Sequence[SecurityEvent], int]:
    """Return one page (from 1) of what admins should know, newest first, and how many there are."""
    found = select(SecurityEvent).options(joinedload(SecurityEvent.person))
    ordered = found.order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc())
    events = db.session.scalars(ordered.limit(size).offset((page - 1) * size)).all()
    return events, db.session.scalar(select(func.count(SecurityEvent.id))) or 0


def find_break_glass_use() -> datetime | None:
    """Return when the break-glass account was last used, if that is still to be shown to all admins."""
    uses = select(func.max(SecurityEvent.at)).where(SecurityEvent.kind == rules.BREAK_GLASS_USED)
    return db.session.scalar(uses.where(SecurityEvent.at > now() - rules.BREAK_GLASS_SHOWN_FOR))


def has_break_glass() -> bool:
    """Tell whether somebody could sign in without the directory."""
    found = select(Person.id).where(Person.is_break_glass, Person.is_active)
    return db.session.scalar(found.limit(1)) is not None


def find_newest_log_in() -> datetime | None:
    """Return when somebody signed in last."""
    return db.session.scalar(select(func.max(Person.last_login_at)))


def list_colleagues(text: str) -> Sequence[Person]:
    """Return at most eight active people each word of the text fits: the beginning of a name, user name or mail address."""
    words = text.split()[:_MOST_WORDS]
    if sum(map(len, words)) < _SHORTEST_LOOKUP:
        return []
    found = select(Person).where(Person.is_active, ~Person.is_break_glass, *map(_is_called, words))
    return db.session.scalars(found.order_by(Person.display_name, Person.id).limit(_MOST_FOUND)).all()


def _is_called(word: str) -> ColumnElement[bool]:
    # SQLite lowers no letter outside ASCII: the ways in which names are written are asked for one by one.
    spellings = {word, word.lower(), word.title()}
    return or_(
        *(
            or_(
                Person.display_name.istartswith(spelling, autoescape=True),
                *(
                    Person.display_name.icontains(f"{mark}{spelling}", autoescape=True)
                    for mark in _BEFORE_A_NAME
                ),
            )
            for spelling in sorted(spellings)
        ),
        Person.user_name.istartswith(word, autoescape=True),
        Person.mail.istartswith(word, autoescape=True),
    )


def find_account_key(typed: str) -> str | None:
    r"""Return what the account is known by that somebody we know logs in to by this name, EXAMPLE\\anna for anna too."""
    names = {name.strip().lower() for name in (typed, typed.rpartition("\\")[2]) if name.strip()}
    known = select(Person).where(func.lower(Person.user_name).in_(names) | func.lower(Person.mail).in_(names))
    ordered = known.order_by(Person.is_active.desc(), Person.id.desc())
    person = db.session.scalars(ordered.limit(1)).first()
    return account_key_of(person) if person else None


def list_with_mail(mail: str, *, but: str) -> list[tuple[int, str]]:
    """Return id and directory key of the few active people who have this address, but for the one with this key."""
    found = (
        select(Person.id, Person.directory_key)
        .where(Person.is_active, func.lower(Person.mail) == mail.lower())
        .where(Person.directory_key.is_not(None), Person.directory_key != but)
        .limit(_MOST_WITH_ONE_MAIL)
    )
    return [(person_id, key) for person_id, key in db.session.execute(found) if key is not None]


def account_key_of(person: Person) -> str:
    """Return what the account is known by: the directory's key, or our own number for the break-glass account."""
    return person.directory_key or f"ours:{person.id}"


def list_accounts_to_recheck(*, checked_before: datetime) -> list[tuple[int, str]]:
    """Return id and directory key of everybody who is signed in and was last asked about before this time."""
    signed_in = select(WebSession.person_id).where(*_is_live(now()))
    return _accounts(_to_ask(checked_before).where(Person.id.in_(signed_in)))


def list_quiet_accounts(*, checked_before: datetime, among: SelectBase, limit: int) -> list[tuple[int, str]]:
    """Return the same of staff and of those whose ids are `among`, as far as they are not disabled: who waits longest first."""
    is_asked = or_(cast(Person.roles, Text) != "[]", Person.id.in_(among))
    return _accounts(_to_ask(checked_before).where(Person.is_active, is_asked).limit(limit))


def confirmed_readers(at: datetime) -> Select[int]:
    """Select the ids of those of whom `rules.may_read_mail` is true."""
    checked = Person.state_checked_at
    return select(Person.id).where(
        checked > at - rules.LONGEST_UNCONFIRMED_READERS, checked <= at + rules.MOST_AHEAD
    )


def _is_live(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Select web sessions of which `rules.is_live` is true."""
    ends, used = WebSession.expires_at, WebSession.last_used_at
    last_end = at + rules.ABSOLUTE_LIFETIME + rules.MOST_AHEAD
    return ends > at, ends <= last_end, used > at - rules.IDLE_LIFETIME, used < at + rules.IDLE_LIFETIME


def _to_ask(checked_before: datetime) -> Select[int, str | None]:
    asked, checked = Person.state_asked_at, Person.state_checked_at
    return (
        select(Person.id, Person.directory_key)
        .where(Person.directory_key.is_not(None))
        # A time to come was written by a clock that was wrong.
        .where(or_(checked <= checked_before, checked > now() + rules.MOST_AHEAD))
        # Who gave no answer in the last round is not the first in this one.
        .order_by(case((asked > checked, asked), else_=checked), Person.id)
    )


def _accounts(found: Select[int, str | None]) -> list[tuple[int, str]]:
    return [(person_id, key) for person_id, key in db.session.execute(found) if key is not None]


class HeldRights(NamedTuple):
    """What somebody had when the directory was last asked."""

    roles: list[str]
    groups: list[str]


Rights = dict[int, HeldRights]


def list_rights(person_ids: Sequence[int]) -> Rights:
    """Return what these people had when the directory was last asked."""
    columns = select(Person.id, Person.roles, Person.groups).where(database.is_among(Person.id, person_ids))
    return {row.id: HeldRights(row.roles, row.groups) for row in db.session.execute(columns)}
