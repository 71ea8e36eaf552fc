"""The matrix has no blank cell, and no feature comes into being without its row, its doors and its channels (security.md A1)."""

import re

import pytest
from flask import Flask

from tests.permissions import matrix
from tests.permissions.doors import ARTICLE_DOORS, INCIDENT_DOORS, PEOPLE_DOORS
from tests.permissions.routes import OPEN_TO_ANYONE, OWN_AND_LISTS

ALL_DOORS = (*INCIDENT_DOORS, *ARTICLE_DOORS, *PEOPLE_DOORS)


def test_every_cell_of_the_matrix_is_filled() -> None:
    for table in matrix.load().values():
        for row in table.rows.values():
            assert set(row.cells) == set(table.columns), f"{table.name}.{row.verb}"


def test_nobody_signed_in_and_nobody_disabled_is_granted_anything() -> None:
    for table in matrix.load().values():
        for row in table.rows.values():
            assert not row.cells["disabled"], f"{table.name}.{row.verb}"
            assert not row.cells["anon"] or not row.is_built, f"{table.name}.{row.verb}"


def test_no_role_opens_a_restricted_incident_or_the_article_of_a_group() -> None:
    incidents, knowledge = matrix.load()["incidents"], matrix.load()["knowledge"]
    for verb, row in incidents.rows.items():
        if verb not in ("file", "see_metadata"):
            assert not any("restricted" in row.cells[column] for column in ("ag-barred", "ed", "adm")), verb
    assert not any(knowledge.rows["read_group"].cells[column] for column in ("ag", "ed", "adm"))


@pytest.mark.parametrize(("row", "shapes"), matrix.unbuilt().items(), ids=str)
def test_what_is_not_built_yet_has_no_route(desk: Flask, row: str, shapes: tuple[str, ...]) -> None:
    assert shapes, f"{row} is not built and does not say by which route it would show"
    found = [
        f"{rule.endpoint} {rule.rule}"
        for rule in desk.url_map.iter_rules()
        if any(re.search(shape, f"{rule.endpoint} {rule.rule}") for shape in shapes)
    ]
    assert not found, f"{row} says built: false. Set it to true and write its doors."


def test_every_verb_that_is_built_has_a_door() -> None:
    for name, doors in (
        ("incidents", INCIDENT_DOORS),
        ("knowledge", ARTICLE_DOORS),
        ("people", PEOPLE_DOORS),
    ):
        built = {verb for verb, row in matrix.load()[name].rows.items() if row.is_built}
        assert built == {door.verb for door in doors}, name


def test_every_route_is_a_door_or_known_to_be_about_nothing_but_oneself(desk: Flask) -> None:
    doors = {door.endpoint for door in ALL_DOORS}
    routes = {rule.endpoint for rule in desk.url_map.iter_rules()}
    assert routes - doors - OWN_AND_LISTS - OPEN_TO_ANYONE == set(), (
        "Say in doors.py or routes.py who may use these."
    )
    assert doors | OWN_AND_LISTS <= routes, "These doors lead nowhere."
