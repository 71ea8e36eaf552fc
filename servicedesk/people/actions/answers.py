"""Do what the directory answered about people, a few at a time. The caller commits.

An answer counts from the moment at which it was asked for: what is known from a later question stays.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db, now
from servicedesk.directory.entries import DirectoryPerson
from servicedesk.people import rules, sessions, signals
from servicedesk.people.actions.accounts import ByRole, deactivate, fields_of, take_over
from servicedesk.people.models import Person

_log = logging.getLogger("servicedesk.people")


@dataclass(frozen=True)
class Answer:
    """What the directory said about somebody, None for nobody, and when it was asked."""

    found: DirectoryPerson | None
    asked_at: datetime

    @property
    def is_enabled(self) -> bool:
        """Whether the account is there and may be used."""
        return self.found is not None and self.found.account == "enabled"


Answers = Mapping[int, Answer]


def apply_all(answers: Answers, by_role: ByRole) -> list[bool | None]:
    """Bring these people up to date; return of each whether they may stay signed in, None where that failed."""
    unchanged = confirm_unchanged(answers, by_role)
    others = [(one, answer) for one, answer in answers.items() if one not in unchanged]
    return [True] * len(unchanged) + [_apply_safely(one, answer, by_role) for one, answer in others]


def confirm_unchanged(answers: Answers, by_role: ByRole) -> set[int]:
    """Confirm in one go of whom the directory says what is known, which are nearly all; return who they are."""
    people = db.session.scalars(select(Person).where(Person.id.in_(answers))).all()
    same = [person for person in people if _is_as_known(person, answers[person.id], by_role)]
    if not same:
        return set()
    checked = [{"id": person.id, "state_checked_at": answers[person.id].asked_at} for person in same]
    groups_by_person = {person.id: frozenset(person.groups) for person in same}
    try:
        with db.session.begin_nested():
            db.session.execute(update(Person), checked, execution_options={"synchronize_session": None})
            sessions.end_older({person.id: _changed_at(answers[person.id]) for person in same})
            signals.groups_changed.send(groups_by_person=groups_by_person)
    except SQLAlchemyError as error:
        _log.warning("People are confirmed one by one: %s", type(error).__name__)
        return set()
    return set(groups_by_person)


def _is_as_known(person: Person, answer: Answer, by_role: ByRole) -> bool:
    found = answer.found
    if found is None or not answer.is_enabled or _is_overtaken(person, answer):
        return False
    fields = {**fields_of(found, by_role), "directory_key": found.key, "is_active": True}
    is_same = all(getattr(person, name) == value for name, value in fields.items())
    return is_same and bool(person.language or not found.language)


def _changed_at(answer: Answer) -> datetime | None:
    return answer.found.password_changed_at if answer.found else None


def _is_overtaken(person: Person, answer: Answer) -> bool:
    return rules.is_overtaken(answer.asked_at, by=person.state_checked_at, at=now())


def _apply_safely(person_id: int, answer: Answer, by_role: ByRole) -> bool | None:
    """Bring one person up to date; None when that failed, which is nobody else's matter."""
    try:
        with db.session.begin_nested():
            return _apply(person_id, answer, by_role)
    except SQLAlchemyError as error:
        fields = {"person": person_id, "error": type(error).__name__}
        _log.error("What the directory says about somebody could not be stored", extra={"fields": fields})
        return None


def _apply(person_id: int, answer: Answer, by_role: ByRole) -> bool:
    """Bring one person up to date; tell whether they may stay signed in."""
    person = db.session.scalars(select(Person).where(Person.id == person_id)).one()
    found = answer.found
    if _is_overtaken(person, answer):
        return person.is_active
    if found is not None and (answer.is_enabled or found.account in rules.PASSING_STATES):
        # A lock after wrong guesses passes, a password is changed; the person still works here.
        take_over(found, by_role, asked_at=answer.asked_at)
    else:
        person.state_checked_at = answer.asked_at
        deactivate(person, now())
    if answer.is_enabled:
        return True
    sessions.end_all([person_id])
    _log.info(
        "Sessions ended: the directory does not let the account in", extra={"fields": {"person": person_id}}
    )
    return False
