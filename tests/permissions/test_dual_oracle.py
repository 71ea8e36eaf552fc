"""What the queries return is what the matrix says, for random people, teams, incidents and articles.

Every list is one of these queries (security.md A7).
Always the same worlds are tried; `PERMISSION_WORLDS` sets another number of new ones.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import ColumnElement, select

from servicedesk.database import db
from servicedesk.errors import NotAllowedError, NotFoundError
from servicedesk.incidents.models import Incident
from servicedesk.incidents.queries import rights, visibility
from servicedesk.knowledge import queries as knowledge
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from servicedesk.people.viewers import Anybody, Viewer
from tests.permissions import oracle, worlds
from tests.permissions.oracle import Case, Somebody
from tests.services.databases import IS_POSTGRESQL

_USUAL = 150 if IS_POSTGRESQL else 300  # The slower database tries fewer.
WORLDS = int(os.environ.get("PERMISSION_WORLDS", _USUAL))
_many_worlds = settings(
    max_examples=WORLDS,
    deadline=None,
    derandomize="PERMISSION_WORLDS" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

INCIDENT_PREDICATES: tuple[
    tuple[Callable[[Viewer], ColumnElement[bool]], Callable[[Somebody, Case], bool]], ...
] = (
    (visibility.visible_to, lambda who, case: oracle.can(who, "see", case)),
    (visibility.notes_readable_by, lambda who, case: oracle.can(who, "read_notes", case)),
    (visibility.workable_as_staff_by, oracle.sees_as_staff),
    (visibility.changeable_by, lambda who, case: oracle.can(who, "change", case)),
)
VERBS: tuple[tuple[rights.Verb, str], ...] = (
    ("answer", "answer"),
    ("close", "close_or_reopen"),
    ("reopen", "close_or_reopen"),
    ("notes", "add_note"),
    ("change", "change"),
    ("take", "take"),
)


@pytest.fixture(scope="module")
def empty(desk: Flask) -> Iterator[None]:
    """A database in which each world is written and taken back."""
    with desk.app_context():
        yield
        db.session.rollback()


@given(world=worlds.worlds())
@_many_worlds
def test_queries_of_incidents_return_what_the_matrix_grants(empty: None, world: worlds.World) -> None:
    people = worlds.write(world)
    try:
        for who, person in zip(world.people, people, strict=True):
            anybody = Anybody.like(person)
            for predicate, expected in INCIDENT_PREDICATES:
                ids = set(db.session.scalars(select(Incident.id).where(predicate(person))))
                wanted = {worlds.number(n) for n, case in enumerate(world.cases) if expected(who, case)}
                assert ids & _ids(world.cases) == wanted, (predicate.__name__, who)
                asked = db.session.scalars(select(Incident.id).where(predicate(anybody)), anybody.is_(person))
                assert set(asked) == ids, (predicate.__name__, who)
            _check_all_rights(world, who, person)
        _check_one_incident(world.cases[0], world.people[0], people[0])
    finally:
        db.session.rollback()


@given(world=worlds.worlds())
@_many_worlds
def test_queries_of_articles_return_what_the_matrix_grants(empty: None, world: worlds.World) -> None:
    people = worlds.write(world)
    papers = list(enumerate(world.papers))
    try:
        for who, person in zip(world.people, people, strict=True):
            readable = {worlds.number(place) for place, paper in papers if oracle.may_read(who, paper)}
            assert set(knowledge.readable_ids(person)) & _ids(world.papers) == readable, who
            asked = db.session.scalars(
                select(Article.id).where(knowledge.readable_by(Anybody())), Anybody().is_(person)
            )
            assert set(asked) & _ids(world.papers) == readable, who
            editable = {worlds.number(place) for place, paper in papers if oracle.may_edit(who, paper)}
            found = set(db.session.scalars(select(Article.id).where(knowledge.editable_by(person))))
            assert found & _ids(world.papers) == editable, who
    finally:
        db.session.rollback()


def _check_all_rights(world: worlds.World, who: Somebody, person: Person) -> None:
    rows = db.session.execute(select(Incident.id, *rights.columns_for(person)))
    held = {row[0]: rights.from_row(tuple(row[1:])) for row in rows}
    for place, case in enumerate(world.cases):
        if oracle.can(who, "see", case):
            may = {verb: held[worlds.number(place)].may(verb) for verb, _ in VERBS}
            assert may == {verb: oracle.can(who, row, case) for verb, row in VERBS}, (who, case)
            assert held[worlds.number(place)].lead == ("agent" in who.roles and case.team in who.leads)


def _check_one_incident(case: Case, who: Somebody, person: Person) -> None:
    if not oracle.can(who, "see", case):
        with pytest.raises(NotFoundError):
            rights.require("answer", worlds.number(0), person)
    elif not oracle.can(who, "change", case):
        with pytest.raises(NotAllowedError):
            rights.require("change", worlds.number(0), person)
    else:
        assert rights.require("change", worlds.number(0), person).change


def _ids(objects: tuple[object, ...]) -> set[int]:
    return {worlds.number(place) for place in range(len(objects))}
