"""The jobs process: everything once, everything again and again, one process only, and a calm end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

import config
from servicedesk import jobs
from servicedesk.database import db, now
from servicedesk.files.models import StoredFile
from servicedesk.incidents.actions import drafts
from servicedesk.incidents.models import Draft, Incident
from servicedesk.incidents.queries.learning import solved_texts
from servicedesk.knowledge.indexing import article_texts
from servicedesk.operating.jobs.only_here import only_here
from servicedesk.operating.jobs.running import Job, run_safely
from servicedesk.people import sessions
from servicedesk.people.models import Person, WebSession
from servicedesk.search.current import current_engine
from servicedesk.search.generations import Generations
from servicedesk.search.indexing import Sources
from servicedesk.search.lexicon import LEXICON_SUFFIX, write_lexicon
from servicedesk.search.models import IndexChange
from servicedesk.search.texts import ArticleText
from servicedesk.web.settings import EXTENSION as SETTINGS
from tests.factories import Cast
from tests.incidents.library import file, publish, resolve
from tests.reliability.test_wrong_clock import _CLOCK as CLOCK
from tests.services.databases import IS_POSTGRESQL
from tests.web.test_lost_connection import end_connections

_PATIENCE_S = 30.0


@pytest.fixture
def environ(settings: config.Settings) -> dict[str, str]:
    """The environment of a process that works on this test's instance, where a small dictionary stands in."""
    settings.dictionaries_dir.mkdir()
    write_lexicon(
        settings.dictionaries_dir / f"pl-{version('simplemma')}{LEXICON_SUFFIX}", [("drukarki", "drukarka")]
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    return {
        **own,
        "FLASK_APP": str(Path(config.__file__).parent / "wsgi.py"),
        "SERVICEDESK_INSTANCE_DIR": str(settings.instance_dir),
        "SERVICEDESK_DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "SERVICEDESK_SECRET_KEY": settings.secret_key,
    }


def flask(environ: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start a command of the product as a terminal does, even if the tests run under nohup."""
    return _start(environ, sys.executable, "-m", "flask", *arguments)


def _start(environ: dict[str, str], *command: str) -> subprocess.Popen[str]:
    ours = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        return subprocess.Popen(
            command,
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(config.__file__).parent,
        )
    finally:
        signal.signal(signal.SIGHUP, ours)


def waits(app: Flask) -> int:
    """Count what is still to be indexed."""
    with app.app_context():
        return len(db.session.scalars(select(IndexChange.id)).all())


def suggested(app: Flask, text: str) -> list[int]:
    """Return the ids of the articles that the index suggests."""
    with app.app_context():
        ids = list(range(1, 50))
        return [hit.article_id for hit in current_engine().suggest(text, readable=ids, language="en").hits]


def test_once_does_everything_one_time(
    app: Flask, cast: Cast, environ: dict[str, str], settings: config.Settings
) -> None:
    article = publish(app, "clear-a-jam", "Clear a paper jam")
    number = file(app, cast.ewa, "The printer eats paper", category="email")
    resolve(app, number, article, by=cast.anna)
    with app.app_context():
        db.session.execute(update(Incident).values(resolved_at=now() - timedelta(days=8)))
        drafts.save(cast.olek, text="Unfinished")
        db.session.execute(update(Draft).values(updated_at=now() - timedelta(days=100)))
        db.session.add(
            StoredFile(
                storage_name="aa" * 16, name="x", media_type="text/plain", size_bytes=1, sha256="0" * 64,
                uploaded_by_id=cast.olek, uploaded_at=now() - timedelta(days=61),
            )
        )  # fmt: skip
        db.session.commit()
    process = flask(environ, "jobs", "once")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert waits(app) == 0
    assert suggested(app, "printer eats paper") == [article]
    assert list(settings.index_dir.glob("generation-*/pl-*.lexicon"))
    assert len(list(settings.mail.spool_dir.glob("*.eml"))) >= 2
    with app.app_context():
        assert db.session.scalars(select(Incident.state)).all() == ["closed"]
        assert db.session.scalars(select(Draft.person_id)).all() == []
        assert db.session.scalars(select(StoredFile.id)).all() == []


def test_while_it_runs_changes_are_found_by_themselves_and_it_ends_when_asked(
    app: Flask, cast: Cast, environ: dict[str, str]
) -> None:
    process = flask(environ, "jobs", "run")
    try:
        _wait_until(lambda: (Path(environ["SERVICEDESK_INSTANCE_DIR"]) / "index" / "CURRENT").exists())
        article = publish(app, "clear-a-jam", "Clear a paper jam")
        _wait_until(lambda: waits(app) == 0)
        assert suggested(app, "paper jam") == [article]
        second = flask(environ, "jobs", "once")
        _, errors = second.communicate(timeout=60)
        assert second.returncode == 1
        assert "running already in another process" in errors
        assert "Traceback" not in errors
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Jobs have stopped" in errors
    assert '"level": "error"' not in errors


def test_a_hangup_or_reload_lets_it_finish_and_end_calmly(environ: dict[str, str]) -> None:
    process = flask(environ, "jobs", "run")
    try:
        _wait_until(lambda: (Path(environ["SERVICEDESK_INSTANCE_DIR"]) / "index" / "CURRENT").exists())
        process.send_signal(signal.SIGHUP)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert "Jobs have stopped" in errors


def test_under_nohup_it_survives_the_end_of_its_terminal(environ: dict[str, str]) -> None:
    process = _start(environ, "nohup", sys.executable, "-m", "flask", "jobs", "run")
    try:
        _wait_until(lambda: (Path(environ["SERVICEDESK_INSTANCE_DIR"]) / "index" / "CURRENT").exists())
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=2)
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_jumps_while_it_runs_lets_everybody_be_asked_about_at_once(
    app: Flask, cast: Cast, environ: dict[str, str], tmp_path: Path, days: int
) -> None:
    """By it, the last check of everybody who is signed in may have become old. The next turn is minutes away."""
    said = tmp_path / "clock"
    said.write_text("0")
    with app.app_context():
        # One session that lives by the clock of now, and one that lives when it has jumped.
        sessions.start(db.session.get_one(Person, cast.ewa), network="127.0.0.1", browser="tests")
        db.session.flush()
        then = now() + timedelta(days=days)
        db.session.execute(
            update(WebSession).values(last_used_at=then, expires_at=then + timedelta(hours=11))
        )
        sessions.start(db.session.get_one(Person, cast.ewa), network="127.0.0.1", browser="tests")
        db.session.execute(update(Person).values(state_checked_at=now() - timedelta(days=2)))
        db.session.commit()

    def asked_at() -> datetime:
        with app.app_context():
            return db.session.get_one(Person, cast.ewa).state_asked_at or now() - timedelta(days=2)

    process = flask({**environ, "PYTHONPATH": str(CLOCK), "TEST_CLOCK": str(said)}, "jobs", "run")
    try:
        _wait_until(lambda: abs(now() - asked_at()) < timedelta(hours=1))
        said.write_text(str(days))
        _wait_until(lambda: abs(now() + timedelta(days=days) - asked_at()) < timedelta(hours=1))
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert "The clock jumped: the job accounts comes at once" in errors


def test_the_lock_of_a_dead_process_is_free(environ: dict[str, str]) -> None:
    process = flask(environ, "jobs", "run")
    _wait_until(lambda: (Path(environ["SERVICEDESK_INSTANCE_DIR"]) / "index" / "CURRENT").exists())
    process.kill()
    process.communicate(timeout=60)
    after = flask(environ, "jobs", "once", "mail")
    _, errors = after.communicate(timeout=120)
    assert after.returncode == 0, errors


def test_a_job_whose_connection_died_runs_again(app: Flask, cast: Cast) -> None:
    """Else its thread would have ended, and nobody would send mail until the next start."""

    def lose() -> None:
        db.session.get_one(Person, cast.ewa)
        end_connections(app)

    with app.app_context():
        run_safely(Job("lost", timedelta(seconds=1), lose))
        assert run_safely(Job("lost", timedelta(seconds=1), lambda: None))


def test_a_job_that_fails_is_undone_and_the_others_go_on(app: Flask, cast: Cast) -> None:
    def fail() -> None:
        db.session.get_one(Person, cast.ewa).display_name = "Half done"
        db.session.flush()
        raise OSError("The disk is on fire.")

    with app.app_context():
        assert not run_safely(Job("burning", timedelta(0), fail))
        assert run_safely(Job("mail", timedelta(0), jobs.send_mail))
        assert db.session.get_one(Person, cast.ewa).display_name == "Ewa Nowak"


def test_a_failure_that_repeats_is_told_in_full_once(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    reasons = iter(["full", "full", "full", "cold", None, "cold"])

    def fail() -> None:
        if (reason := next(reasons)) is not None:
            raise OSError(f"The disk is {reason}.")

    with app.app_context():
        done = [run_safely(Job("disk", timedelta(0), fail)) for _ in range(6)]
    assert done == [False, False, False, False, True, False]
    told = [record for record in caplog.records if record.name == "servicedesk.jobs"]
    assert [bool(record.exc_info) for record in told] == [True, False, False, True, True]
    assert all("The disk is" in record.getMessage() for record in told)


def test_a_writer_that_another_one_holds_back_has_not_failed(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    settings = app.extensions[SETTINGS]
    with app.app_context(), Generations(settings.index_dir, secret_key=settings.secret_key).writing():
        assert not run_safely(Job("index", timedelta(0), jobs.update_search))
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    with app.app_context():
        assert run_safely(Job("index", timedelta(0), jobs.update_search))


def test_people_can_write_while_the_index_is_made(app: Flask, cast: Cast) -> None:
    publish(app, "clear-a-jam", "Clear a paper jam")
    numbers: list[int] = []

    def texts_while_somebody_files(ids: Sequence[int] | None = None) -> Iterator[ArticleText]:
        numbers.append(file(app, cast.ewa, "Filed meanwhile", category="email"))
        yield from article_texts(ids)

    with app.app_context():
        sources = Sources(
            articles=texts_while_somebody_files,
            incidents=solved_texts,
            all_articles=texts_while_somebody_files,
            all_incidents=solved_texts,
        )
        jobs.index(sources)
    assert len(numbers) == 1
    assert waits(app) == 1


def test_a_live_index_is_built_anew_once_the_dictionaries_are_made(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "servicedesk.search.dictionaries._make_apart",
        lambda _code, path: write_lexicon(path, [("ludzie", "czlowiek")]),
    )
    article = publish(app, "people", "Każdy człowiek", language="pl")
    with app.app_context():
        jobs.update_search()
        assert suggested(app, "ludzie") == []
        jobs.make_dictionaries()
        jobs.update_search()
    assert suggested(app, "ludzie") == [article]


def _wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


if IS_POSTGRESQL:  # Of SQLite there is one machine, and its processes share the folder with the lock.

    def test_a_second_machine_does_not_run_the_jobs(
        app: Flask, environ: dict[str, str], tmp_path: Path
    ) -> None:
        with app.app_context(), only_here(tmp_path) as is_still_ours:
            second = flask(environ, "jobs", "once", "mail")
            _, errors = second.communicate(timeout=60)
            assert second.returncode == 1
            assert errors.endswith("Error: The jobs are running already on another machine.\n")
            end_connections(app)
            assert is_still_ours()  # It was lost with its connection, and nobody else had it.
            assert is_still_ours()
        third = flask(environ, "jobs", "once", "mail")
        _, errors = third.communicate(timeout=60)
        assert third.returncode == 0, errors
