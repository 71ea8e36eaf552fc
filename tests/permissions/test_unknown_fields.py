"""No route takes a field that it does not know, whoever sends it (security.md X18)."""

from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from servicedesk.database import db
from tests.permissions import targets
from tests.permissions.answers import knock
from tests.permissions.conftest import Desk
from tests.permissions.doors import ARTICLE_DOORS, INCIDENT_DOORS, PEOPLE_DOORS, Door, Target
from tests.permissions.routes import OPEN_TO_ANYONE, OWN_AND_LISTS
from tests.permissions.stage import WORKERS

# What a browser reports is JSON of a fixed kind.
_WITHOUT_FORM = {"csp_reports.receive"}
_UNKNOWN = {"is_admin": "1"}
_ALL_DOORS = [door for door in (*INCIDENT_DOORS, *ARTICLE_DOORS, *PEOPLE_DOORS) if door.form is not None]
_ARGUMENTS: dict[str, Any] = {"file_id": 1, "problem_id": 1, "public_id": "none", "mail_id": 1}


@pytest.mark.parametrize("door", _ALL_DOORS, ids=lambda door: f"{door.endpoint}-{door.name}")
def test_a_door_refuses_a_field_that_it_does_not_know(staged: Desk, door: Door) -> None:
    asked = replace(door, form=lambda target: {**(door.form(target) if door.form else {}), **_UNKNOWN})
    name = WORKERS["normal"] if door in INCIDENT_DOORS else "edyta" if door in ARTICLE_DOORS else "adam"
    _check_refused(knock(staged.app, staged.browsers[name], asked, _target(staged, door)))


def test_what_is_ones_own_refuses_a_field_that_it_does_not_know(staged: Desk) -> None:
    for endpoint in sorted((OWN_AND_LISTS | OPEN_TO_ANYONE) & _posted(staged) - _WITHOUT_FORM):
        browser = staged.browsers[None if endpoint in OPEN_TO_ANYONE else "ewa"]
        rule = next(
            rule for rule in staged.app.url_map.iter_rules(endpoint) if "POST" in (rule.methods or ())
        )
        with staged.app.test_request_context():
            address = staged.app.url_for(endpoint, **{name: _ARGUMENTS[name] for name in rule.arguments})
        _check_refused(browser.post(address, data=_UNKNOWN))


def test_every_route_that_takes_a_form_was_tried(staged: Desk) -> None:
    tried = {door.endpoint for door in _ALL_DOORS} | OWN_AND_LISTS | OPEN_TO_ANYONE
    assert _posted(staged) <= tried


def _check_refused(answer: TestResponse) -> None:
    assert answer.status_code == 422, (answer.request.path, answer.status_code)
    assert "a field that this page does not know" in answer.text


def _posted(staged: Desk) -> set[str]:
    return {rule.endpoint for rule in staged.app.url_map.iter_rules() if "POST" in (rule.methods or ())}


def _target(staged: Desk, door: Door) -> Target:
    if door in INCIDENT_DOORS:
        with staged.app.app_context():
            target = targets.fresh_incident(staged.stage, "normal", door.state)
            db.session.commit()
            return target
    return Target({"slug": staged.stage.shelf.slugs["everyone"], **_ARGUMENTS})
