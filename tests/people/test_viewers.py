"""Statements that are built once for anybody are one person's only when that person is named."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from servicedesk.database import db
from servicedesk.people.models import Person
from servicedesk.people.viewers import Anybody
from tests.factories import Cast


def test_the_person_named_is_the_one_who_asks(app: Flask, cast: Cast) -> None:
    statement = select(Person.user_name).where(Person.id == Anybody().id)
    with app.app_context():
        for name in ("ewa", "anna"):
            person = db.session.get_one(Person, getattr(cast, name))
            assert db.session.scalars(statement, Anybody().is_(person)).all() == [name]


def test_nobody_named_is_an_error(app: Flask) -> None:
    with app.app_context(), pytest.raises(StatementError, match="person_id"):
        db.session.execute(select(Person).where(Person.id == Anybody().id))


def test_people_with_other_roles_are_refused(app: Flask, cast: Cast) -> None:
    with app.app_context():
        anna, ewa = (db.session.get_one(Person, number) for number in (cast.anna, cast.ewa))
        assert Anybody.like(anna).has_role("agent")
        assert not Anybody.like(ewa).has_role("agent")
        for statement_of, asked_by in ((anna, ewa), (ewa, anna)):
            with pytest.raises(ValueError, match="other roles"):
                Anybody.like(statement_of).is_(asked_by)


def test_roles_that_nobody_told_are_not_guessed() -> None:
    with pytest.raises(ValueError, match="depends on roles"):
        Anybody().has_role("agent")


def test_two_people_in_one_statement_have_two_names(app: Flask, cast: Cast) -> None:
    seer, asker = Anybody(), Anybody(name="requester")
    statement = select(Person.user_name).where(Person.id.in_((seer.id, asker.id))).order_by(Person.user_name)
    with app.app_context():
        anna, ewa = (db.session.get_one(Person, number) for number in (cast.anna, cast.ewa))
        assert db.session.scalars(statement, {**seer.is_(anna), **asker.is_(ewa)}).all() == ["anna", "ewa"]
