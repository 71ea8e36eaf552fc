"""Those who run the desk are told what waits, what stands still and what is missing, each with what to do."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from servicedesk.database import db, now
from servicedesk.desk.models import TeamMember
from servicedesk.mail.models import OutboxMail
from servicedesk.operating.jobs.running import Job, run_safely, tell_overdue
from servicedesk.operating.models import JobRun
from servicedesk.people.models import Person
from servicedesk.search.actions import note_change
from servicedesk.search.models import IndexChange
from tests.factories import Cast, sign_in
from tests.incidents.library import file
from tests.web.test_health import stamp


def an_old_mail(cast: Cast) -> None:
    """Let a mail wait since yesterday."""
    db.session.execute(update(OutboxMail).values(created_at=now() - timedelta(days=1)))


def an_old_change(cast: Cast) -> None:
    """Let a change wait for the index since yesterday."""
    note_change("article", 1)
    db.session.flush()
    db.session.execute(update(IndexChange).values(changed_at=now() - timedelta(days=1)))


def an_unasked_person(cast: Cast) -> None:
    """Let somebody who is signed in not have been confirmed for an hour."""
    unasked = {"directory_key": "entryuuid:x", "state_checked_at": now() - timedelta(hours=1)}
    db.session.execute(update(Person).where(Person.id == cast.anna).values(unasked))


def a_silent_job(cast: Cast) -> None:
    """Let the mail job not have gone well since yesterday, and the index job just now."""
    yesterday = now() - timedelta(days=1)
    db.session.add(JobRun(name="mail", every_s=2, went_well_at=yesterday, failed_at=now(), failure="OSError"))
    db.session.add(JobRun(name="index", every_s=1, went_well_at=now()))


CASES = [
    (an_old_mail, "late: mail", "Mail has been waiting for 1440 minutes"),
    (an_old_change, "late: index", "Changes have not reached the search for 1440 minutes"),
    (an_unasked_person, "late: accounts", "The directory has not confirmed everybody"),
    (a_silent_job, "late: job mail", "The job mail has not gone well for a while (OSError)"),
]


@pytest.mark.parametrize(("make", "line", "sentence"), CASES, ids=[case[1] for case in CASES])
def test_what_is_late_is_told_to_monitoring_and_to_admins(
    app: Flask, cast: Cast, client: FlaskClient, make: Callable[[Cast], None], line: str, sentence: str
) -> None:
    stamp(app, with_newest=True)
    sign_in(app, cast.anna)
    file(app, cast.ewa, "The printer is silent")
    admin = sign_in(app, cast.adam)
    assert client.get("/readyz").text == "ok"
    assert sentence not in admin.get("/admin/state").text
    with app.app_context():
        make(cast)
        db.session.commit()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, f"ok\n{line}")
    assert sentence in admin.get("/admin/state").text


def test_how_each_job_goes_is_known_and_not_written_each_time(app: Flask, cast: Cast) -> None:
    def fail() -> None:
        raise OSError("no such disk")

    broken, well = Job("broken", timedelta(seconds=1), fail), Job("well", timedelta(seconds=1), lambda: None)
    with app.app_context():
        assert [run_safely(job) for job in (broken, well)] == [False, True]
        first = {run.name: (run.failure, run.went_well_at, run.failed_at) for run in db.session.query(JobRun)}
        assert first["broken"][:2] == ("OSError", None)
        assert first["well"][0] == ""
        db.session.remove()
        assert [run_safely(job) for job in (broken, well)] == [False, True]
        again = {run.name: (run.failure, run.went_well_at, run.failed_at) for run in db.session.query(JobRun)}
        assert again == first
        db.session.remove()
        assert run_safely(Job("broken", timedelta(seconds=1), lambda: None))
        assert db.session.get_one(JobRun, "broken").failure == ""


def test_a_run_that_does_not_end_is_told_with_where_it_stands(
    app: Flask, client: FlaskClient, admin: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    stamp(app, with_newest=True)
    has_begun, go_on = Event(), Event()

    def wait_for_a_dead_disk() -> None:
        has_begun.set()
        go_on.wait(30)

    def run(longest: timedelta) -> bool:
        with app.app_context():
            return run_safely(Job("disk", timedelta(seconds=1), wait_for_a_dead_disk, longest=longest))

    with ThreadPoolExecutor(1) as threads:
        going = threads.submit(run, timedelta(0))
        has_begun.wait(30)
        with app.app_context():
            tell_overdue()
            tell_overdue()
        assert client.get("/readyz").text == "ok\nlate: job disk"
        assert "The job disk takes longer than it may." in admin.get("/admin/state").text
        told = [record.getMessage() for record in caplog.records if "stands here" in record.getMessage()]
        assert len(told) == 1
        assert "in wait_for_a_dead_disk" in told[0]
        go_on.set()
        assert going.result(30)
        assert client.get("/readyz").text == "ok"
        has_begun.clear()
        go_on.clear()
        going = threads.submit(run, timedelta(minutes=5))
        has_begun.wait(30)
        with app.app_context():
            tell_overdue()
        assert client.get("/readyz").text == "ok"
        go_on.set()
        assert going.result(30)


def test_jobs_that_never_ran_and_jobs_that_stopped_are_told_apart(app: Flask, admin: FlaskClient) -> None:
    assert "The jobs process has never run here" in admin.get("/admin/state").text
    with app.app_context():
        db.session.add(JobRun(name="mail", every_s=2, went_well_at=now() - timedelta(days=1)))
        db.session.commit()
    assert "The jobs process does not run" in admin.get("/admin/state").text


def test_a_job_from_the_future_is_not_taken_for_a_running_one(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        db.session.add(JobRun(name="mail", every_s=2, went_well_at=now() + timedelta(days=400)))
        db.session.commit()
    assert "The jobs process does not run" in admin.get("/admin/state").text


def test_a_clock_that_was_wrong_is_told(app: Flask, cast: Cast, admin: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(
            update(Person).where(Person.id == cast.ewa).values(last_login_at=now() + timedelta(days=1))
        )
        db.session.commit()
    assert "times that are still to come" in admin.get("/admin/state").text


def test_a_team_without_anybody_is_named(app: Flask, admin: FlaskClient) -> None:
    assert "Nobody works in the team" not in admin.get("/admin/state").text
    with app.app_context():
        db.session.execute(delete(TeamMember))
        db.session.commit()
    assert "Nobody works in the team network" in admin.get("/admin/state").text


@pytest.mark.parametrize("who", ["ewa", "anna", "edyta"])
def test_only_admins_see_the_state(app: Flask, cast: Cast, who: str) -> None:
    assert sign_in(app, getattr(cast, who)).get("/admin/state").status_code == 403


def test_numbers_are_written_as_in_the_readers_language(app: Flask, cast: Cast) -> None:
    with app.app_context():
        db.session.execute(update(Person).values(language="pl"))
        db.session.commit()
    page = sign_in(app, cast.adam).get("/admin/state").text
    assert re.search(r"\d,\d GB", page)
    assert not re.search(r"\d\.\d", re.sub(r"<[^>]*>", "", page))
