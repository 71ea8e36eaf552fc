"""Filing: text first, then only what is needed; once, whatever is clicked; and no word is ever lost."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.desk.models import Category
from servicedesk.files.models import StoredFile
from servicedesk.incidents.actions.filing import NewIncident, file_incident, title_from
from servicedesk.incidents.models import Draft, Incident, IncidentEvent, IncidentFile
from servicedesk.incidents.suggestions.models import FormSession
from servicedesk.mail.models import OutboxMail
from servicedesk.people.models import Person
from servicedesk.search.models import IndexChange
from tests.factories import Cast, sign_in
from tests.incidents.library import QueryCounter, file, publish, resolve, write_index

_PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SESSION = "a-visit-to-the-form-1"


def filed(app: Flask) -> list[Incident]:
    with app.app_context():
        return list(db.session.scalars(select(Incident).order_by(Incident.id)))


def the_draft(app: Flask, person_id: int) -> dict[str, object]:
    with app.app_context():
        draft = db.session.get(Draft, person_id)
        return draft.fields if draft else {}


def category_id(app: Flask, key: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Category.id).where(Category.key == key)).one()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def test_an_incident_is_filed_from_first_word_to_number_without_javascript(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    start = employee.get("/incidents/new").text
    assert "What is not working?" in start
    assert "Who is affected?" not in start
    text = "The second monitor stays black. I tried both cables."
    step = employee.post("/incidents/new", data={"text": text, "session": SESSION, "step": "answers"})
    assert step.status_code == 303
    answers = employee.get(step.location).text
    assert text in answers
    assert "Continue to file" in answers
    step = employee.post("/incidents/new", data={"text": text, "session": SESSION, "step": "details"})
    details = employee.get(step.location).text
    assert 'value="The second monitor stays black"' in details
    answer = employee.post(
        "/incidents",
        data={
            "text": text, "title": "The second monitor stays black", "key": hidden(details, "key"), "impact": "2", "urgency": "1",
            "category_id": str(category_id(app, "network")), "contact": "extension 42",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    (incident,) = filed(app)
    assert answer.location == f"/incidents/{incident.id}"
    assert (incident.title, incident.text, incident.state) == ("The second monitor stays black", text, "new")
    assert (incident.impact, incident.urgency, incident.priority, incident.contact) == (
        2,
        1,
        2,
        "extension 42",
    )
    assert (incident.requester_id, incident.filed_by_id, incident.channel) == (cast.ewa, cast.ewa, "web")
    shown = employee.get(answer.location).text
    assert f"INC-{incident.id} is filed. Network has it now" in shown


def test_filing_writes_history_mail_index_queue_and_ends_draft_and_visit_at_once(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    employee.post("/incidents/draft", data={"text": "No network", "session": SESSION})
    employee.post("/incidents", data={"text": "No network", "key": "k"})
    (incident,) = filed(app)
    with app.app_context():
        events = db.session.scalars(
            select(IncidentEvent).where(IncidentEvent.incident_id == incident.id)
        ).all()
        assert [(event.kind, event.actor_id, event.is_public) for event in events] == [
            ("filed", cast.ewa, True)
        ]
        queued = db.session.scalars(select(IndexChange).where(IndexChange.kind == "incident")).all()
        assert [change.object_id for change in queued] == [incident.id]
        assert db.session.scalars(select(OutboxMail.recipient_id)).all() == [cast.ewa]
        assert db.session.get(Draft, cast.ewa) is None
        visit = db.session.get_one(FormSession, SESSION)
        assert (visit.outcome, visit.incident_id) == ("filed", incident.id)


def test_a_second_click_is_the_same_incident(app: Flask, employee: FlaskClient) -> None:
    data = {"text": "No network", "key": "the-key-of-one-page"}
    first, second = (employee.post("/incidents", data=data) for _ in range(2))
    assert first.location == second.location
    assert len(filed(app)) == 1


def test_a_text_changed_after_going_back_is_another_incident(app: Flask, employee: FlaskClient) -> None:
    employee.post("/incidents", data={"text": "No network", "key": "the-key-of-one-page"})
    employee.post("/incidents", data={"text": "No printer", "key": "the-key-of-one-page"})
    assert [incident.text for incident in filed(app)] == ["No network", "No printer"]


def test_the_same_key_of_another_person_is_another_incident(
    app: Flask, employee: FlaskClient, colleague: FlaskClient
) -> None:
    for client in (employee, colleague):
        client.post("/incidents", data={"text": "No network", "key": "the-key-of-one-page"})
    assert len({incident.requester_id for incident in filed(app)}) == 2


def test_clicks_at_the_same_moment_file_once(app: Flask, cast: Cast) -> None:
    def click(_number: int) -> str:
        client = sign_in(app, cast.ewa)
        return client.post("/incidents", data={"text": "No network", "key": "one-page"}).location or ""

    with ThreadPoolExecutor(6) as threads:
        locations = set(threads.map(click, range(6)))
    assert len(locations) == 1
    assert len(filed(app)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 1


def test_many_people_at_once_get_numbers_of_their_own(app: Flask, cast: Cast) -> None:
    """From a sequence, and each write takes the lock first (security.md F5, M7)."""

    def click(number: int) -> str:
        client = sign_in(app, (cast.ewa, cast.olek, cast.anna)[number % 3])
        return (
            client.post("/incidents", data={"text": f"Problem {number}", "key": f"page-{number}"}).location
            or ""
        )

    with ThreadPoolExecutor(6) as threads:
        locations = list(threads.map(click, range(18)))
    assert len(set(locations)) == 18
    assert len(filed(app)) == 18


def test_a_draft_survives_reload_log_out_and_restart(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    answer = employee.post(
        "/incidents/draft", data={"text": "Half a sent", "session": SESSION}, headers={"X-Background": "1"}
    )
    assert answer.status_code == 204
    again = sign_in(app, cast.ewa)
    page = again.get("/incidents/new").text
    assert "Half a sent" in page
    assert hidden(page, "session") == SESSION
    assert "Half a sent" in again.get("/").text
    assert "Half a sent" not in sign_in(app, cast.olek).get("/incidents/new").text


def test_saving_one_field_keeps_the_others(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    employee.post("/incidents/draft", data={"text": "No network", "contact": "room 4", "impact": "2"})
    employee.post("/incidents/draft", data={"text": "No network at all"})
    draft = the_draft(app, cast.ewa)
    assert (draft["text"], draft["contact"], draft["impact"]) == ("No network at all", "room 4", 2)


def test_a_draft_can_be_discarded(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    employee.post("/incidents/draft", data={"text": "No network"})
    employee.post("/incidents/draft/discard")
    assert the_draft(app, cast.ewa) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "  "}, "Say what does not work."),
        ({"text": "x" * 64_001}, "The description may have at most 64,000 characters."),
        ({"title": "x" * 201}, "The title may have at most 200 characters."),
        ({"contact": "x" * 201}, "The contact may have at most 200 characters."),
        ({"category_id": "999999"}, "Not a valid choice"),
        ({"impact": "7"}, "Not a valid choice"),
        ({"file_ids": "999999"}, "One of the files is not there any more."),
    ],
)
def test_what_cannot_be_filed_is_said_and_everything_else_is_kept(
    app: Flask, cast: Cast, employee: FlaskClient, change: dict[str, str], said: str
) -> None:
    """Each field has a most, and past it nothing is lost (security.md M7)."""
    data = {
        "text": "The words of Ewa",
        "title": "A title",
        "contact": "room 4",
        "impact": "1",
        "key": "k",
    } | change
    answer = employee.post("/incidents", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert filed(app) == []
    for name in {"text", "title", "contact"} - set(change):
        assert data[name] in answer.text
    assert the_draft(app, cast.ewa)["title"] == data["title"]
    with app.app_context():
        assert db.session.scalar(select(OutboxMail.id)) is None


def test_files_of_a_plain_form_are_kept_when_something_else_is_wrong(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    picture = (io.BytesIO(_PNG), "screen.png")
    answer = employee.post(
        "/incidents", data={"text": "", "files": [picture], "key": "k"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "screen.png" in answer.text
    file_id = hidden(answer.text, "file_ids")
    answer = employee.post(
        "/incidents", data={"text": "The screen is black", "file_ids": file_id, "key": "k"}
    )
    assert answer.status_code == 303
    page = employee.get(answer.location).text
    assert "screen.png" in page
    with app.app_context():
        assert db.session.scalars(select(IncidentFile.file_id)).all() == [int(file_id)]
        assert db.session.get_one(StoredFile, int(file_id)).is_claimed


def test_files_can_be_sent_one_by_one_and_taken_back(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    employee.post("/incidents/draft", data={"text": "The screen is black"})
    ids = []
    for name in ("one.png", "two.png"):
        answer = employee.post("/incidents/uploads", data={"file": (io.BytesIO(_PNG), name), "draft": "1"})
        assert answer.status_code == 201
        ids.append(answer.get_json()["id"])
    assert the_draft(app, cast.ewa)["file_ids"] == ids
    assert employee.post(f"/incidents/uploads/{ids[0]}/discard").status_code == 204
    page = employee.get("/incidents/new/details").text
    assert "two.png" in page
    assert "one.png" not in page


@pytest.mark.parametrize(("reader", "size"), [("ewa", "2.5 MB"), ("olek", "2,5 MB")])
def test_the_size_of_a_file_has_the_decimal_sign_of_its_reader(
    app: Flask, cast: Cast, reader: str, size: str
) -> None:
    client = sign_in(app, getattr(cast, reader))
    sent = {"file": (io.BytesIO(_PNG), "a.png"), "draft": "1"}
    file_id = client.post("/incidents/uploads", data=sent).get_json()["id"]
    with app.app_context():
        db.session.get_one(StoredFile, file_id).size_bytes = 2_500_000
        db.session.commit()
    client.post("/incidents/draft", data={"text": "The screen is black."})
    assert size in client.get("/incidents/new/details").text


def test_an_upload_of_somebody_else_cannot_be_sent_along(
    app: Flask, employee: FlaskClient, colleague: FlaskClient
) -> None:
    file_id = employee.post("/incidents/uploads", data={"file": (io.BytesIO(_PNG), "secret.png")}).get_json()[
        "id"
    ]
    answer = colleague.post(
        "/incidents", data={"text": "Give it to me", "file_ids": str(file_id), "key": "k"}
    )
    assert answer.status_code == 422
    assert "secret.png" not in answer.text
    assert filed(app) == []


def test_a_file_that_is_too_large_or_empty_is_named_and_the_rest_kept(
    app: Flask, employee: FlaskClient
) -> None:
    answer = employee.post(
        "/incidents",
        data={"text": "The words of Ewa", "files": [(io.BytesIO(b""), "empty.txt")], "key": "k"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "empty.txt: This file is empty." in answer.text
    assert "The words of Ewa" in answer.text
    alone = employee.post("/incidents/uploads", data={"file": (io.BytesIO(b""), "empty.txt")})
    assert (alone.status_code, alone.get_json()["message"][:18]) == (422, "This file is empty")


def test_the_category_is_proposed_from_what_similar_incidents_had(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    article = publish(app, "vpn", "VPN does not connect")
    for number, person in enumerate((cast.olek, cast.nina, cast.hanna)):
        incident = file(app, person, f"The tunnel thingy refuses me {number}", category="network")
        resolve(app, incident, article, by=cast.nina)
    write_index(app)
    employee.post("/incidents/draft", data={"text": "tunnel thingy refuses me"})
    page = employee.get("/incidents/new/details").text
    assert f'<option selected value="{category_id(app, "network")}">' in page
    assert "Proposed from your words" in page


def test_article_steps_and_the_facts_it_needs_are_carried_along(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    article = publish(
        app, "dock", "The dock does not work", "- [ ] Unplug it.\n- [ ] Wait.\n- [ ] Plug it in.\n",
        facts_needed=["which dock", "what the light does"],
    )  # fmt: skip
    page = employee.get("/incidents/new", query_string={"article": "dock", "steps": "1,3"}).text
    assert "About the article “The dock does not work”" in page
    assert "Plug it in." in page
    data = {
        "text": "Still black",
        "article": hidden(page, "article"),
        "steps": hidden(page, "steps"),
        "step": "details",
    }
    details = employee.get(employee.post("/incidents/new", data=data).location).text
    assert "which dock" in details
    employee.post(
        "/incidents", data={"text": "Still black", "fact_0": "the grey one", "fact_1": "", "key": "k"}
    )
    (incident,) = filed(app)
    assert incident.about_article_id == article
    assert incident.steps_tried == [1, 3]
    shown = employee.get(f"/incidents/{incident.id}").text
    assert re.findall(r"<li>(Unplug it|Wait|Plug it in)\.?</li>", shown) == ["Unplug it", "Plug it in"]
    assert incident.text == "Still black\n\nwhich dock: the grey one"


def test_an_article_for_others_is_not_carried_along(app: Flask, employee: FlaskClient) -> None:
    publish(app, "for-finance", "Books of the finance people", audience="group:Finance")
    page = employee.get("/incidents/new", query_string={"article": "for-finance"}).text
    assert "finance people" not in page
    employee.post("/incidents/new", data={"text": "Help", "article": "for-finance", "step": "details"})
    employee.post("/incidents", data={"text": "Help", "key": "k"})
    assert filed(app)[0].about_article_id is None


def test_a_text_from_the_search_is_carried_along_and_the_older_draft_is_not_lost(
    app: Flask, employee: FlaskClient
) -> None:
    employee.post("/incidents/draft", data={"text": "My older draft"})
    page = employee.get("/incidents/new", query_string={"text": "printer on fire"}).text
    assert "printer on fire" in page
    assert "You also have a draft that is not sent." in page
    assert "My older draft" in employee.get("/incidents/new").text


def test_staff_file_for_a_colleague_and_everybody_can_see_that(
    app: Flask, cast: Cast, agent: FlaskClient, employee: FlaskClient
) -> None:
    """Who really filed it is recorded (security.md A14)."""
    answer = agent.post(
        "/incidents", data={"text": "Ewa called: no network", "requester": "EWA@example.com", "key": "k"}
    )
    assert answer.status_code == 303
    (incident,) = filed(app)
    assert (incident.requester_id, incident.filed_by_id) == (cast.ewa, cast.anna)
    page = employee.get(answer.location).text
    assert "filed by Anna Lis" in page
    assert "Filed for Ewa Nowak" in page


def test_employees_cannot_file_for_a_colleague(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    """That is for staff (security.md A14)."""
    employee.post("/incidents/draft", data={"text": "No network"})
    assert "File for a colleague" not in employee.get("/incidents/new/details").text
    answer = employee.post("/incidents", data={"text": "Sent as Olek", "requester": "olek", "key": "k"})
    assert answer.status_code == 422
    assert filed(app) == []


@pytest.mark.parametrize("name", ["nobody", "ol", "zoe", "o_ek", "%"])
def test_a_colleague_is_found_by_the_full_name_of_somebody_who_works_here(
    app: Flask, agent: FlaskClient, name: str
) -> None:
    answer = agent.post("/incidents", data={"text": "Called: no network", "requester": name, "key": "k"})
    assert answer.status_code == 422
    assert "We found no such colleague." in answer.text
    assert "Called: no network" in answer.text
    assert filed(app) == []


def test_agents_cannot_file_for_a_colleague_with_a_restricted_team(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    payroll = category_id(app, "payroll")
    data = {"text": "About pay", "requester": "ewa", "category_id": str(payroll), "key": "k"}
    assert agent.post("/incidents", data=data).status_code == 403
    assert filed(app) == []
    assert sign_in(app, cast.hanna).post("/incidents", data=data).status_code == 303


def test_a_key_that_was_used_makes_no_second_incident_whatever_calls_the_action(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        ewa = db.session.get_one(Person, cast.ewa)
        new = NewIncident(
            requester=ewa, filed_by=ewa, title="a", text="b", language="en", idempotency_key="k"
        )
        assert file_incident(new).id == file_incident(new).id
        db.session.commit()
    assert len(filed(app)) == 1


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Mail is down. Since nine.", "Mail is down"),
        ("\n\n  Printer jams!  Every day\nlonger story", "Printer jams!"),
        ("Does it work? No.", "Does it work?"),
        ("Error 5.7.1 when sending", "Error 5.7.1 when sending"),
        ("x" * 300, "x" * 100 + "…"),
        ("", ""),
    ],
)
def test_a_title_is_made_of_the_first_words(text: str, title: str) -> None:
    assert title_from(text) == title


def test_the_pages_of_the_form_need_few_queries(app: Flask, employee: FlaskClient) -> None:
    employee.post("/incidents/draft", data={"text": "No network"})
    for address in ("/incidents/new", "/incidents/new?answers=1", "/incidents/new/details"):
        with QueryCounter(app) as counter:
            assert employee.get(address).status_code == 200
        assert len(counter.statements) <= 12, address


def test_without_words_one_is_asked_for_them(employee: FlaskClient) -> None:
    for step in ("answers", "details"):
        answer = employee.post("/incidents/new", data={"text": " ", "step": step})
        assert "Write a few words first" in employee.get(answer.location).text
    assert employee.get("/incidents/new/details").status_code == 303


def test_the_telephone_that_the_directory_knows_is_filled_in(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.ewa).telephone = "+48 22 000 00 42"
        db.session.commit()
    employee.post("/incidents/draft", data={"text": "No network"})
    assert 'value="+48 22 000 00 42"' in employee.get("/incidents/new/details").text


def test_an_address_of_two_colleagues_is_not_guessed(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    with app.app_context():
        db.session.get_one(Person, cast.olek).mail = "Shared@example.com"
        db.session.get_one(Person, cast.ewa).mail = "shared@example.com"
        db.session.commit()
    data = {"text": "Called: no network", "requester": "shared@example.com", "key": "k"}
    answer = agent.post("/incidents", data=data)
    assert answer.status_code == 422
    assert "Several people have this address" in answer.text
    assert agent.post("/incidents", data={**data, "requester": "olek"}).status_code == 303
