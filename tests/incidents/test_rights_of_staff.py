"""Each verb of the staff's side against each kind of person: not visible is 404, visible but not theirs is 403.

Only the relation of this moment counts, for each verb on its own (security.md A3, A13).
"""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from servicedesk.database import db
from servicedesk.desk.models import TeamMember
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, category_id, read, send, team_id
from tests.incidents.library import file
from tests.sameness import plain

Verb = Callable[[FlaskClient, Flask, int], TestResponse]
DONE, REFUSED, ABSENT = 303, 403, 404


def _details(client: FlaskClient, app: Flask, number: int) -> TestResponse:
    category = category_id(app, "other")
    return send(client, app, number, "details", impact=1, urgency=1, category_id=category, assignee_id=0)


VERBS: dict[str, Verb] = {
    "answer": lambda client, app, number: answer(client, app, number, "Try again."),
    "note": lambda client, app, number: client.post(f"/incidents/{number}/notes", data={"note": "Hm."}),
    "take": lambda client, app, number: client.post(f"/incidents/{number}/take", data={}),
    "state": lambda client, app, number: send(client, app, number, "state", state="waiting"),
    "details": _details,
    "move": lambda client, app, number: send(
        client, app, number, "team", team_id=team_id(app, "network"), is_confirmed="y"
    ),
    "resolve": lambda client, app, number: send(
        client, app, number, "resolve", kind="not_needed", reason="other"
    ),
    "problem": lambda client, app, number: send(
        client, app, number, "known-problem", title_en="Down", title_pl="Awaria"
    ),
}
# What each verb answers, by team of the incident and by who asks. ewa is the requester, who is no staff at all.
STAFF = ("anna", "piotr", "nina", "lena", "hanna", "adam")
EXPECTED = {
    # team: verb: (anna in service desk, piotr as well, nina in network, lena in legal, hanna in hr, adam the admin)
    "service-desk": {
        "answer": (DONE, DONE, DONE, DONE, DONE, DONE),
        "note": (DONE, DONE, DONE, DONE, DONE, DONE),
        "take": (DONE, DONE, REFUSED, REFUSED, REFUSED, REFUSED),
        "state": (DONE, DONE, REFUSED, REFUSED, REFUSED, DONE),
        "details": (DONE, DONE, REFUSED, REFUSED, REFUSED, DONE),
        "move": (DONE, DONE, REFUSED, REFUSED, REFUSED, DONE),
        "resolve": (DONE, DONE, REFUSED, REFUSED, REFUSED, DONE),
        "problem": (DONE, DONE, REFUSED, REFUSED, REFUSED, DONE),
    },
    "legal": {
        **dict.fromkeys(VERBS, (ABSENT, ABSENT, ABSENT, DONE, ABSENT, DONE)),
        "take": (ABSENT, ABSENT, ABSENT, DONE, ABSENT, REFUSED),
        "problem": (ABSENT, ABSENT, ABSENT, REFUSED, ABSENT, REFUSED),
    },
    "hr": {
        **dict.fromkeys(VERBS, (ABSENT, ABSENT, ABSENT, ABSENT, DONE, ABSENT)),
        "take": (ABSENT, ABSENT, ABSENT, ABSENT, DONE, REFUSED),
        "problem": (ABSENT, ABSENT, ABSENT, ABSENT, REFUSED, ABSENT),
    },
}
CATEGORY = {"service-desk": "email", "legal": "contracts", "hr": "payroll"}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("team", EXPECTED)
def test_each_verb_is_open_to_whom_the_table_says(app: Flask, cast: Cast, team: str, verb: str) -> None:
    answers = []
    for name in STAFF:
        number = file(app, cast.ewa, f"Something for {team}", category=CATEGORY[team])
        answers.append(VERBS[verb](sign_in(app, getattr(cast, name)), app, number).status_code)
    assert tuple(answers) == EXPECTED[team][verb]


@pytest.mark.parametrize("verb", VERBS)
def test_no_employee_does_any_of_it(app: Flask, cast: Cast, verb: str) -> None:
    number = file(app, cast.ewa, "Mine", category="email")
    for name in ("ewa", "olek", "edyta"):
        assert VERBS[verb](sign_in(app, getattr(cast, name)), app, number).status_code == REFUSED
    assert read(app, number).version == 1


@pytest.mark.parametrize("verb", VERBS)
def test_who_left_the_team_a_second_ago_may_no_longer(app: Flask, cast: Cast, verb: str) -> None:
    number = file(app, cast.ewa, "For legal", category="contracts")
    lena = sign_in(app, cast.lena)
    with app.app_context():
        db.session.delete(db.session.get_one(TeamMember, (team_id(app, "legal"), cast.lena)))
        db.session.commit()
    assert VERBS[verb](lena, app, number).status_code == ABSENT


def test_absent_and_hidden_incidents_are_the_same_page(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    hidden = file(app, cast.ewa, "CANARYPAY", category="payroll")
    for place in ("", "/resolve", "/history"):
        pages = [agent.get(f"/incidents/{number}{place}") for number in (hidden, 99_999)]
        assert {page.status_code for page in pages} == {ABSENT}
        assert plain(pages[0]) == plain(pages[1])


def test_only_members_and_admins_are_asked_what_solved_it(app: Flask, cast: Cast) -> None:
    number = file(app, cast.ewa, "Mail", category="email")
    asked = [
        sign_in(app, getattr(cast, name)).get(f"/incidents/{number}/resolve").status_code for name in STAFF
    ]
    assert asked == [200, 200, REFUSED, REFUSED, REFUSED, 200]


def test_a_form_with_a_field_of_its_own_making_is_refused(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    number = file(app, cast.ewa, "Mail", category="email")
    refused = send(agent, app, number, "state", state="waiting", requester_id=cast.olek)
    assert refused.status_code == 422
    assert read(app, number).state == "new"


def test_an_incident_is_given_only_to_its_own_team(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    number = file(app, cast.ewa, "Mail", category="email")
    category = category_id(app, "email")
    for stranger in (cast.nina, cast.olek, cast.zoe, 99_999):
        refused = send(
            agent, app, number, "details", impact=3, urgency=2, category_id=category, assignee_id=stranger
        )
        assert refused.status_code == 422
        assert read(app, number).assignee_id is None


def test_an_agent_sees_notes_of_an_own_incident_only_in_its_team(app: Flask, cast: Cast) -> None:
    numbers = [file(app, cast.nina, "Own", category=category) for category in ("email", "network")]
    for number in numbers:
        sign_in(app, cast.adam).post(f"/incidents/{number}/notes", data={"note": "CANARYNOTE"})
    nina = sign_in(app, cast.nina)
    seen = ["CANARYNOTE" in nina.get(f"/incidents/{number}").get_data(as_text=True) for number in numbers]
    assert seen == [False, True]
    assert nina.post(f"/incidents/{numbers[0]}/notes", data={"note": "x"}).status_code == REFUSED
