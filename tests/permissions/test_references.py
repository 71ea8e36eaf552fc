"""Numbers and names that a form sends are looked up with the sender's own rights (security.md A5, A10, A12, X18)."""

import io

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from servicedesk.database import db
from servicedesk.files.models import StoredFile
from servicedesk.incidents.models import Incident, IncidentFile, SolvingArticle
from tests.permissions import targets
from tests.permissions.conftest import Desk
from tests.permissions.doors import Target


def _post(staged: Desk, name: str, address: str, **form: object) -> TestResponse:
    return staged.browsers[name].post(address, data=form)


def _fresh(staged: Desk, state: str = "in_progress") -> Target:
    with staged.app.app_context():
        target = targets.fresh_incident(staged.stage, "normal", state)
        db.session.commit()
        return target


def _upload(staged: Desk, name: str) -> int:
    sent = {"file": (io.BytesIO(b"feathers"), "feathers.txt")}
    answer = staged.browsers[name].post("/incidents/uploads", data=sent)
    assert answer.status_code == 201
    return int(answer.json["id"])  # type: ignore[index]


@pytest.mark.parametrize("name", ["wanda", "anna"])
def test_nobody_sends_a_file_that_somebody_else_uploaded(staged: Desk, name: str) -> None:
    file_id, target = _upload(staged, "ewa"), _fresh(staged)
    answer = _post(
        staged, name, f"/incidents/{target.address['incident_id']}/answer", text="Look", file_ids=file_id
    )
    assert answer.status_code == 422
    with staged.app.app_context():
        assert db.session.scalar(select(IncidentFile).where(IncidentFile.file_id == file_id)) is None


def test_nobody_discards_a_file_that_somebody_else_uploaded(staged: Desk) -> None:
    file_id = _upload(staged, "ewa")
    _post(staged, "emil", f"/incidents/uploads/{file_id}/discard")
    with staged.app.app_context():
        assert db.session.get(StoredFile, file_id) is not None


def test_an_upload_that_was_not_sent_is_nobodys_to_read(staged: Desk) -> None:
    file_id, number = _upload(staged, "ewa"), staged.stage.cases["normal"].id
    for name in ("ewa", "anna", "adam", "emil"):
        assert staged.browsers[name].get(f"/incidents/{number}/files/{file_id}").status_code == 404


def test_a_file_is_not_read_below_another_incident(staged: Desk) -> None:
    secret, open_ = staged.stage.cases["restricted"], staged.stage.cases["normal"]
    for name in ("anna", "nina", "adam", "wanda"):
        for kind, file_id in (
            ("files", secret.note_file_id),
            ("note-files", secret.file_id),
            ("note-files", secret.note_file_id),
        ):
            assert staged.browsers[name].get(f"/incidents/{open_.id}/{kind}/{file_id}").status_code in (
                403,
                404,
            )
    assert staged.browsers["ewa"].get(f"/incidents/{open_.id}/files/{open_.note_file_id}").status_code == 404


@pytest.mark.parametrize("by", ["article_ids", "slugs"])
def test_an_article_that_one_may_not_read_solves_nothing(staged: Desk, by: str) -> None:
    target, hidden = _fresh(staged), staged.stage.shelf
    values = {"article_ids": hidden.article_ids["group"], "slugs": hidden.slugs["group"]}
    absent = {"article_ids": 999_999, "slugs": "no-such-canary"}
    address = f"/incidents/{target.address['incident_id']}/resolve"
    refused, nothing = (
        _post(staged, "anna", address, kind="article", version=target.version, **{by: value[by]})
        for value in (values, absent)
    )
    assert refused.status_code == nothing.status_code == 422
    with staged.app.app_context():
        linked = select(SolvingArticle).where(SolvingArticle.incident_id == target.address["incident_id"])
        assert db.session.scalar(linked) is None


def test_an_answer_cannot_name_an_article_that_its_author_may_not_read(staged: Desk) -> None:
    target = _fresh(staged)
    address = f"/incidents/{target.address['incident_id']}/desk-answers"
    hidden, absent = (
        _post(staged, "anna", address, text=f"Read article:{slug}", seen=0)
        for slug in (staged.stage.shelf.slugs["group"], "no-such-canary")
    )
    assert hidden.status_code == absent.status_code == 422


def test_the_form_carries_no_article_that_one_may_not_read(staged: Desk) -> None:
    slug = staged.stage.shelf.slugs["staff"]
    _post(staged, "emil", "/incidents/new", text="The bird is silent", article=slug)
    _post(staged, "emil", "/incidents", text="The bird is silent again", impact=3, urgency=2)
    with staged.app.app_context():
        newest = db.session.scalars(select(Incident).order_by(Incident.id.desc()).limit(1)).one()
        assert newest.text == "The bird is silent again"
        assert newest.about_article_id is None


def test_work_is_given_only_to_members_of_the_team(staged: Desk) -> None:
    target = _fresh(staged)
    address = f"/incidents/{target.address['incident_id']}/details"
    values = {"impact": 3, "urgency": 2, "category_id": target.category_id, "version": target.version}
    answer = _post(staged, "anna", address, **values, assignee_id=staged.stage.ids["hanna"])
    assert answer.status_code == 422


@pytest.mark.parametrize("field", ["requester_id", "team_id", "is_from_desk", "state"])
def test_a_field_that_the_form_does_not_have_is_refused(staged: Desk, field: str) -> None:
    target = _fresh(staged)
    address = f"/incidents/{target.address['incident_id']}/answer"
    assert _post(staged, "ewa", address, text="Still silent", **{field: 1}).status_code == 422


def test_a_translation_belongs_only_to_an_article_that_one_may_change(staged: Desk) -> None:
    form = {"title": "Karm ptaka", "body": "Ziarna.", "audience": "everyone", "language": "pl"}
    slugs = (staged.stage.shelf.slugs["group"], "no-such-canary")
    hidden, absent = (_post(staged, "edyta", "/articles/new", **form, translation_of=slug) for slug in slugs)
    assert hidden.status_code == absent.status_code == 422


def test_an_audience_is_one_of_ones_own(staged: Desk) -> None:
    form = {"title": "Feed", "body": "Seeds.", "audience": "group:Finance", "language": "en"}
    assert _post(staged, "edyta", "/articles/new", **form).status_code == 422


def test_a_session_ends_only_by_its_owner(staged: Desk) -> None:
    with staged.app.app_context():
        table = db.metadata.tables["web_sessions"]
        found = select(table.c.public_id).where(table.c.person_id == staged.stage.ids["ewa"])
        public_id = db.session.scalars(found).first()
    assert _post(staged, "emil", f"/profile/sessions/{public_id}/end").status_code == 404
    assert staged.browsers["ewa"].get("/profile").status_code == 200
