"""The admin's list of mails that could not be sent: who sees what of them, and trying one again."""

import json
import logging
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from servicedesk import jobs
from servicedesk.database import db, now
from servicedesk.mail.models import OutboxMail
from servicedesk.operating.jobs.running import Job, run_safely
from servicedesk.people.models import Person
from servicedesk.web.log_lines import JsonLines
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, mails
from tests.incidents.library import QueryCounter, file

ADDRESS = "/admin/failed-mails"
REFUSED = "{'ewa@example.com': (550, b'5.1.1 CANARYANSWER no such user')}"


def give_up(app: Flask, incident_id: int, *, error: str = REFUSED, attempts: int = 7) -> list[int]:
    """Let all mails about an incident have failed, and return their numbers."""
    with app.app_context():
        db.session.execute(
            update(OutboxMail)
            .where(OutboxMail.subject_id == incident_id)
            .values(state="failed", last_error=error, attempts=attempts)
        )
        db.session.commit()
        query = select(OutboxMail.id).where(OutboxMail.subject_id == incident_id).order_by(OutboxMail.id)
        return list(db.session.scalars(query))


def try_again(client: FlaskClient, app: Flask, mail_id: int) -> TestResponse:
    """Press the button of a mail."""
    with app.app_context():
        mark = db.session.get_one(OutboxMail, mail_id).mark
    return client.post(f"{ADDRESS}/{mail_id}/retry", data={"mark": mark})


def page_of(client: FlaskClient) -> str:
    """Return the list."""
    return client.get(ADDRESS).get_data(as_text=True)


def test_an_empty_list_says_what_would_be_here(app: Flask, cast: Cast, admin: FlaskClient) -> None:
    file(app, cast.ewa, "The printer jams", category="email")
    page = page_of(admin)
    assert "All mail has gone out" in page
    assert "<table" not in page


def test_a_line_says_whom_what_why_and_how_often(
    app: Flask, cast: Cast, admin: FlaskClient, agent: FlaskClient
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    answer(agent, app, number, "CANARYTEXT")
    give_up(app, number)
    page = page_of(admin)
    for words in (
        "Ewa Nowak", "The incident was filed", "The desk answered", f"INC-{number}", "The printer jams",
        "The mail server does not know the address.", "CANARYANSWER", "Tried 7 times.", f"{ADDRESS}/1/retry",
    ):  # fmt: skip
        assert words in page, words
    assert "CANARYTEXT" not in page


def test_of_a_restricted_incident_an_admin_learns_only_that_there_is_a_mail(
    app: Flask, cast: Cast, admin: FlaskClient
) -> None:
    number = file(app, cast.ewa, "CANARYPAY", category="payroll")
    (mail_id,) = give_up(app, number)
    page = page_of(admin)
    for words in (
        "CANARYPAY",
        "Ewa",
        "ewa@",
        "CANARYANSWER",
        f"INC-{number}",
        f"/incidents/{number}",
        "filed",
    ):
        assert words not in page, words
    assert "An incident of a restricted team" in page
    assert "The mail server does not know the address." in page
    assert try_again(admin, app, mail_id).status_code == 303
    assert mails(app, number) == [("filed", cast.ewa, "waiting")]


def test_a_mail_is_tried_again_and_arrives(
    app: Flask, cast: Cast, admin: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    (mail_id,) = give_up(app, number)
    with caplog.at_level(logging.INFO, "servicedesk.mail"):
        assert try_again(admin, app, mail_id).location == ADDRESS
    (line,) = [record for record in caplog.records if record.name == "servicedesk.mail"]
    written = json.loads(JsonLines().format(line))
    assert (written["mail"], written["by"]) == (mail_id, cast.adam)
    page = page_of(admin)
    assert "The mail goes out with the next ones." in page
    assert "All mail has gone out" in page
    with app.app_context():
        assert run_safely(Job("mail", timedelta(0), jobs.send_mail))
    assert mails(app, number) == [("filed", cast.ewa, "sent")]


def test_who_may_not_be_told_any_more_is_not_told_by_a_second_try(
    app: Flask, cast: Cast, admin: FlaskClient
) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    (mail_id,) = give_up(app, number)
    with app.app_context():
        db.session.get_one(Person, cast.ewa).is_active = False
        db.session.commit()
    try_again(admin, app, mail_id)
    with app.app_context():
        assert run_safely(Job("mail", timedelta(0), jobs.send_mail))
    assert mails(app, number) == [("filed", cast.ewa, "withdrawn")]


def test_only_what_was_given_up_is_tried_again(app: Flask, cast: Cast, admin: FlaskClient) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    (mail_id,) = give_up(app, number)
    later = now() + timedelta(hours=1)
    for state in ("waiting", "sending", "sent", "withdrawn"):
        with app.app_context():
            db.session.execute(update(OutboxMail).values(state=state, next_attempt_at=later))
            db.session.commit()
        assert try_again(admin, app, mail_id).location == ADDRESS
        assert "on its way already" in page_of(admin)
        with app.app_context():
            mail = db.session.get_one(OutboxMail, mail_id)
            assert (mail.state, mail.next_attempt_at) == (state, later)
    assert admin.post(f"{ADDRESS}/999999/retry").status_code == 404


def test_a_page_from_before_an_older_database_was_put_back_sends_no_other_mail(
    app: Flask, cast: Cast, admin: FlaskClient
) -> None:
    """The number is another mail's by then, be its event and its recipient the same or others."""
    number = file(app, cast.ewa, "The printer jams", category="email")
    (mail_id,) = give_up(app, number)
    fields = {"mark": re.findall(r'name="mark" value="(\w+)"', page_of(admin))[0]}
    for changed in ({"message_id": "0123456789abcdef"}, {"created_at": now() - timedelta(days=1)}):
        with app.app_context():
            db.session.execute(update(OutboxMail).values(**changed))
            db.session.commit()
        for sent in (fields, {"mark": ""}, {}):
            assert admin.post(f"{ADDRESS}/{mail_id}/retry", data=sent).location == ADDRESS
            assert "Another mail stands in this place by now." in page_of(admin)
            assert mails(app, number) == [("filed", cast.ewa, "failed")]
    fields = {"mark": re.findall(r'name="mark" value="(\w+)"', page_of(admin))[0]}
    admin.post(f"{ADDRESS}/{mail_id}/retry", data=fields)
    assert mails(app, number) == [("filed", cast.ewa, "waiting")]


def test_only_admins_see_it_or_find_it_in_their_menu(app: Flask, cast: Cast) -> None:
    number = file(app, cast.ewa, "The printer jams", category="email")
    (mail_id,) = give_up(app, number)
    for name, is_admin in (("ewa", False), ("anna", False), ("edyta", False), ("adam", True)):
        client = sign_in(app, getattr(cast, name))
        assert client.get(ADDRESS).status_code == (200 if is_admin else 403)
        assert (ADDRESS in client.get("/").get_data(as_text=True)) is is_admin
        if not is_admin:
            assert client.post(f"{ADDRESS}/{mail_id}/retry").status_code == 403
    assert mails(app, number) == [("filed", cast.ewa, "failed")]


def test_a_long_list_has_pages_and_few_queries(app: Flask, cast: Cast, admin: FlaskClient) -> None:
    numbers = [
        file(app, cast.ewa, f"The printer jams for the {i}. time", category="email") for i in range(52)
    ]
    for number in numbers:
        give_up(app, number)
    with QueryCounter(app) as counter:
        page = page_of(admin)
    assert len(counter.statements) <= 8, counter.statements
    assert page.count("/retry") == 50
    assert admin.get(f"{ADDRESS}?page=2").get_data(as_text=True).count("/retry") == 2
