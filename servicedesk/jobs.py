"""All background work and how often it runs: `flask jobs run` in one process of its own, `flask jobs once` for all of it once.

Each job has a thread, so that a mail server that is slow to answer does not delay the index, and its own
transactions; one that fails is logged and runs again at its next turn.
"""

import logging
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep

import click
from flask import Flask, current_app
from sqlalchemy import union
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from servicedesk import clock, database
from servicedesk.database import db, now
from servicedesk.desk import queries as desk
from servicedesk.desk.actions import make_missing_teams
from servicedesk.desk.rules import groups_by_team
from servicedesk.directory.current import current_directory
from servicedesk.incidents import notifications
from servicedesk.incidents.queries.learning import solved_texts
from servicedesk.knowledge.indexing import article_texts
from servicedesk.mail import outbox, sending
from servicedesk.mail.transport import open_line
from servicedesk.notices import list_notices
from servicedesk.operating.jobs import finding, sweeping
from servicedesk.operating.jobs.only_here import only_here
from servicedesk.operating.jobs.running import Job, has_failed, run_safely, tell_overdue, wait_for_turn
from servicedesk.people import actions as people
from servicedesk.people.queries import confirmed_readers
from servicedesk.search.dictionaries import dictionary_files, has_dictionaries
from servicedesk.search.indexing import Sources, plan_update, update_index
from servicedesk.search.writer import IndexWriter
from servicedesk.web.commands import CommandGroup
from servicedesk.web.settings import current_settings

commands = CommandGroup("jobs", help="Background work: the index, mail, accounts, closing, tidying.")
_log = logging.getLogger("servicedesk.jobs")
_STOP_WITHIN_S = 10.0
_LOOKS_EVERY_S = 10.0
_LONGEST_SENDING_S = 120.0
_RECORDED_WITHIN_S, _RECORD_AGAIN_AFTER_S = 60.0, 0.5
SOURCES = Sources(article_texts, solved_texts, all_articles=article_texts, all_incidents=solved_texts)


class DirectoryDoubtfulError(Exception):
    """The directory says of many people at once what it would hardly say: somebody has to look."""


def update_search() -> None:
    """Bring the index up to date with what changed, or build it anew when it is lost."""
    index(SOURCES)


def index(sources: Sources) -> int:
    """Index from these sources; return how many changes were done.

    It may take a while, so the write lock is not taken before it is done. Until the dictionaries are made, words are
    stemmed by rule alone; then the index is built anew with them.
    """
    settings = current_settings()
    dictionaries = settings.dictionaries_dir if has_dictionaries(settings.dictionaries_dir) else None
    writer = IndexWriter(settings.index_dir, secret_key=settings.secret_key, dictionaries=dictionaries)
    database.start_reading()
    update = plan_update(writer)
    db.session.commit()
    if update is None:
        return 0
    database.start_reading()
    done = update_index(writer, sources, update)
    db.session.commit()
    return done


def make_dictionaries() -> None:
    """Make the dictionaries of inflected words if they are missing or damaged, which takes half a minute once."""
    dictionary_files(current_settings().dictionaries_dir)


def send_mail() -> None:
    """Send what is due in the outbox, one by one: claim, commit, send, commit. Many mails take several turns."""
    settings = current_settings()
    if has_failed("mail"):  # Cut off in the middle: what it had claimed is nobody's now.
        _release_claims()
    compose = partial(
        notifications.compose, public_url=settings.public_url, default_language=settings.default_language
    )
    ends_at = monotonic() + _LONGEST_SENDING_S
    with open_line(settings.mail) as line:
        while monotonic() < ends_at and (mail_id := _claim_mail()) is not None:
            outcome = sending.attempt(mail_id, line, compose, settings.mail)
            _record_mail(mail_id, outcome)
            if outcome.kind == "server":
                return


def recheck_accounts() -> None:
    """Ask the directory about everybody who is signed in, then about some others; let go what mail waited for the answer.

    Fail where the directory cannot be believed, so that admins see it.
    """
    settings = current_settings()
    directory, by_role, share = current_directory(), settings.groups["roles"], settings.people_disable_limit
    others = union(outbox.select_recipients_waiting(), desk.select_members())
    doubtful = _finish(people.recheck_live_accounts(directory, by_role=by_role, sudden_share=share))
    doubtful += _finish(
        people.recheck_quiet_accounts(directory, by_role=by_role, among=others, sudden_share=share)
    )
    database.start_writing()
    outbox.let_go(confirmed_readers(now()), now())
    db.session.commit()
    if doubtful:
        raise DirectoryDoubtfulError(f"The directory suddenly denies {doubtful} people.")


def _finish(rechecks: Iterator[people.Recheck]) -> int:
    """Commit as often as there is something; return of how many people the directory is not believed."""
    doubtful = 0
    for done in rechecks:
        db.session.commit()
        doubtful = done.doubtful
    return doubtful


def keep_numbers() -> None:
    """See to it that no number is given twice."""
    sweeping.keep_numbers(current_settings().instance_dir)


def set_up_teams() -> None:
    """Make the teams that GROUPS names, before anybody of them signs in."""
    database.start_writing()
    made = make_missing_teams(groups_by_team(current_settings().groups))
    db.session.commit()
    if made:
        _log.info("Teams were made as the setting GROUPS names them: %s", ", ".join(made))


def tidy(*, is_known: bool = False) -> None:
    """Tidy up what is old, and set aside what is unknown."""
    settings = current_settings()
    sweeping.tidy(settings.files_dir, kept=timedelta(days=settings.keep_days), is_known=is_known)


JOBS = (
    Job("numbers", timedelta(seconds=1), keep_numbers),
    Job("dictionaries", timedelta(hours=1), make_dictionaries),
    Job("index", timedelta(seconds=1), update_search),
    Job("mail", timedelta(seconds=2), send_mail),
    Job("finding", timedelta(minutes=1), finding.make_findable, longest=timedelta(hours=1)),
    Job("teams", timedelta(minutes=5), set_up_teams),
    Job("accounts", timedelta(minutes=5), recheck_accounts, follows_clock=True),
    Job("closing", timedelta(minutes=10), sweeping.close_resolved),
    Job("tidying", timedelta(hours=1), tidy, begins_after=timedelta(minutes=10), longest=timedelta(hours=1)),
    Job("watching", timedelta(seconds=10), tell_overdue),
)


@commands.command("run")
def run() -> None:
    """Run all jobs at their times until SIGTERM, SIGHUP or Ctrl-C; what has begun is finished.

    Settings are read at start: whoever asks for a reload gets it from what starts us again.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # Ignored: by nohup.
            signal.signal(number, lambda *_: stop.set())
    with only_here(current_settings().instance_dir) as is_still_ours:
        _release_claims()
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        threads = [Thread(target=_repeat, args=(app, job, stop), name=job.name, daemon=True) for job in JOBS]
        for thread in threads:
            thread.start()
        _log.info("Jobs are running")
        is_ours = True
        while is_ours and not stop.wait(_LOOKS_EVERY_S):
            is_ours = is_still_ours()
        stop.set()
        for thread in threads:
            thread.join(_STOP_WITHIN_S)
    _log.info("Jobs have stopped")
    if not is_ours:
        raise click.ClickException("Another machine has taken over the jobs.")


@commands.command("once")
@click.argument("names", metavar="[NAME]...", nargs=-1, type=click.Choice([job.name for job in JOBS]))
def once(names: tuple[str, ...]) -> None:
    """Run each job one time, or those named, and say which failed."""
    with only_here(current_settings().instance_dir):
        _release_claims()
        failed = [job.name for job in JOBS if (job.name in names or not names) and not run_safely(job)]
    if failed:
        click.echo(f"Failed: {', '.join(failed)}. The log says why.", err=True)
        sys.exit(1)


@commands.command("sweep")
@click.option("--i-know", is_flag=True, help="The clock is right, and unusually many may be touched.")
def sweep(*, i_know: bool) -> None:
    """Close and tidy now; with --i-know also what was held back because the clock jumped or too many were touched."""
    if i_know:
        database.start_writing()
        clock.believe(now())
        db.session.commit()
    sweeping.close_resolved(is_known=i_know)
    tidy(is_known=i_know)
    held = [notice.message % notice.facts for notice in list_notices()]
    click.echo("\n".join(held) or "Done.")
    sys.exit(1 if held else 0)


def _repeat(app: Flask, job: Job, stop: Event) -> None:
    jumps = clock.Jumps()
    with app.app_context():
        stop.wait(job.begins_after.total_seconds())
        while not stop.is_set():
            # Whatever it is: a thread that ended would never do this job again, and nobody would know.
            try:
                run_safely(job)
            except Exception:  # noqa: BLE001
                _log.exception("Job %s broke off", job.name)
            wait_for_turn(job, jumps, stop)


def _claim_mail() -> int | None:
    database.start_writing()
    mail = outbox.claim_next(now())
    mail_id = mail.id if mail else None
    db.session.commit()
    return mail_id


def _record_mail(mail_id: int, outcome: sending.Outcome) -> None:
    """Write down what came of it, as soon as the database lets us: what has left must not leave again."""
    give_up_at = monotonic() + _RECORDED_WITHIN_S
    while True:
        try:
            sending.record(mail_id, outcome)
            db.session.commit()
            return
        except (OperationalError, InterfaceError):
            database.close()
            if monotonic() > give_up_at:
                raise
            sleep(_RECORD_AGAIN_AFTER_S)


def _release_claims() -> None:
    """Take up the mails that the process before us was sending when it died; else each waits for the end of its claim."""
    try:
        database.start_writing()
        count = outbox.release_claims(now())
        db.session.commit()
    except SQLAlchemyError as error:
        _log.warning("Mails of a process that died wait for the end of their claims: %r", error)
        return
    finally:
        database.close()
    if count:
        _log.warning(
            "%d mails were being sent when the jobs ended; they go out again, as the same mails", count
        )
