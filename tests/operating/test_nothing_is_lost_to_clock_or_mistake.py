"""A wrong clock, a wrong database or a wrong disk end nothing: what is unknown or suddenly old is set aside or held back."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

import config
from servicedesk import clock, jobs
from servicedesk.database import db, now
from servicedesk.files import actions as files
from servicedesk.files import setting_aside, storage
from servicedesk.files.models import StoredFile
from servicedesk.files.storage import set_aside_dir
from servicedesk.incidents.actions import drafts
from servicedesk.incidents.models import Draft, Incident
from servicedesk.mail.models import OutboxMail
from servicedesk.notices import OperatingNotice, list_notices
from servicedesk.operating.jobs.running import run_safely
from servicedesk.people.models import Person, WebSession
from tests.drill import Drill
from tests.factories import Cast, sign_in
from tests.incidents.library import file, publish, resolve
from tests.mail.test_sending import states


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock say this and go on from there."""
    with time_machine.travel(moment, tick=True):
        yield


def run_all(app: Flask) -> None:
    """Run all jobs that end or send something, as `flask jobs once` does."""
    with app.app_context():
        for job in jobs.JOBS:
            if job.name in ("mail", "closing", "tidying"):
                assert run_safely(job)


def upload(app: Flask, by_id: int, root: Path) -> str:
    """Store a file that nobody has sent yet; return the name of its bytes."""
    with app.app_context():
        stored = files.upload(io.BytesIO(b"bytes"), "a.txt", by_id=by_id, root=root)
        db.session.commit()
        return stored.storage_name


def counts(app: Flask) -> dict[str, int]:
    """Count what a sweep could take."""
    tables = {
        "drafts": Draft.person_id,
        "uploads": StoredFile.id,
        "sessions": WebSession.id_hash,
        "mails": OutboxMail.id,
    }
    with app.app_context():
        return {name: db.session.scalar(select(func.count(column))) or 0 for name, column in tables.items()}


def age(root: Path, name: str, days: int = 2) -> None:
    """Let stored bytes be some days old."""
    long_ago = (now() - timedelta(days=days)).timestamp()
    os.utime(root / name[:2] / name, (long_ago, long_ago))


@pytest.mark.drill
@pytest.mark.parametrize("days", [400, -400, 30, 8, -1])
def test_a_wrong_clock_for_a_moment_ends_nothing(
    app: Flask, cast: Cast, employee: FlaskClient, settings: config.Settings, drill: Drill, days: int
) -> None:
    number = file(app, cast.ewa, "The printer eats paper", category="email")
    resolve(app, number, publish(app, "clear-a-jam", "Clear a paper jam"), by=cast.anna)
    upload(app, cast.ewa, settings.files_dir)
    with app.app_context():
        drafts.save(cast.olek, text="Unfinished")
        db.session.commit()
    run_all(app)
    before = counts(app)
    with at(now() + timedelta(days=days)):
        run_all(app)
        assert counts(app) == before
    run_all(app)
    after = counts(app)
    drill.tell(
        "drafts, uploads, sessions, mails through a wrong clock", tried=sum(before.values()), acknowledged=sum(before.values()),
        lost=sum(max(0, before[name] - after[name]) for name in before),
        doubled=sum(max(0, after[name] - before[name]) for name in before), note=f"{days} days",
    )  # fmt: skip
    assert states(app) == ["sent"] * before["mails"]
    with app.app_context():
        assert db.session.scalar(select(Incident.state)) == "resolved"
        assert list_notices() == []
        drafts.save(cast.olek, text="Goes on")
        db.session.execute(update(Incident).values(resolved_at=now() - timedelta(days=8)))
        db.session.commit()
    run_all(app)
    with app.app_context():
        assert db.session.scalar(select(Incident.state)) == "closed"
    assert employee.get("/profile").status_code == 200


def test_a_session_of_a_clock_that_was_ahead_does_not_last_until_then(app: Flask, cast: Cast) -> None:
    run_all(app)
    right = sign_in(app, cast.olek)
    with at(now() + timedelta(days=400)):
        sign_in(app, cast.ewa)
        run_all(app)
    # Whoever is signed in already and comes at such a time stays so.
    with at(now() + timedelta(minutes=30)):
        assert right.get("/profile").status_code == 200
    run_all(app)
    with app.app_context():
        assert db.session.scalars(select(WebSession.person_id)).all() == [cast.olek]
    assert right.get("/profile").status_code == 200


def test_admins_are_told_of_a_clock_that_jumped_and_can_say_that_it_is_right(
    app: Flask, cast: Cast, admin: FlaskClient
) -> None:
    run_all(app)
    with app.app_context():
        drafts.save(cast.olek, text="Unfinished")
        db.session.commit()
    with at(now() + timedelta(days=90)):
        run_all(app)
        assert counts(app)["drafts"] == 1
        told = app.test_cli_runner().invoke(args=["jobs", "sweep"])
        assert told.exit_code == 1
        assert "flask jobs sweep --i-know" in told.output
        assert app.test_cli_runner().invoke(args=["jobs", "sweep", "--i-know"]).exit_code == 0
        assert counts(app)["drafts"] == 0
        run_all(app)
        with app.app_context():
            assert list_notices() == []


def test_after_three_weeks_off_it_goes_on_by_itself_after_a_day(app: Flask, cast: Cast) -> None:
    run_all(app)
    with app.app_context():
        drafts.save(cast.olek, text="Unfinished")
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(days=50)))
        db.session.commit()
    back = now() + timedelta(days=21)
    for hours in range(26):
        assert hours > 24 or counts(app)["drafts"] == 1
        with at(back + timedelta(hours=hours)):
            run_all(app)
    assert counts(app)["drafts"] == 0


def test_a_clock_that_goes_on_unevenly_is_not_believed(app: Flask) -> None:
    start = now()
    with app.app_context():
        assert clock.look(start)
        for days in range(1, 40):
            assert not clock.look(start + timedelta(days=days))
            assert not clock.look(start + timedelta(days=days, hours=1))
        assert clock.look(start + timedelta(hours=1))
        db.session.rollback()


def test_what_is_asked_for_is_put_back_at_once(app: Flask, cast: Cast, settings: config.Settings) -> None:
    name = upload(app, cast.ewa, settings.files_dir)
    root = settings.files_dir
    assert setting_aside.set_aside([root / name[:2] / name], root) == 1
    assert storage.path_of(name, root).read_bytes() == b"bytes"


def test_files_on_a_disk_of_their_own_are_set_aside_and_put_back(
    app: Flask, cast: Cast, settings: config.Settings
) -> None:
    with TemporaryDirectory(dir="/dev/shm") as disk:
        assert Path(disk).stat().st_dev != settings.instance_dir.stat().st_dev
        settings.files_dir.symlink_to(disk, target_is_directory=True)
        name, root = upload(app, cast.ewa, settings.files_dir), settings.files_dir
        place = root / name[:2] / name
        before = place.read_bytes()
        with app.app_context():
            assert setting_aside.set_aside([root / "aa" / ("b" * 48), place], root) == 1
            assert not place.exists()
            assert (set_aside_dir(root) / name).read_bytes() == before
            assert setting_aside.put_back(root) == 1
        assert place.read_bytes() == before
        assert [path.name for path in place.parent.iterdir()] == [name]


def test_unknown_files_are_deleted_after_sixty_days_on_which_they_were_seen(
    app: Flask, settings: config.Settings
) -> None:
    root, today = settings.files_dir, now().date()
    name = "ab" * 24
    (root / "ab").mkdir(parents=True)
    (root / "ab" / name).write_bytes(b"unknown")
    age(root, name)
    run_all(app)
    aside = set_aside_dir(root) / name
    assert aside.exists()
    with app.app_context():
        for day in range(1, 60):
            for _ in range(3):
                assert setting_aside.delete_long_aside(root, today + timedelta(days=day)) == 0
        assert aside.read_bytes() == b"unknown"
        assert setting_aside.delete_long_aside(root, today + timedelta(days=61)) == 1
    assert not aside.exists()


def test_a_sweep_that_would_touch_unusually_many_does_nothing_and_says_so(
    app: Flask, cast: Cast, admin: FlaskClient, settings: config.Settings
) -> None:
    root = settings.files_dir
    for number in range(60):
        name = f"{number:048x}"
        (root / name[:2]).mkdir(parents=True, exist_ok=True)
        (root / name[:2] / name).write_bytes(b"unknown")
        age(root, name)
    with app.app_context():
        people = [
            Person(user_name=f"p{n}", mail="", display_name="P", directory_key=f"k{n}") for n in range(30)
        ]
        db.session.add_all(people)
        db.session.flush()
        old = now() - timedelta(days=100)
        db.session.add_all(Draft(person_id=person.id, fields={}, updated_at=old) for person in people)
        db.session.commit()
    run_all(app)
    assert len(list(root.glob("??/*"))) == 60
    assert counts(app)["drafts"] == 30
    with app.app_context():
        assert {notice.key for notice in list_notices()} == {"sweep.files", "sweep.drafts"}
    page = admin.get("/admin/state").get_data(as_text=True)
    assert "would touch 60 of 60" in page
    with app.app_context():
        db.session.execute(update(OperatingNotice).values(since_at=now() - timedelta(days=8)))
        db.session.commit()
    run_all(app)
    assert list(root.glob("??/*")) == []
    assert counts(app)["drafts"] == 0


def test_times_to_come_that_a_wrong_clock_left_hold_up_no_mail(app: Flask, cast: Cast) -> None:
    for _ in range(2):
        file(app, cast.ewa, "Printer", category="email")
    far = now() + timedelta(days=400)
    with app.app_context():
        db.session.execute(update(OutboxMail).where(OutboxMail.id == 1).values(next_attempt_at=far))
        db.session.execute(
            update(OutboxMail).where(OutboxMail.id == 2).values(state="sending", claimed_until=far)
        )
        db.session.commit()
    run_all(app)
    assert states(app) == ["sent", "sent"]
