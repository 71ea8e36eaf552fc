"""Rights are those of this moment: whoever loses a relation is out with the next request, and mails that wait are held back.

Having written something is no right to it (security.md A3).
"""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.incidents.actions import conversation, notes
from servicedesk.incidents.models import Incident, Watcher
from servicedesk.knowledge import actions as knowledge
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.sources import Draft
from servicedesk.mail.models import OutboxMail
from servicedesk.web.settings import EXTENSION as SETTINGS
from tests.factories import Cast, sign_in
from tests.permissions import background, shelf, stage
from tests.permissions.secrets import mark

_TITLE, _ANSWER = mark("title of what changes hands"), mark("answer to what changes hands")
_ARTICLE = mark("title of an article that closes")
Change = Callable[[], None]


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Flask:
    """The cast, and somebody who follows."""
    with app.app_context():
        stage.add_extras()
        db.session.commit()
    return app


def _file(desk: Flask, visibility: str) -> int:
    """File an incident that its team has answered and noted something on; one mail waits for each who hears of it."""
    with desk.app_context():
        worker = stage.person(stage.WORKERS[visibility])
        incident = stage.new_incident(visibility, title=f"Bird {_TITLE}", text="It is silent.")
        conversation.answer(incident, worker, f"Is it fed? {_ANSWER}")
        notes.add_note(incident, worker, "Stuffed.")
        db.session.commit()
        return incident.id


def _change(desk: Flask, change: Change) -> None:
    with desk.app_context():
        change()
        db.session.commit()


def _leave_team(name: str, team: str) -> Change:
    def leave() -> None:
        team_id = select(Team.id).where(Team.key == team).scalar_subquery()
        gone = delete(TeamMember).where(
            TeamMember.person_id == stage.person(name).id, TeamMember.team_id == team_id
        )
        db.session.execute(gone)

    return leave


def _set(name: str, **values: object) -> Change:
    def change() -> None:
        for field, value in values.items():
            setattr(stage.person(name), field, value)

    return change


def _set_class(team: str, visibility: str) -> Change:
    def change() -> None:
        db.session.scalars(select(Team).where(Team.key == team)).one().visibility = visibility

    return change


def _unfollow() -> None:
    db.session.execute(delete(Watcher).where(Watcher.person_id == stage.person("wanda").id))


def _browser(desk: Flask, name: str) -> FlaskClient:
    with desk.app_context():
        person_id = stage.person(name).id
    return sign_in(desk, person_id)


@pytest.mark.parametrize(
    ("visibility", "name", "change", "after"),
    [
        ("team", "lena", _leave_team("lena", "legal"), 404),
        ("restricted", "hanna", _leave_team("hanna", "hr"), 404),
        ("normal", "nina", _set("nina", roles=[]), 404),
        ("normal", "nina", _set_class("service-desk", "team"), 404),
        ("normal", "nina", _set_class("service-desk", "restricted"), 404),
        ("team", "adam", _set_class("legal", "restricted"), 404),
        ("normal", "adam", _set("adam", roles=["editor"]), 404),
        ("normal", "wanda", _unfollow, 404),
        ("normal", "ewa", _set("ewa", is_active=False), 303),
        ("normal", "anna", _set("anna", is_active=False), 303),
    ],
)
def test_the_next_request_is_already_denied(
    desk: Flask, visibility: str, name: str, change: Change, after: int
) -> None:
    incident_id, browser = _file(desk, visibility), _browser(desk, name)
    assert browser.get(f"/incidents/{incident_id}").status_code == 200
    _change(desk, change)
    assert browser.get(f"/incidents/{incident_id}").status_code == after
    denied = browser.post(f"/incidents/{incident_id}/answer", data={"text": "Still silent"})
    assert denied.status_code == after
    assert _TITLE.encode() not in browser.get("/queue?state=all").data + browser.get("/incidents").data


def test_an_agent_who_left_the_team_reads_on_but_changes_nothing(desk: Flask) -> None:
    incident_id, browser = _file(desk, "normal"), _browser(desk, "anna")
    _change(desk, _leave_team("anna", "service-desk"))
    assert browser.get(f"/incidents/{incident_id}").status_code == 200
    assert (
        browser.post(f"/incidents/{incident_id}/state", data={"state": "waiting", "version": 1}).status_code
        == 403
    )


def test_who_moves_an_incident_into_a_restricted_team_is_out_with_all_former_viewers(desk: Flask) -> None:
    incident_id = _file(desk, "normal")
    before = {name: _browser(desk, name) for name in ("anna", "nina", "wanda", "adam", "ewa")}
    assert {browser.get(f"/incidents/{incident_id}").status_code for browser in before.values()} == {200}
    with desk.app_context():
        form = {
            "version": db.session.get_one(Incident, incident_id).version,
            "team_id": stage.team_id("restricted"),
        }
    moved = before["anna"].post(f"/incidents/{incident_id}/team", data=form)
    assert moved.headers["Location"] == "/queue"
    after = {name: browser.get(f"/incidents/{incident_id}").status_code for name, browser in before.items()}
    assert after == {"anna": 404, "nina": 404, "wanda": 404, "adam": 404, "ewa": 200}
    assert _browser(desk, "hanna").get(f"/incidents/{incident_id}").status_code == 200


def test_moving_withdraws_the_mails_that_wait_in_the_same_transaction(desk: Flask) -> None:
    incident_id = _file(desk, "normal")
    with desk.app_context():
        form = {
            "version": db.session.get_one(Incident, incident_id).version,
            "team_id": stage.team_id("restricted"),
        }
    _browser(desk, "anna").post(f"/incidents/{incident_id}/team", data=form)
    assert _states(desk, "wanda") == {"withdrawn"}
    mails = _sent(desk)
    assert {address for address, _data in mails} == {"ewa@example.com"}
    assert all(mark_.encode() not in data for mark_ in (_TITLE, _ANSWER) for _address, data in mails)


@pytest.mark.parametrize(
    "change",
    [_unfollow, _set("wanda", is_active=False), _set("wanda", mail=None)],
    ids=("unfollow", "leave", "no-mail"),
)
def test_a_mail_that_waits_is_withdrawn_from_who_may_not_be_told_any_more(
    desk: Flask, change: Change
) -> None:
    _file(desk, "team")
    assert _states(desk, "wanda") == {"waiting"}
    _change(desk, change)
    assert {address for address, _data in _sent(desk)} == {"ewa@example.com"}
    assert _states(desk, "wanda") == {"withdrawn"}


def test_a_mail_about_what_became_restricted_tells_the_number_alone(desk: Flask) -> None:
    incident_id = _file(desk, "normal")
    _change(desk, _set_class("service-desk", "restricted"))
    mails = _sent(desk)
    assert mails
    for _address, data in mails:
        assert f"INC-{incident_id}".encode() in data
        assert _TITLE.encode() not in data
        assert _ANSWER.encode() not in data


def test_an_article_closes_for_who_left_its_group_whatever_the_index_says(desk: Flask) -> None:
    slug, browser = _publish(desk, shelf.GROUP), _browser(desk, "olek")
    lists = (
        f"/articles/{slug}",
        "/search?q=bird",
        "/incidents/suggestions?text=my+bird+is+silent",
        "/articles",
    )
    assert all(_ARTICLE.encode() in browser.get(address).data for address in lists)
    _change(desk, _set("olek", groups=[]))
    assert browser.get(lists[0]).status_code == 404
    assert all(_ARTICLE.encode() not in browser.get(address).data for address in lists)


def test_an_article_that_is_closed_is_gone_before_the_index_knows(desk: Flask) -> None:
    slug, browser = _publish(desk, "everyone"), _browser(desk, "ewa")
    lists = (
        "/search?q=bird",
        "/incidents/suggestions?text=my+bird+is+silent",
        "/api/v1/suggestions?text=my+bird",
    )
    assert all(_ARTICLE.encode() in browser.get(address).data for address in lists)

    def archive() -> None:
        article = db.session.scalars(select(Article).where(Article.slug == slug)).one()
        knowledge.archive(article, by=stage.person("edyta"))

    _change(desk, archive)
    assert all(_ARTICLE.encode() not in browser.get(address).data for address in lists)
    assert browser.get(f"/articles/{slug}").status_code == 404


def test_a_mail_names_an_article_only_to_who_may_read_it_when_it_is_sent(desk: Flask) -> None:
    slug = _publish(desk, shelf.GROUP)
    _change(desk, _set("ewa", groups=["Finance"]))

    def answer() -> None:
        incident = stage.new_incident("normal", title="Bird", text="It is silent.")
        conversation.answer(incident, stage.person("anna"), f"Read article:{slug} first.")

    _change(desk, answer)
    _change(desk, _set("ewa", groups=[]))
    assert all(_ARTICLE.encode() not in data and slug.encode() not in data for _address, data in _sent(desk))


def _publish(desk: Flask, audience: str) -> str:
    with desk.app_context():
        by = shelf.as_member("edyta")
        draft = Draft(
            title=f"Feed a silent bird {_ARTICLE}", body="My bird is silent: feed it.\n", audience=audience
        )
        article = knowledge.create_article(draft, language="en", by=by)
        knowledge.publish(article, by=by)
        db.session.commit()
        slug = article.slug
        jobs.update_search()
        return slug


def _states(desk: Flask, name: str) -> set[str]:
    with desk.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMail))
        states = select(OutboxMail.state).where(OutboxMail.recipient_id == stage.person(name).id)
        return set(db.session.scalars(states))


def _sent(desk: Flask) -> list[tuple[str, bytes]]:
    settings = desk.extensions[SETTINGS]
    with desk.app_context():
        jobs.send_mail()
    return background.read_spool(settings.mail.spool_dir)
