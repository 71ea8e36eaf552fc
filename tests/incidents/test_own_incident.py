"""One's own incident: the conversation, closing and opening it again, files, and who else may look."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.actions import conversation, notes, work
from servicedesk.incidents.models import Incident, IncidentFile, Message, Watcher
from servicedesk.incidents.rules import State
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import team_id
from tests.incidents.library import QueryCounter, file, publish

_PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def number(app: Flask, cast: Cast) -> int:
    return file(app, cast.ewa, "The screen is black. I pressed everything.", category="email")


def act(app: Flask, number: int, by: int, action: object, *words: object) -> None:
    with app.app_context():
        action(db.session.get_one(Incident, number), db.session.get_one(Person, by), *words)  # type: ignore[operator]
        db.session.commit()


def state(app: Flask, number: int) -> str:
    with app.app_context():
        return db.session.get_one(Incident, number).state


def test_an_absent_and_a_foreign_incident_look_the_same(
    app: Flask, colleague: FlaskClient, employee: FlaskClient, number: int
) -> None:
    """That it exists is a secret too (security.md A9)."""
    assert employee.get(f"/incidents/{number}").status_code == 200
    colleague.get("/")  # The cookie for forms comes with the first page.
    foreign, absent = colleague.get(f"/incidents/{number}"), colleague.get("/incidents/424242")
    assert foreign.status_code == absent.status_code == 404

    def without_number(page: str) -> list[str]:
        return [re.sub(r"[0-9a-f]{12}", "", line) for line in page.splitlines() if "csrf" not in line]

    assert without_number(foreign.text) == without_number(absent.text)
    assert {name for name, _ in foreign.headers} == {name for name, _ in absent.headers}


def test_the_database_is_asked_the_same_about_an_absent_and_a_foreign_incident(
    app: Flask, colleague: FlaskClient, number: int
) -> None:
    """So the time that it takes tells nothing either (security.md A9)."""
    asked = []
    for incident_id in (number, 424242):
        with QueryCounter(app) as counter:
            assert colleague.get(f"/incidents/{incident_id}").status_code == 404
        asked.append(counter.statements)
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("answer", {"text": "hello"}),
        ("close", {}),
        ("watchers", {"colleague": "nina"}),
        ("watchers/leave", {}),
    ],
)
def test_nothing_can_be_sent_to_the_incident_of_somebody_else(
    app: Flask, colleague: FlaskClient, number: int, address: str, data: dict[str, str]
) -> None:
    assert colleague.post(f"/incidents/{number}/{address}", data=data).status_code == 404
    assert state(app, number) == "new"


def test_the_page_says_in_words_what_happens_next(
    app: Flask, cast: Cast, employee: FlaskClient, number: int
) -> None:
    address = f"/incidents/{number}"
    assert "Service desk has it. Somebody will take it up." in employee.get(address).text
    act(app, number, cast.anna, work.take)
    act(app, number, cast.anna, conversation.answer, "Is the cable in?")
    assert "Anna Lis is working on it." in employee.get(address).text
    with app.app_context():
        work.set_state(
            db.session.get_one(Incident, number), State.WAITING, db.session.get_one(Person, cast.anna)
        )
        db.session.commit()
    assert "The desk waits for your answer." in employee.get(address).text
    assert "The desk waits for your answer." in employee.get("/").text
    assert employee.post(f"{address}/answer", data={"text": "Yes, it is."}).status_code == 303
    assert "Anna Lis is working on it." in employee.get(address).text


def test_the_conversation_is_in_order_and_what_people_wrote_is_only_text(
    app: Flask, cast: Cast, employee: FlaskClient, number: int
) -> None:
    act(app, number, cast.anna, conversation.answer, "First <script>alert(1)</script>")
    employee.post(f"/incidents/{number}/answer", data={"text": "Second\nline"})
    page = employee.get(f"/incidents/{number}").text
    assert (
        page.index("I pressed everything") < page.index("First &lt;script&gt;") < page.index("Second\nline")
    )
    assert "<script>alert" not in page


def test_an_answer_is_not_told_to_be_of_the_team_that_got_the_incident_later(
    app: Flask, cast: Cast, employee: FlaskClient, number: int
) -> None:
    """Who answered for the service desk is no colleague of human resources."""
    act(app, number, cast.adam, conversation.answer, "Press it again.")
    move = work.Move(team_id(app, "hr"))
    act(app, number, cast.adam, lambda incident, by: work.move_to_team(incident, move, by))
    page = employee.get(f"/incidents/{number}").text
    turn = page[page.index('id="latest"') : page.index("Press it again.")]
    assert "Service desk" in turn
    assert "Human resources" not in turn


def test_internal_notes_and_their_files_never_reach_the_requester(
    app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient, number: int
) -> None:
    upload = agent.post(
        "/incidents/uploads", data={"file": (io.BytesIO(_PNG), "note-picture.png")}
    ).get_json()["id"]
    act(app, number, cast.anna, notes.add_note, "canary-of-a-note", (upload,))
    page = employee.get(f"/incidents/{number}")
    assert "canary" not in page.text
    assert "note-picture" not in page.text
    assert employee.get(f"/incidents/{number}/files/{upload}", buffered=True).status_code == 404
    assert agent.get(f"/incidents/{number}/files/{upload}", buffered=True).status_code == 404
    assert agent.get(f"/incidents/{number}/note-files/{upload}", buffered=True).status_code == 200


def test_an_empty_answer_is_refused_and_its_files_are_kept(
    app: Flask, employee: FlaskClient, number: int
) -> None:
    answer = employee.post(
        f"/incidents/{number}/answer",
        data={"text": " ", "files": [(io.BytesIO(_PNG), "screen.png")]},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "Write a few words first." in answer.text
    assert "screen.png" in answer.text
    with app.app_context():
        assert db.session.scalar(select(Message.id)) is None


def test_a_file_can_be_taken_out_of_an_answer_without_javascript(
    app: Flask, employee: FlaskClient, number: int
) -> None:
    ids = [
        employee.post("/incidents/uploads", data={"file": (io.BytesIO(_PNG), name)}).get_json()["id"]
        for name in ("one.png", "two.png")
    ]
    data = {
        "text": "See the picture",
        "file_ids": [str(file_id) for file_id in ids],
        "remove_file": str(ids[0]),
    }
    page = employee.post(f"/incidents/{number}/answer", data=data).text
    assert "two.png" in page
    assert "one.png" not in page
    assert "See the picture" in page
    with app.app_context():
        assert db.session.scalar(select(Message.id)) is None


def test_closing_and_opening_again(app: Flask, cast: Cast, employee: FlaskClient, number: int) -> None:
    assert employee.post(f"/incidents/{number}/close").status_code == 303
    assert state(app, number) == "closed"
    page = employee.get(f"/incidents/{number}").text
    assert "Still not working? Say what is wrong" in page
    assert "It works again: close it" not in page
    answer = employee.post(f"/incidents/{number}/answer", data={"text": "It is back.", "then": "reopen"})
    assert answer.status_code == 303
    assert state(app, number) == "in_progress"
    assert "It is back." in employee.get(f"/incidents/{number}").text


def test_closing_twice_is_a_conflict_and_not_a_failure(
    app: Flask, employee: FlaskClient, number: int
) -> None:
    employee.post(f"/incidents/{number}/close")
    assert employee.post(f"/incidents/{number}/close").status_code == 409


@pytest.mark.parametrize(
    ("name", "content", "shown_as", "disposition"),
    [
        ("screen.png", _PNG, "image/png", "inline"),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
        ("picture.svg", b"<svg onload='alert(1)'/>", "application/octet-stream", "attachment"),
        ("really-html.png", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
    ],
    ids=["a picture", "a page", "a drawing with a script", "a page that calls itself a picture"],
)
def test_files_are_sent_so_that_they_can_do_no_harm(
    app: Flask, employee: FlaskClient, number: int, name: str, content: bytes, shown_as: str, disposition: str
) -> None:
    """Type and way are ours to say, not the sender's (security.md X4, X12)."""
    employee.post(
        f"/incidents/{number}/answer",
        data={"text": "See the file", "files": [(io.BytesIO(content), name)]},
        content_type="multipart/form-data",
    )
    with app.app_context():
        file_id = db.session.scalars(select(IncidentFile.file_id)).one()
    answer = employee.get(f"/incidents/{number}/files/{file_id}", buffered=True)
    assert answer.data == content
    assert answer.headers["Content-Type"] == shown_as
    assert answer.headers["Content-Disposition"].startswith(disposition)
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_name_of_a_file_breaks_no_header_and_keeps_its_letters(
    app: Flask, employee: FlaskClient, number: int
) -> None:
    """As RFC 6266 writes it, whatever the sender wrote (security.md X12)."""
    name = "za%C5%BC%C3%B3%C5%82%C4%87%22%3B%0D%0ASet-Cookie%3A%20forged%3D1.txt"
    sent = (
        f"--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''{name}\r\n"
        "Content-Type: text/html\r\n\r\nbytes\r\n--b--\r\n"
    )
    form = {"data": sent.encode(), "content_type": "multipart/form-data; boundary=b"}
    upload = employee.post("/incidents/uploads", **form).get_json()["id"]
    employee.post(f"/incidents/{number}/answer", data={"text": "See", "file_ids": str(upload)})
    answer = employee.get(f"/incidents/{number}/files/{upload}", buffered=True)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''za%C5%BC%C3%B3%C5%82%C4%87" in disposition
    assert not set(disposition) & set("\r\n")
    assert "forged=1" not in str(answer.headers.getlist("Set-Cookie"))
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_files_are_for_those_who_may_see_the_incident(
    app: Flask, cast: Cast, employee: FlaskClient, colleague: FlaskClient, agent: FlaskClient, number: int
) -> None:
    """An address alone opens no file (security.md X7)."""
    other = file(app, cast.olek, "Something else")
    upload = employee.post("/incidents/uploads", data={"file": (io.BytesIO(_PNG), "a.png")}).get_json()["id"]
    assert employee.get(f"/incidents/{number}/files/{upload}", buffered=True).status_code == 404
    employee.post(f"/incidents/{number}/answer", data={"text": "See", "file_ids": str(upload)})
    assert employee.get(f"/incidents/{number}/files/{upload}", buffered=True).status_code == 200
    assert agent.get(f"/incidents/{number}/files/{upload}", buffered=True).status_code == 200
    assert colleague.get(f"/incidents/{number}/files/{upload}", buffered=True).status_code == 404
    assert colleague.get(f"/incidents/{other}/files/{upload}", buffered=True).status_code == 404


def test_a_colleague_who_follows_reads_and_writes_until_they_leave(
    app: Flask, cast: Cast, employee: FlaskClient, colleague: FlaskClient, number: int
) -> None:
    assert (
        employee.post(f"/incidents/{number}/watchers", data={"colleague": "OLEK@example.com"}).status_code
        == 303
    )
    page = colleague.get(f"/incidents/{number}").text
    assert "The screen is black" in page
    assert "It works again: close it" not in page
    assert "The screen is black" in colleague.get("/incidents").text
    assert colleague.post(f"/incidents/{number}/answer", data={"text": "Mine too"}).status_code == 303
    assert colleague.post(f"/incidents/{number}/close").status_code == 403
    assert colleague.post(f"/incidents/{number}/watchers", data={"colleague": "nina"}).status_code == 403
    assert colleague.post(f"/incidents/{number}/watchers/leave").status_code == 303
    assert colleague.get(f"/incidents/{number}").status_code == 404


def test_a_colleague_who_is_not_found_is_said_beside_the_field(employee: FlaskClient, number: int) -> None:
    answer = employee.post(f"/incidents/{number}/watchers", data={"colleague": "ol"})
    assert answer.status_code == 422
    assert "We found no such colleague." in answer.text


def test_fifty_colleagues_follow_and_no_more(
    app: Flask, cast: Cast, employee: FlaskClient, number: int
) -> None:
    """Each answer is a mail to all of them (security.md M7)."""
    with app.app_context():
        people = [Person(user_name=f"many{n}", display_name=f"Many {n}") for n in range(50)]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(
            Watcher(incident_id=number, person_id=person.id, added_by_id=cast.ewa) for person in people[1:]
        )
        db.session.commit()
    answers = [
        employee.post(f"/incidents/{number}/watchers", data={"colleague": name}) for name in ("many0", "olek")
    ]
    assert [answer.status_code for answer in answers] == [303, 422]
    assert "At most 50 colleagues" in answers[1].text


def test_nobody_follows_what_a_restricted_team_works_on(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    private = file(app, cast.ewa, "About my pay", category="payroll")
    assert "Let a colleague follow this" not in employee.get(f"/incidents/{private}").text
    assert employee.post(f"/incidents/{private}/watchers", data={"colleague": "olek"}).status_code == 403


def test_an_article_that_an_answer_names_is_a_link_only_for_those_who_may_read_it(
    app: Flask, cast: Cast, employee: FlaskClient, number: int
) -> None:
    publish(app, "screens", "When the screen is black")
    publish(app, "for-finance", "Books of the finance people", audience="group:Finance")
    act(app, number, cast.anna, conversation.answer, "See article:screens and article:for-finance please")
    page = employee.get(f"/incidents/{number}").text
    assert 'href="/articles/screens"' in page
    assert "When the screen is black" in page
    assert "finance people" not in page
    assert "(an article that is not open to you)" in page


def test_a_renamed_article_changes_no_text_that_names_it(
    app: Flask, cast: Cast, employee: FlaskClient, editor: FlaskClient, number: int
) -> None:
    """What people wrote stays as it is; the title is looked up when the page is shown (security.md M8)."""
    publish(app, "screens", "When the screen is black")
    act(app, number, cast.anna, conversation.answer, "See article:screens please")
    form = {"title": "Dark | <b> screens", "body": "Do this.", "audience": "everyone"}
    renamed = editor.post("/articles/screens/edit", data={**form, "based_on": "1", "publish": "1"})
    assert renamed.status_code == 303
    page = employee.get(f"/incidents/{number}").text
    assert "Dark | &lt;b&gt; screens</a>" in page
    assert "When the screen is black" not in page
    with app.app_context():
        assert db.session.scalars(select(Message.text)).one() == "See article:screens please"


def test_my_incidents_are_only_mine_and_what_is_open_comes_first(
    app: Flask, cast: Cast, employee: FlaskClient, number: int
) -> None:
    file(app, cast.olek, "The secret of Olek")
    newer = file(app, cast.ewa, "The second one of Ewa")
    employee.post(f"/incidents/{newer}/close")
    page = employee.get("/incidents").text
    assert "The secret of Olek" not in page
    assert page.index("The screen is black") < page.index("The second one of Ewa")


def test_without_incidents_the_page_says_what_would_be_here(editor: FlaskClient) -> None:
    assert "Nothing here yet" in editor.get("/incidents").text


def test_the_pages_need_few_queries(app: Flask, cast: Cast, employee: FlaskClient, number: int) -> None:
    for turn in range(5):
        act(app, number, cast.anna, conversation.answer, f"Answer {turn}")
        employee.post(f"/incidents/{number}/answer", data={"text": f"Back {turn}"})
    for address in (f"/incidents/{number}", "/incidents", "/"):
        with QueryCounter(app) as counter:
            assert employee.get(address).status_code == 200
        assert len(counter.statements) <= 12, "\n".join(counter.statements)


def test_an_agent_reads_the_own_incident_of_another_team_as_the_person_who_asked(
    app: Flask, cast: Cast
) -> None:
    number = file(app, cast.nina, "Nina cannot print", category="email")
    page = sign_in(app, cast.nina).get(f"/incidents/{number}").text
    assert "It works again: close it" in page
