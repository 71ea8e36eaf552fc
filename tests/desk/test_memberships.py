"""Team memberships follow the directory's groups."""

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.desk.memberships import follow_groups
from servicedesk.desk.models import Team, TeamMember
from tests.factories import Cast

BY_TEAM = {"network": ("Network", "Wi-Fi"), "legal": ("Legal",), "no-such-team": ("Everybody",)}


def follow(app: Flask, **groups_by_name: str) -> None:
    """Follow the groups of people of the cast; several groups stand with commas between."""
    with app.app_context():
        ids = vars(Cast.load())
        groups = {
            ids[name]: frozenset(filter(None, text.split(","))) for name, text in groups_by_name.items()
        }
        follow_groups(groups, by_team=BY_TEAM)
        db.session.commit()


def members(app: Flask, team: str) -> set[int]:
    """Return the ids of a team's members."""
    with app.app_context():
        found = select(TeamMember.person_id).join(Team).where(Team.key == team)
        return set(db.session.scalars(found))


def test_a_group_brings_somebody_into_its_team_once(app: Flask, cast: Cast) -> None:
    follow(app, ewa="Network,Wi-Fi", olek="Finance")
    follow(app, ewa="Wi-Fi")
    assert members(app, "network") == {cast.nina, cast.ewa}


def test_leaving_the_group_leaves_the_team(app: Flask, cast: Cast) -> None:
    follow(app, nina="", lena="Legal")
    assert members(app, "network") == set()
    assert members(app, "legal") == {cast.lena}


def test_a_membership_given_by_hand_stays(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(TeamMember.__table__.update().values(is_from_directory=False))  # type: ignore[attr-defined]
        db.session.commit()
    follow(app, nina="")
    assert members(app, "network") == {cast.nina}


@pytest.mark.parametrize("groups", ["", "HR", "Network"])
def test_a_team_that_is_named_no_more_keeps_nobody_who_came_from_the_directory(
    app: Flask, cast: Cast, groups: str
) -> None:
    with app.app_context():
        hr = db.session.scalars(select(Team).where(Team.key == "hr")).one()
        hr.members.append(TeamMember(person_id=cast.anna, is_from_directory=False))
        hr.members.append(TeamMember(person_id=cast.lena))
        db.session.commit()
    follow(app, hanna=groups, anna="")
    assert members(app, "hr") == {cast.anna, cast.lena}
    assert members(app, "service-desk") == {cast.piotr}


@pytest.mark.parametrize("name", ["anna", "hanna"])
def test_a_setting_that_names_no_team_lets_nobody_go(app: Flask, cast: Cast, name: str) -> None:
    before = members(app, "service-desk"), members(app, "hr")
    for by_team, lets_go in (({}, True), ({"network": ["IT staff"]}, False)):
        with app.app_context():
            follow_groups({vars(cast)[name]: frozenset()}, by_team=by_team, lets_go=lets_go)
            db.session.commit()
        assert (members(app, "service-desk"), members(app, "hr")) == before


def test_others_are_not_touched(app: Flask, cast: Cast) -> None:
    follow(app, ewa="")
    assert members(app, "network") == {cast.nina}


def test_many_people_at_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        groups = {person_id: frozenset({"Network"}) for person_id in vars(cast).values()}
        groups |= {100_000 + number: frozenset() for number in range(2_000)}
        follow_groups(groups, by_team=BY_TEAM)
        db.session.commit()
    assert members(app, "network") == set(vars(cast).values())
