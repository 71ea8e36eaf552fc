"""Several who do the same at the same moment: none gets an error of the server, nothing is doubled, nothing is lost.

SQLite has one writer; on PostgreSQL (`TEST_DATABASE=postgresql`) what two transactions read before they write differs.
"""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from servicedesk.database import db, now
from servicedesk.desk.memberships import follow_groups
from servicedesk.desk.models import TeamMember
from servicedesk.errors import ConflictError
from servicedesk.files import actions as files
from servicedesk.files.models import StoredFile
from servicedesk.incidents.actions import work
from servicedesk.incidents.actions.drafts import get_draft
from servicedesk.incidents.models import Incident, IncidentEvent, KnownProblem, Message, Watcher
from servicedesk.incidents.suggestions.models import FormSession, SuggestionAnswer
from servicedesk.knowledge.models import ArticleFeedback, ArticleFile
from servicedesk.people import actions as people
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import read, team_id
from tests.incidents.library import file, publish
from tests.knowledge.library import write_draft
from tests.web.form_cases import Stage

AT_ONCE = 6
# Long enough for a request that waits for nothing to be through.
_NOT_WAITING_S = 2.0


def at_once(*calls: Callable[[], TestResponse]) -> list[int]:
    """Do all calls at the same moment; return the statuses, sorted."""
    together = Barrier(len(calls))

    def begin(call: Callable[[], TestResponse]) -> int:
        together.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(begin, calls))


def presses(
    app: Flask, people_: Sequence[int], path: str, **data: object
) -> list[Callable[[], TestResponse]]:
    """Return presses of one button by these people, each in a browser of its own and with a page of its own."""
    clients = [sign_in(app, person) for person in people_]
    return [lambda client=client: client.post(path, data=data) for client in clients]  # type: ignore[misc]


def count(app: Flask, *conditions: object) -> int:
    """Count rows."""
    with app.app_context():
        return db.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


def test_an_answer_to_an_article_counts_once(app: Flask, cast: Cast) -> None:
    article = publish(app, "printer-jams", "A printer jams")
    pressed = presses(app, [cast.ewa] * AT_ONCE, "/articles/printer-jams/feedback", solved="yes")
    assert at_once(*pressed) == [303] * AT_ONCE
    assert count(app, ArticleFeedback.article_id == article) == 1


def test_me_too_files_one_report_a_person(app: Flask, cast: Cast) -> None:
    problem = Stage(app, cast).known_problem()
    path = f"/incidents/known-problems/{problem}/join"
    assert at_once(*presses(app, [cast.ewa] * 4 + [cast.nina] * 4, path)) == [303] * 8
    assert count(app, Incident.requester_id == cast.ewa) == 1
    assert count(app, Incident.requester_id == cast.nina) == 1


def upload(client: FlaskClient, number: int = 0, **data: str) -> TestResponse:
    """Send one file in the background."""
    sent = {"file": (io.BytesIO(f"file {number}".encode()), f"{number}.txt"), **data}
    return client.post("/incidents/uploads", data=sent)


def test_files_dropped_together_all_stay_in_the_draft_and_go_one_by_one(app: Flask, cast: Cast) -> None:
    clients = [sign_in(app, cast.ewa) for _ in range(8)]
    dropped = [partial(upload, client, number, draft="1") for number, client in enumerate(clients)]
    assert at_once(*dropped) == [201] * 8
    with app.app_context():
        attached = get_draft(cast.ewa).file_ids
    assert len(set(attached)) == 8
    gone, kept = attached[::2], attached[1::2]
    removed = [
        partial(c.post, f"/incidents/uploads/{n}/discard") for c, n in zip(clients, gone, strict=False)
    ]
    assert at_once(*removed) == [204] * 4
    with app.app_context():
        assert get_draft(cast.ewa).file_ids == kept


def test_the_first_words_of_a_draft_come_from_several_tabs(app: Flask, cast: Cast) -> None:
    tabs = presses(app, [cast.ewa] * AT_ONCE, "/incidents/draft", text="Half a sentence")
    assert at_once(*tabs) == [204] * AT_ONCE
    with app.app_context():
        assert get_draft(cast.ewa).text == "Half a sentence"


def test_no_more_files_an_hour_than_allowed_however_they_come(app: Flask, cast: Cast) -> None:
    with app.app_context():
        rows = [
            StoredFile(storage_name=str(number), name="a", media_type="x", size_bytes=1, sha256="0",
                       uploaded_by_id=cast.ewa)
            for number in range(files.MOST_UPLOADS_AN_HOUR - 2)
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.commit()
    sent = [partial(upload, sign_in(app, cast.ewa), number) for number in range(AT_ONCE)]
    assert at_once(*sent) == [201, 201, 429, 429, 429, 429]


def test_one_of_two_takes_an_incident(app: Flask, cast: Cast) -> None:
    number = Stage(app, cast).incident()
    taken = presses(app, [cast.anna, cast.piotr] * 3, f"/incidents/{number}/take")
    assert at_once(*taken) == [303, 303, 303, 409, 409, 409]
    assert count(app, IncidentEvent.incident_id == number, IncidentEvent.kind == "assignee") == 1


def test_a_colleague_follows_once(app: Flask, cast: Cast) -> None:
    number = Stage(app, cast).incident()
    added = presses(app, [cast.ewa, cast.anna] * 3, f"/incidents/{number}/watchers", colleague="olek")
    assert at_once(*added) == [303] * AT_ONCE
    assert count(app, Watcher.incident_id == number) == 1
    assert count(app, IncidentEvent.incident_id == number, IncidentEvent.kind == "watcher_added") == 1


def test_a_known_problem_is_declared_once(app: Flask, cast: Cast) -> None:
    number = Stage(app, cast).incident()
    data = {"version": read(app, number).version, "title_en": "No mail", "title_pl": "Brak poczty"}
    declared = presses(app, [cast.anna, cast.piotr] * 3, f"/incidents/{number}/known-problem", **data)
    assert at_once(*declared) == [303, 409, 409, 409, 409, 409]
    assert count(app, KnownProblem.incident_id == number) == 1


def test_all_who_write_at_once_are_heard(app: Flask, cast: Cast) -> None:
    number = Stage(app, cast).incident()
    path = f"/incidents/{number}"
    written = [
        press
        for n in range(4)
        for press in presses(app, [cast.ewa], f"{path}/answer", text=f"Also this: {n}")
    ]
    moved = {"version": read(app, number).version, "state": "waiting"}
    written += presses(app, [cast.anna], f"{path}/state", **moved)
    assert set(at_once(*written)) <= {303, 409}
    assert count(app, Message.incident_id == number) == 4


def test_two_files_of_one_name_get_names_of_their_own(app: Flask, cast: Cast) -> None:
    article = write_draft(app, "the-door", by_id=cast.edyta)
    fields = {
        "title": "The door",
        "body": "Some words.\n",
        "audience": "everyone",
        "based_on": "1",
        "save": "1",
    }
    saved = [
        partial(
            sign_in(app, person).post,
            "/articles/the-door/edit",
            data={**fields, "files": (io.BytesIO(b"a picture"), "door.txt")},
        )
        for person in (cast.edyta, cast.adam) * 2
    ]
    assert set(at_once(*saved)) <= {303, 409}
    with app.app_context():
        names = db.session.scalars(select(ArticleFile.name).where(ArticleFile.article_id == article)).all()
    assert len(names) == len(set(names)) > 0


def test_each_question_of_a_new_visit_is_remembered(app: Flask, cast: Cast) -> None:
    question = "/incidents/suggestions?text=no+mail&session=a-visit-to-the-form-1"
    asked = [partial(sign_in(app, cast.ewa).get, question) for _ in range(AT_ONCE)]
    assert at_once(*asked) == [200] * AT_ONCE
    assert count(app, FormSession.person_id == cast.ewa) == 1
    assert count(app, SuggestionAnswer.session_id == "a-visit-to-the-form-1") == AT_ONCE


def test_nobody_begins_to_follow_while_it_moves_to_a_restricted_team(app: Flask, cast: Cast) -> None:
    number = Stage(app, cast).incident()
    adding = Thread(target=presses(app, [cast.ewa], f"/incidents/{number}/watchers", colleague="olek")[0])
    hr = team_id(app, "hr")
    with app.app_context():
        incident = db.session.get_one(Incident, number)
        work.move_to_team(incident, work.Move(hr), db.session.get_one(Person, cast.anna))
        db.session.flush()
        adding.start()
        adding.join(_NOT_WAITING_S)
        db.session.commit()
    adding.join()
    assert count(app, Watcher.incident_id == number) == 0


def test_who_begins_to_follow_just_before_it_moves_is_removed(app: Flask, cast: Cast) -> None:
    number, client = Stage(app, cast).incident(), sign_in(app, cast.anna)
    fields = {"version": read(app, number).version, "team_id": team_id(app, "hr")}
    moving = Thread(target=lambda: client.post(f"/incidents/{number}/team", data=fields))
    with app.app_context():
        db.session.execute(select(Incident.id).where(Incident.id == number).with_for_update())
        db.session.add(Watcher(incident_id=number, person_id=cast.olek, added_by_id=cast.ewa))
        db.session.flush()
        moving.start()
        moving.join(_NOT_WAITING_S)
        db.session.commit()
    moving.join()
    assert read(app, number).team_id == team_id(app, "hr")
    assert count(app, Watcher.incident_id == number) == 0


def test_nobody_joins_what_moves_to_a_restricted_team(app: Flask, cast: Cast) -> None:
    """Three report alike; while Ewa says "me too", the incident that stands for all moves."""
    first, *_others = (
        file(app, who, "Outlook shows disconnected", category="email")
        for who in (cast.olek, cast.nina, cast.piotr)
    )
    statuses: list[int] = []
    data = {"text": "Outlook shows disconnected", "join": "alike-1"}
    press = presses(app, [cast.ewa], "/incidents/new", **data)[0]
    joining, hr = Thread(target=lambda: statuses.append(press().status_code)), team_id(app, "hr")
    with app.app_context():
        incident = db.session.get_one(Incident, first)
        work.move_to_team(incident, work.Move(hr), db.session.get_one(Person, cast.anna))
        db.session.flush()
        joining.start()
        joining.join(_NOT_WAITING_S)
        db.session.commit()
    joining.join()
    assert statuses == [409]
    assert count(app, Incident.requester_id == cast.ewa) == 0


def test_signing_in_at_two_browsers_gives_one_membership(app: Flask, cast: Cast) -> None:
    groups, teams = {cast.olek: frozenset({"Network"})}, {"network": ("Network",)}
    together = Barrier(2)

    def sign_in_once(_number: int) -> None:
        with app.app_context():
            together.wait()
            follow_groups(groups, by_team=teams)
            db.session.commit()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(sign_in_once, range(2)))
    assert count(app, TeamMember.person_id == cast.olek) == 1


def test_there_is_one_break_glass_account_however_it_is_made(app: Flask) -> None:
    together = Barrier(3)

    def make(number: int) -> str:
        with app.app_context():
            together.wait()
            try:
                people.make_break_glass(f"glass-{number}", "a-very-long-password")
                db.session.commit()
            except ConflictError:
                return "refused"
        return "made"

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(make, range(3))) == ["made", "refused", "refused"]
    assert count(app, Person.is_break_glass) == 1


@pytest.mark.parametrize("place", ["desk-reopening", "watchers/leave"])
def test_the_same_button_again_says_what_is_the_case(app: Flask, cast: Cast, place: str) -> None:
    number = Stage(app, cast).incident()
    with app.app_context():
        db.session.execute(
            update(Incident)
            .where(Incident.id == number)
            .values(state="resolved", resolved_at=now() - timedelta(1))
        )
        db.session.add(Watcher(incident_id=number, person_id=cast.anna, added_by_id=cast.ewa))
        db.session.commit()
    pressed = presses(app, [cast.anna] * 4, f"/incidents/{number}/{place}", **(
        {"version": read(app, number).version} if place == "desk-reopening" else {}
    ))  # fmt: skip
    assert set(at_once(*pressed)) <= {303, 409}
    kind = "reopened" if place == "desk-reopening" else "watcher_left"
    assert count(app, IncidentEvent.incident_id == number, IncidentEvent.kind == kind) == 1
