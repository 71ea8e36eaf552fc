"""Pages that are for a few tell nobody where they stand (security.md, "Headers"); all others only our own pages."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.permissions.conftest import Desk


@pytest.mark.parametrize(
    ("name", "end"), [("hanna", ""), ("hanna", "/history"), ("hanna", "/resolve"), ("ewa", "")]
)
def test_a_restricted_incident_sends_no_referrer(staged: Desk, name: str, end: str) -> None:
    answer = staged.browsers[name].get(f"/incidents/{staged.stage.cases['restricted'].id}{end}")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")


@pytest.fixture
def editor_of_the_group(staged: Desk) -> Iterator[FlaskClient]:
    """Edyta's browser while she belongs to the group."""
    with staged.app.app_context():
        person = db.session.get_one(Person, staged.stage.ids["edyta"])
        before, person.groups = person.groups, ["Finance"]
        db.session.commit()
        yield staged.browsers["edyta"]
        person.groups = before
        db.session.commit()


@pytest.mark.parametrize("start", ["/articles", "/incidents/new/articles"])
def test_an_article_for_a_group_sends_no_referrer(staged: Desk, start: str) -> None:
    answer = staged.browsers["olek"].get(f"{start}/{staged.stage.shelf.slugs['group']}")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")


@pytest.mark.parametrize("end", ["edit", "revisions", "revisions/1"])
def test_neither_does_writing_it(staged: Desk, editor_of_the_group: FlaskClient, end: str) -> None:
    answer = editor_of_the_group.get(f"/articles/{staged.stage.shelf.slugs['group']}/{end}")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")


def test_all_other_pages_tell_our_own(staged: Desk) -> None:
    number, slug = staged.stage.cases["normal"].id, staged.stage.shelf.slugs["everyone"]
    for path in (f"/incidents/{number}", f"/articles/{slug}", "/queue", "/"):
        answer = staged.browsers["anna"].get(path)
        assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "same-origin")


def test_a_form_of_such_a_page_is_taken_as_browsers_send_it(staged: Desk) -> None:
    address = f"/incidents/{staged.stage.cases['restricted'].id}/notes"
    sent = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    answer = staged.browsers["hanna"].post(address, data={"note": "Feathers found."}, headers=sent)
    assert answer.status_code == 303
