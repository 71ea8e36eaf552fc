"""A form that arrives twice is done once and answered alike, whichever form it is: at once, or long after."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

import config
from servicedesk import jobs
from servicedesk.database import db, now
from servicedesk.incidents.models import InternalNote, Message
from servicedesk.mail.models import OutboxMail
from servicedesk.people import sessions
from servicedesk.people.models import Person, WebSession
from servicedesk.web.sent_forms import SentForm
from tests.applications import application
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer
from tests.test_house_rules import name_of, templates
from tests.web.form_cases import CASES, KEY, Sent, Stage

AT_ONCE = 4
# Forms that may come twice without a guard, each with its reason.
MAY_COME_TWICE = {
    "csp_reports.receive": "a browser's report; only a log line comes of it",
    "people.check_log_in": "nobody is signed in yet; a second log-in is a session of its own",
    "people.log_out": "ends what is ended already",
    "people.change_profile": "sets three choices; an older page must be able to set them again",
    "incidents.save_draft": "keeps what was typed last; the same again changes nothing",
    "incidents.discard_upload": "removes what is removed already",
    "knowledge.preview": "makes nothing",
}


@pytest.fixture
def other_app(second_settings: config.Settings) -> Iterator[Flask]:
    """The application a second time, with a database of its own."""
    with application(second_settings) as app:
        yield app


def contents(app: Flask) -> dict[str, list[str]]:
    """Return all rows of all tables but the one that the guard itself keeps; of a session only that it is there."""
    with app.app_context():
        rows = {
            table.name: sorted(str(row) for row in db.session.execute(select(table)))
            for table in db.metadata.sorted_tables
            if table is not SentForm.__table__
        }
        return rows | {"web_sessions": sorted(db.session.scalars(select(WebSession.public_id)))}


def counts(app: Flask) -> dict[str, int]:
    """Return how many rows each table has."""
    return {name: len(rows) for name, rows in contents(app).items()}


def send(app: Flask, cookie: str, sent: Sent, **more: str) -> tuple[int, object, list[object]]:
    """Send a form from a tab of a browser; return the status, where it leads or what it says, and the words for the next page."""
    tab = app.test_client()
    tab.set_cookie(sessions.cookie_name(is_https=False), cookie)
    answer = tab.post(sent.path, data=sent.body(**more))
    with tab.session_transaction() as session:
        return answer.status_code, answer.location or answer.json, session.get("_flashes", [])


def browser_of(app: Flask, cast: Cast, sent: Sent) -> str:
    """Sign in who sends the form; return their cookie."""
    with app.app_context():
        person = db.session.get_one(Person, getattr(cast, sent.by))
        cookie = sessions.start(person, network="127.0.0.1", browser="tests")
        db.session.commit()
        return cookie


@pytest.mark.parametrize("case", CASES)
def test_a_form_sent_again_is_answered_alike_and_changes_nothing(app: Flask, cast: Cast, case: str) -> None:
    sent = CASES[case](Stage(app, cast))
    cookie = browser_of(app, cast, sent)
    before = contents(app)
    first = send(app, cookie, sent)
    done = contents(app)
    assert first[0] in (201, 303), first
    assert done != before
    assert send(app, cookie, sent) == first
    assert contents(app) == done


@pytest.mark.parametrize("case", CASES)
def test_a_form_sent_several_times_at_once_is_done_once(
    app: Flask, other_app: Flask, cast: Cast, case: str
) -> None:
    sent = CASES[case](Stage(app, cast))
    cookie, together = browser_of(app, cast, sent), Barrier(AT_ONCE)

    def press(_number: int) -> tuple[int, object, list[object]]:
        together.wait()
        return send(app, cookie, sent)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(press, range(AT_ONCE)))
    once = CASES[case](Stage(other_app, cast))
    alone = send(other_app, browser_of(other_app, cast, once), once)
    assert alone[0] in (201, 303), alone
    assert answers == [answers[0]] * AT_ONCE
    assert (answers[0][0], answers[0][2]) == (alone[0], alone[2])
    assert counts(app) == counts(other_app)


def test_every_address_that_makes_something_is_tried(app: Flask) -> None:
    """A new form has a case here, or a reason why it may come twice."""
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {name.partition(" ")[0] for name in CASES} == posts - MAY_COME_TWICE.keys()
    assert MAY_COME_TWICE.keys() - posts == set()


def test_every_form_that_is_posted_has_a_key(app: Flask) -> None:
    """The macro writes it beside the token; "version" of incidents/work_side.html begins with that macro."""
    form = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
    found = [
        (name_of(path), match[0])
        for path in templates()
        for match in form.finditer(path.read_text(encoding="utf-8"))
    ]
    assert len(found) > 25
    assert [
        name for name, text in found if not re.search(r"\{\{ (csrf\(\)|version\(incident\)) \}\}", text)
    ] == []


def test_pages_carry_a_key_of_their_own_each_time(employee: FlaskClient) -> None:
    keys = [re.findall(r'name="key" value="([^"]+)"', employee.get("/incidents/new").text) for _ in range(2)]
    assert all(len(key) > 20 for some in keys for key in some)
    assert len({key for some in keys for key in some}) == sum(map(len, keys)) > 3


@pytest.mark.parametrize(
    ("place", "name", "table"), [("answer", "text", Message), ("notes", "note", InternalNote)]
)
def test_words_changed_after_going_back_are_a_message_of_their_own(
    app: Flask, cast: Cast, place: str, name: str, table: type[Message | InternalNote]
) -> None:
    number = Stage(app, cast).incident()
    by = sign_in(app, cast.ewa if place == "answer" else cast.anna)
    for words in ("It jams", "It jams on page 2", "It jams"):
        assert by.post(f"/incidents/{number}/{place}", data={name: words, "key": KEY}).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(table.text).order_by(table.id)).all() == [
            "It jams",
            "It jams on page 2",
        ]


def test_another_file_with_the_same_name_is_another_message(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    number = Stage(app, cast).incident()
    for words in ("one", "two", "two"):
        data = Sent("ewa", "", {"text": "Look"}, {"files": words}).body()
        assert employee.post(f"/incidents/{number}/answer", data=data).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 2


def test_what_could_not_be_done_may_be_sent_again_with_the_same_key(
    app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient
) -> None:
    """What was wrong lies elsewhere by then: here the incident is open again."""
    number = Stage(app, cast).incident()
    data = {"text": "Still there?", "key": KEY, "seen": "0"}
    employee.post(f"/incidents/{number}/close")
    assert agent.post(f"/incidents/{number}/desk-answers", data=data).status_code == 409
    employee.post(f"/incidents/{number}/answer", data={"then": "reopen", "text": "No"})
    assert answer(agent, app, number, "Still there?", key=KEY).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Message.text == "Still there?")) == 1


def test_the_key_of_somebody_else_says_nothing(app: Flask, cast: Cast) -> None:
    number = Stage(app, cast).incident()
    for person in (cast.anna, cast.piotr):
        note = {"note": "Same words", "key": KEY}
        assert sign_in(app, person).post(f"/incidents/{number}/notes", data=note).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(InternalNote)) == 2


def test_one_answer_is_one_mail(app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient) -> None:
    number = Stage(app, cast).incident()
    agent.post(f"/incidents/{number}/take")
    for _ in range(3):
        employee.post(f"/incidents/{number}/answer", data={"text": "It jams", "key": KEY})
    with app.app_context():
        told = select(func.count()).where(OutboxMail.kind == "answered_by_requester")
        assert db.session.scalar(told) == 1


def test_a_draft_that_was_begun_since_is_not_thrown_away_by_an_older_click(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    for _ in range(2):
        employee.post("/incidents/draft", data={"text": "Half a sent"})
        employee.post("/incidents/draft/discard", data={"key": KEY})
    assert "Half a sent" in employee.get("/incidents/new").text


def test_forms_are_forgotten_after_two_months_and_not_before(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    number = Stage(app, cast).incident()
    for text in ("old", "new"):
        employee.post(f"/incidents/{number}/answer", data={"text": text, "key": KEY})
    with app.app_context():
        marks = db.session.scalars(select(SentForm.mark).order_by(SentForm.sent_at)).all()
        old = update(SentForm).where(SentForm.mark == marks[0])
        db.session.execute(old.values(sent_at=now() - timedelta(days=61)))
        db.session.commit()
        jobs.tidy()
        assert db.session.scalars(select(SentForm.mark)).all() == marks[1:]
