"""Working on an incident: answers and notes, taking, details, moving, conflicts, and what the page costs."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import Incident, InternalNote, Message, Watcher
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, category_id, events, mails, read, send, team_id
from tests.incidents.library import QueryCounter, file, publish, resolve, write_index

MOST_QUERIES = 12


@pytest.fixture
def number(app: Flask, cast: Cast) -> int:
    """An incident of Ewa with the service desk."""
    return file(app, cast.ewa, "The printer jams on every page", category="email")


def texts(app: Flask, number: int) -> list[str]:
    """Return the messages of an incident."""
    with app.app_context():
        return list(
            db.session.scalars(select(Message.text).where(Message.incident_id == number).order_by(Message.id))
        )


def test_an_answer_starts_the_work_and_reaches_the_requester(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    assert answer(agent, app, number, "Which printer?").status_code == 303
    incident = read(app, number)
    assert incident.state == "in_progress"
    assert incident.first_response_at is not None
    assert ("answered_by_desk", cast.ewa, "waiting") in mails(app, number)
    assert "Which printer?" in employee.get(f"/incidents/{number}").get_data(as_text=True)


def test_waiting_ends_when_the_requester_answers(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    agent.post(f"/incidents/{number}/take", data={})
    answer(agent, app, number, "Which printer?", then="waiting")
    assert read(app, number).state == "waiting"
    employee.post(f"/incidents/{number}/answer", data={"text": "The one by the window."})
    assert read(app, number).state == "in_progress"
    assert mails(app, number)[-1] == ("answered_by_requester", cast.anna, "waiting")


def test_nobody_is_mailed_about_what_they_did_themselves(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    agent.post(f"/incidents/{number}/take", data={})
    answer(agent, app, number, "Try again.")
    agent.post(f"/incidents/{number}/notes", data={"note": "Hm."})
    assert cast.anna not in [recipient for _, recipient, _ in mails(app, number)]


def test_a_note_is_for_staff_and_changes_nothing_that_others_see(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    before, mails_before = employee.get(f"/incidents/{number}"), mails(app, number)
    sent = agent.post(
        f"/incidents/{number}/notes",
        data={"note": "CANARYNOTE", "files": (BytesIO(b"CANARYFILE"), "CANARYNAME.txt")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 303
    assert "CANARYNOTE" in agent.get(f"/incidents/{number}").get_data(as_text=True)
    after = employee.get(f"/incidents/{number}")
    assert "CANARY" not in after.get_data(as_text=True)
    assert len(after.data) == len(before.data)
    assert mails(app, number) == mails_before
    with app.app_context():
        note = db.session.scalars(select(InternalNote)).one()
        assert note.author_id == cast.anna


def test_files_of_notes_are_read_by_staff_alone(
    app: Flask, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    agent.post(
        f"/incidents/{number}/notes",
        data={"note": "See the log", "files": (BytesIO(b"CANARYFILE"), "log.txt")},
        content_type="multipart/form-data",
    )
    address = f"/incidents/{number}/note-files/1"
    assert address in agent.get(f"/incidents/{number}").get_data(as_text=True)
    with agent.get(address) as download:
        assert download.data == b"CANARYFILE"
    assert employee.get(address).status_code == 403
    assert employee.get(f"/incidents/{number}/files/1").status_code == 404


def test_an_answer_and_a_note_cannot_be_mixed_up(agent: FlaskClient, number: int) -> None:
    page = agent.get(f"/incidents/{number}").get_data(as_text=True)
    answer_form = page[page.index('id="answer"') : page.index('id="note"')]
    note_form = page[page.index('id="note"') :]
    for form, own, other in ((answer_form, "desk-answers", "/notes"), (note_form, "/notes", "desk-answers")):
        form = form[: form.index("</form>")]
        assert own in form
        assert other not in form
    assert (
        agent.post(f"/incidents/{number}/desk-answers", data={"note": "secret", "seen": 0}).status_code == 422
    )
    assert agent.post(f"/incidents/{number}/notes", data={"text": "public"}).status_code == 422


def test_of_two_who_take_it_one_wins(app: Flask, cast: Cast, number: int) -> None:
    agents = [cast.anna, cast.piotr] * 3
    browsers = [sign_in(app, person_id) for person_id in agents]
    start = Barrier(len(browsers))

    def take(browser: FlaskClient) -> int:
        start.wait()
        return browser.post(f"/incidents/{number}/take", data={}).status_code

    with ThreadPoolExecutor(len(browsers)) as threads:
        answers = list(threads.map(take, browsers))
    winner = read(app, number).assignee_id or 0
    # The winner's own second click may find that it is theirs already, or that it was a moment too early.
    by_person = {
        person_id: {a for p, a in zip(agents, answers, strict=True) if p == person_id} for person_id in agents
    }
    assert 303 in by_person.pop(winner)
    assert list(by_person.values()) == [{409}]
    assert [kind for kind, _, _ in events(app, number)].count("assignee") == 1


def test_a_text_is_given_back_when_somebody_wrote_meanwhile(
    app: Flask, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    employee.post(f"/incidents/{number}/answer", data={"text": "It works again by itself."})
    late = agent.post(f"/incidents/{number}/desk-answers", data={"text": "A technician comes.", "seen": 0})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "A technician comes.</textarea>" in page
    assert "It works again by itself." in page
    assert texts(app, number) == ["It works again by itself."]
    assert answer(agent, app, number, "A technician comes.").status_code == 303


def test_nobody_overwrites_what_they_have_not_seen(app: Flask, agent: FlaskClient, number: int) -> None:
    fields = {"category_id": category_id(app, "other"), "assignee_id": 0}
    assert send(agent, app, number, "details", impact=1, urgency=1, **fields).status_code == 303
    late = agent.post(
        f"/incidents/{number}/details", data={"version": 1, "impact": 3, "urgency": 3, **fields}
    )
    assert late.status_code == 409
    assert read(app, number).priority == 1


def test_details_are_saved_with_their_history(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    category = category_id(app, "other")
    send(agent, app, number, "details", impact=1, urgency=1, category_id=category, assignee_id=cast.piotr)
    assert events(app, number) == [
        ("filed", "", ""),
        ("priority", "3", "1"),
        ("category", "email", "other"),
        ("assignee", "", "Piotr Wąs"),
        ("state", "new", "in_progress"),
    ]
    assert mails(app, number)[-1] == ("assigned", cast.piotr, "waiting")
    history = agent.get(f"/incidents/{number}/history").get_data(as_text=True)
    assert "E-mail" in history
    assert "Piotr Wąs" in history


def test_a_move_takes_the_assignee_off_who_is_not_in_the_new_team(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    agent.post(f"/incidents/{number}/take", data={})
    send(agent, app, number, "team", team_id=team_id(app, "network"))
    incident = read(app, number)
    assert (incident.team_id, incident.assignee_id) == (team_id(app, "network"), None)


def test_a_move_into_a_restricted_team_shuts_everybody_else_out_at_once(
    app: Flask, cast: Cast, agent: FlaskClient, colleague: FlaskClient, number: int
) -> None:
    with app.app_context():
        db.session.add(Watcher(incident_id=number, person_id=cast.olek, added_by_id=cast.ewa))
        db.session.commit()
    agent.post(f"/incidents/{number}/take", data={})
    answer(agent, app, number, "It is about pay, I pass it on.")
    assert colleague.get(f"/incidents/{number}").status_code == 200
    moved = send(agent, app, number, "team", team_id=team_id(app, "hr"))
    assert moved.location == "/queue"
    assert colleague.get(f"/incidents/{number}").status_code == 404
    assert agent.get(f"/incidents/{number}").status_code == 404
    states = {recipient: state for _, recipient, state in mails(app, number)}
    assert states == {cast.ewa: "waiting", cast.olek: "withdrawn"}


def test_leaving_a_restricted_team_needs_its_lead_a_yes_and_each_note(app: Flask, cast: Cast) -> None:
    number = file(app, cast.ewa, "Pay", category="payroll")
    hanna = sign_in(app, cast.hanna)
    hanna.post(f"/incidents/{number}/notes", data={"note": "A word between us"})
    desk = team_id(app, "service-desk")
    assert send(hanna, app, number, "team", team_id=desk).status_code == 422
    assert send(hanna, app, number, "team", team_id=desk, is_confirmed="y").status_code == 422
    assert (
        send(hanna, app, number, "team", team_id=desk, is_confirmed="y", reviewed_note_ids=[1]).status_code
        == 303
    )
    assert read(app, number).team_id == desk


def test_an_article_goes_into_the_answer_by_a_link_without_javascript(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    publish(app, "clear-a-jam", "Clear a jam in the printer")
    write_index(app)
    page = agent.get(f"/incidents/{number}?insert=clear-a-jam").get_data(as_text=True)
    assert "article:clear-a-jam\n</textarea>" in page
    answer(agent, app, number, "Do what article:clear-a-jam says.")
    assert "Clear a jam in the printer</a>" in employee.get(f"/incidents/{number}").get_data(as_text=True)


def test_an_article_that_the_requester_cannot_open_is_asked_about_and_its_title_never_shown(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient, number: int
) -> None:
    publish(app, "printer-for-staff", "CANARYTITLE printer jams", audience="staff")
    write_index(app)
    page = agent.get(f"/incidents/{number}").get_data(as_text=True)
    assert "Not open to Ewa Nowak" in page
    asked = answer(agent, app, number, "See article:printer-for-staff")
    assert asked.status_code == 422
    assert 'name="anyway"' in asked.get_data(as_text=True)
    assert "See article:printer-for-staff</textarea>" in asked.get_data(as_text=True)
    assert texts(app, number) == []
    assert answer(agent, app, number, "See article:printer-for-staff", anyway="y").status_code == 303
    seen = employee.get(f"/incidents/{number}").get_data(as_text=True)
    assert "CANARYTITLE" not in seen
    assert "an article that is not open to you" in seen


def test_an_article_that_does_not_exist_or_the_author_cannot_read_is_refused(
    app: Flask, agent: FlaskClient, number: int
) -> None:
    publish(app, "for-finance", "CANARYFINANCE", audience="group:Finance")
    for slug in ("for-finance", "no-such-article"):
        refused = answer(agent, app, number, f"See article:{slug}", anyway="")
        assert refused.status_code == 422
        assert "CANARYFINANCE" not in refused.get_data(as_text=True)


@pytest.mark.parametrize("is_indexed", [True, False])
def test_similar_resolved_incidents_stand_beside_it_as_far_as_they_may_be_seen(
    app: Flask, cast: Cast, agent: FlaskClient, number: int, *, is_indexed: bool
) -> None:
    article = publish(app, "clear-a-jam", "Clear a jam")
    similar = file(app, cast.olek, "My printer jams again", category="email")
    hidden = file(app, cast.olek, "The printer of HR jams", category="payroll")
    others = (
        "Mail arrives late",
        "No sound in calls",
        "Need Visio",
        "The room has a printer, a screen and no chair",
    )
    other = [file(app, cast.olek, text, category="email") for text in others]
    for one in (similar, *other):
        resolve(app, one, article, by=cast.anna)
    resolve(app, hidden, article, by=cast.hanna)
    if is_indexed:
        write_index(app)
    page = agent.get(f"/incidents/{number}").get_data(as_text=True)
    assert "My printer jams again" in page
    assert "The printer of HR" not in page
    assert "no chair" not in page


def test_what_reads_alike_is_similar_though_titles_differ_and_the_nearest_stands_first(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    article = publish(app, "free-the-profile", "Free the profile")
    texts = (
        "Browser does not start\nIt is already running, but not responding. I must close something to open a window.",
        "Cannot open it any more\nA box says: already running, but not responding. The old process must be closed.",
        "Help\nThe toner of the copier on the second floor is empty.",
    )
    for text in texts:
        resolve(app, file(app, cast.olek, text, category="email"), article, by=cast.anna)
    write_index(app)
    wanted = (
        "Pop-up\nalready running, but is not responding. The old process must be closed to open a new window"
    )
    number = file(app, cast.ewa, wanted, category="email")
    page = agent.get(f"/incidents/{number}").get_data(as_text=True)
    similar = page[page.index("Similar, resolved") :]
    assert 0 < similar.index("Cannot open it any more") < similar.index("Browser does not start")
    assert ">Help</a>" not in similar
    resolve(app, number, article, by=cast.anna)
    write_index(app)
    page = agent.get(f"/incidents/{number}").get_data(as_text=True)
    assert ">Pop-up</a>" not in page[page.index("Similar, resolved") :]


def test_teams_that_keep_to_themselves_see_their_own_similar_incidents(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    article = publish(app, "payslips", "Payslips")
    texts = ("My payslip for May is missing", "The payslip for May has not come", "Parking permit, please")
    numbers = [file(app, cast.olek, text, category="payroll") for text in texts]
    resolve(app, file(app, cast.olek, "The payslip portal is down in May", category="email"), 1, by=cast.anna)
    for one in numbers[1:]:
        resolve(app, one, article, by=cast.hanna)
    write_index(app)
    hanna = sign_in(app, cast.hanna)
    page = hanna.get(f"/incidents/{numbers[0]}").get_data(as_text=True)
    similar = page[page.index("Similar, resolved") :]
    assert "The payslip for May has not come" in similar
    assert "Parking permit" not in similar
    assert "portal is down" not in similar
    assert agent.get(f"/incidents/{numbers[0]}").status_code == 404


def test_the_page_needs_few_queries_however_much_is_on_it(
    app: Flask, cast: Cast, agent: FlaskClient, number: int
) -> None:
    for name in ("clear-a-jam", "add-a-printer", "order-toner"):
        publish(app, name, f"Printer: {name}", audience="everyone")
    for index in range(4):
        resolve(app, file(app, cast.olek, f"Printer {index} jams", category="email"), 1, by=cast.anna)
    write_index(app)
    for _ in range(3):
        answer(agent, app, number, "See article:clear-a-jam")
        agent.post(
            f"/incidents/{number}/notes",
            data={"note": "Hm.", "files": (BytesIO(b"x"), "x.txt")},
            content_type="multipart/form-data",
        )
    resolve(app, number, 1, by=cast.anna)
    agent.get(f"/incidents/{number}")
    with QueryCounter(app) as counter:
        assert agent.get(f"/incidents/{number}").status_code == 200
    assert len(counter.statements) <= MOST_QUERIES, counter.statements


def test_a_script_in_any_text_stays_text(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    """On every page that shows it (security.md X1)."""
    number = file(app, cast.ewa, "<script>alert(1)</script>", category="email")
    answer(
        agent,
        app,
        number,
        "<img src=x onerror=alert(2)> javascript:alert(3) https://example.com/'\"><script>",
    )
    agent.post(f"/incidents/{number}/notes", data={"note": "<svg onload=alert(4)>"})
    for address in (f"/incidents/{number}", "/queue"):
        page = agent.get(address).get_data(as_text=True)
        for alive in ("<script>alert", "<img src=x", "<svg onload", 'href="javascript'):
            assert alive not in page


def test_a_person_with_no_rights_left_keeps_no_conversation_open(app: Flask, cast: Cast, number: int) -> None:
    with app.app_context():
        assert db.session.get_one(Incident, number).is_open
    assert sign_in(app, cast.olek).get(f"/incidents/{number}").status_code == 404
