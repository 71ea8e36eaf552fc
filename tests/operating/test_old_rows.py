"""What comes with each mail, search or night is kept for a time and then forgotten, and nothing younger or unfinished is."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, text, update

import config
from servicedesk import database
from servicedesk.database import db, now
from servicedesk.incidents.models import Incident, SolvingArticle
from servicedesk.incidents.suggestions.models import FormSession, SuggestionAnswer, SuggestionOpened
from servicedesk.mail.models import OutboxMail
from servicedesk.notices import OperatingNotice, list_notices
from servicedesk.old_rows import OldRows
from servicedesk.operating.jobs.forgetting import KINDS
from servicedesk.people.models import SyncChange, SyncRun
from tests.applications import application
from tests.conftest import settings_for
from tests.factories import Cast, sign_in
from tests.incidents.library import file, publish, resolve, write_index
from tests.operating.test_nothing_is_lost_to_clock_or_mistake import at

_DAYS_OF_TWO_YEARS = 800
_A_DAY = 3
_KEPT_DAYS = 400
_NOTICES = {f"sweep.{name}" for name in ("mails", "answers", "visits", "syncs")}


def days_ago(days: float) -> datetime:
    """Return a moment some days ago."""
    return now() - timedelta(days=days)


def mail(number: int, days: float, recipient_id: int, **more: Any) -> dict[str, Any]:
    """Return a row of the outbox that was written, and unless `more` says otherwise sent, some days ago."""
    row = {
        "event_key": f"event.{number}",
        "recipient_id": recipient_id,
        "kind": "filed",
        "subject_kind": "incident",
        "subject_id": number,
        "facts": {},
        "message_id": f"{number:032x}",
        "thread_id": f"incident-{number}",
        "state": "sent",
        "attempts": 1,
        "next_attempt_at": days_ago(days),
        "created_at": days_ago(days),
        "sent_at": days_ago(days),
    }
    return row | more


def visit(name: str, days: float, person_id: int, outcome: str = "") -> dict[str, Any]:
    """Return a row of a visit to the form that began some days ago."""
    row = {"id": name, "person_id": person_id, "text": "The printer", "is_control": False}
    return row | {"outcome": outcome, "started_at": days_ago(days)}


def answer(name: str, days: float) -> dict[str, Any]:
    """Return a row of what was shown in a visit some days ago."""
    row = {"session_id": name, "text": "The printer", "language": "en", "generation": 1, "weights": {}}
    return row | {"shown": [{"article_id": 1, "rank": 1}] * 5, "took_ms": 5.0, "at": days_ago(days)}


def fill(app: Flask, cast: Cast, *, days: Sequence[float]) -> None:
    """Let so many days ago each of what grows have happened; every third visit came to something."""
    names = {number: f"visit-of-two-years-{number:06d}" for number in range(len(days))}
    outcomes = ("", "solved", "")
    with app.app_context():
        article = db.session.scalar(select(SolvingArticle.article_id))
        db.session.execute(
            insert(FormSession),
            [visit(names[n], age, cast.ewa, outcomes[n % 3]) for n, age in enumerate(days)],
        )
        db.session.execute(insert(SuggestionAnswer), [answer(names[n], age) for n, age in enumerate(days)])
        if article is not None:
            opened = [
                {"session_id": names[n], "article_id": article, "at": days_ago(age)}
                for n, age in enumerate(days)
            ]
            db.session.execute(insert(SuggestionOpened), opened)
        db.session.execute(insert(OutboxMail), [mail(5000 + n, age, cast.ewa) for n, age in enumerate(days)])
        for age in days[::_A_DAY]:
            run = SyncRun(applied_at=days_ago(age))
            run.changes = [SyncChange(person_id=cast.ewa, kind="changed", before={}, after={})]
            db.session.add(run)
        db.session.commit()


def of_two_years() -> list[float]:
    """Return the ages in days of what happened three times a day for two years and some weeks."""
    return [day + hour / _A_DAY for day in range(_DAYS_OF_TWO_YEARS) for hour in range(_A_DAY)]


def sweep(app: Flask, *arguments: str) -> int:
    """Run the command that closes and tidies; return how it ended."""
    return app.test_cli_runner().invoke(args=["jobs", "sweep", *arguments]).exit_code


def ages(app: Flask, column: Any, *conditions: Any) -> list[float]:
    """Return how many days old the rows are by this column, the oldest first."""
    with app.app_context():
        found = db.session.scalars(select(column).where(*conditions).order_by(column)).all()
        return [(now() - moment) / timedelta(days=1) for moment in found]


def counts(app: Flask) -> dict[str, int]:
    """Count what a sweep could take."""
    tables = (FormSession, SuggestionAnswer, SuggestionOpened, OutboxMail, SyncRun, SyncChange)
    with app.app_context():
        return {table.__tablename__: db.session.query(table).count() for table in tables}


def test_the_first_sweep_after_two_years_asks_and_goes_on_by_itself_after_a_week(
    app: Flask, cast: Cast
) -> None:
    file(app, cast.ewa, "The printer eats paper")
    assert sweep(app) == 0
    fill(app, cast, days=of_two_years())
    before = counts(app)
    assert sweep(app) == 1
    assert counts(app) == before
    with app.app_context():
        assert {notice.key for notice in list_notices()} == _NOTICES
        db.session.execute(update(OperatingNotice).values(since_at=days_ago(8)))
        db.session.commit()
    assert sweep(app) == 0
    for column in (OutboxMail.created_at, SuggestionAnswer.at, SyncRun.applied_at):
        kept = ages(app, column)
        assert _KEPT_DAYS - 2 < kept[0] < _KEPT_DAYS + 0.1
        assert kept[-1] < 1
    assert sweep(app) == 0
    with app.app_context():
        assert list_notices() == []


def test_an_admin_who_knows_need_not_wait_for_the_first_sweep(app: Flask, cast: Cast) -> None:
    fill(app, cast, days=of_two_years())
    assert sweep(app) == 1
    assert sweep(app, "--i-know") == 0
    assert ages(app, OutboxMail.created_at)[0] < _KEPT_DAYS + 0.1
    assert sweep(app) == 0


@pytest.mark.parametrize("days", [900, 30, -900])
def test_a_wrong_clock_forgets_nothing_of_full_tables(app: Flask, cast: Cast, days: int) -> None:
    fill(app, cast, days=[age for age in of_two_years() if age < _KEPT_DAYS - 1])
    assert sweep(app) == 0
    before = counts(app)
    with at(now() + timedelta(days=days)):
        sweep(app)
        assert counts(app) == before
    assert sweep(app) == 0
    assert counts(app) == before


def test_a_clock_that_is_wrong_for_days_is_held_by_the_brake(app: Flask, cast: Cast) -> None:
    fill(app, cast, days=[age for age in of_two_years() if age < _KEPT_DAYS - 1])
    assert sweep(app) == 0
    before, start = counts(app), now() + timedelta(days=900)
    for hours in range(28):
        with at(start + timedelta(hours=hours)):
            sweep(app)
    assert counts(app) == before


def test_each_day_forgets_a_day_without_asking(app: Flask, cast: Cast) -> None:
    fill(app, cast, days=[age for age in of_two_years() if age < _KEPT_DAYS - 1])
    assert sweep(app) == 0
    before = counts(app)
    start = now()
    for hours in range(1, 73, 2):
        with at(start + timedelta(hours=hours)):
            assert sweep(app) == 0
    assert 0 < before["outbox_mails"] - counts(app)["outbox_mails"] <= 3 * _A_DAY


def test_what_the_desk_learns_from_stays(app: Flask, cast: Cast) -> None:
    number = file(app, cast.ewa, "The printer eats paper")
    resolve(app, number, publish(app, "clear-a-jam", "Clear a paper jam"), by=cast.anna)
    write_index(app)
    fill(app, cast, days=of_two_years())
    old = FormSession.started_at < days_ago(_KEPT_DAYS), FormSession.outcome == "solved"
    labels = len(ages(app, FormSession.started_at, *old))
    assert labels > 300
    with app.app_context():
        db.session.execute(update(Incident).values(created_at=days_ago(2000), resolved_at=days_ago(1999)))
        db.session.execute(update(SolvingArticle).values(linked_at=days_ago(1999)))
        db.session.commit()
    sweep(app, "--i-know")
    with app.app_context():
        assert db.session.scalars(select(SolvingArticle.incident_id)).all() == [number]
        seen = db.session.scalars(select(FormSession.outcome).distinct()).all()
        assert set(seen) == {"", "solved"}
        opened = select(SuggestionOpened.session_id).where(SuggestionOpened.at < days_ago(_KEPT_DAYS))
        assert len(db.session.scalars(opened).all()) == labels
    assert len(ages(app, FormSession.started_at, *old)) == labels
    left = ages(app, FormSession.started_at, FormSession.outcome == "")
    assert left[0] < _KEPT_DAYS + 0.1
    shown = sign_in(app, cast.olek).get("/incidents/suggestions?text=printer eats paper")
    assert "Clear a paper jam" in shown.get_data(as_text=True)


def test_nobody_waits_for_more_than_a_portion_of_the_first_sweep(app: Flask, cast: Cast) -> None:
    fill(app, cast, days=of_two_years())
    transactions: list[int] = [0]

    def note(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("DELETE FROM outbox_mails"):
            transactions[-1] += cursor.rowcount

    def begin_anew(_connection: Any) -> None:
        transactions.append(0)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", note)
    event.listen(engine, "commit", begin_anew)
    assert sweep(app, "--i-know") == 0
    event.remove(engine, "after_cursor_execute", note)
    event.remove(engine, "commit", begin_anew)
    assert sum(transactions) > 1000
    assert max(transactions) <= 500


def test_a_company_keeps_them_for_as_long_as_it_says(
    app: Flask, cast: Cast, settings: config.Settings
) -> None:
    fill(app, cast, days=[age for age in of_two_years() if age < _KEPT_DAYS - 1])
    shorter = settings_for(settings.instance_dir, DATABASE_URL=settings.database_url, KEEP_DAYS="90")
    with application(shorter) as desk:
        before = counts(desk)
        assert sweep(desk) == 1
        assert counts(desk) == before
        assert sweep(desk, "--i-know") == 0
        for column in (OutboxMail.created_at, SuggestionAnswer.at, SyncRun.applied_at):
            assert 88 < ages(desk, column)[0] < 90.1
        assert sweep(desk) == 0


def test_a_mail_that_has_not_left_or_left_late_stays(app: Flask, cast: Cast) -> None:
    with app.app_context():
        rows = [
            mail(1, 900, cast.ewa, state="waiting", sent_at=None, last_error="unconfirmed"),
            mail(2, 900, cast.ewa, state="sending", sent_at=None),
            mail(3, 900, cast.ewa, sent_at=days_ago(10)),
            mail(4, 900, cast.ewa),
            mail(5, 900, cast.ewa, state="failed", sent_at=None),
            mail(6, 900, cast.ewa, state="withdrawn", sent_at=None),
            mail(7, _KEPT_DAYS - 1, cast.ewa),
            mail(8, _KEPT_DAYS - 1, cast.ewa, state="failed", sent_at=None),
        ]
        for row in rows:
            db.session.execute(insert(OutboxMail).values(row))
        db.session.commit()
    assert sweep(app) == 0
    with app.app_context():
        assert set(db.session.scalars(select(OutboxMail.subject_id))) == {1, 2, 3, 7, 8}


def test_a_visit_that_was_forgotten_can_still_be_ended(app: Flask, cast: Cast) -> None:
    publish(app, "clear-a-jam", "Clear a paper jam")
    write_index(app)
    name = "a-visit-that-goes-on-0001"
    with app.app_context():
        db.session.execute(insert(FormSession).values(visit(name, 900, cast.ewa)))
        db.session.execute(insert(SuggestionAnswer).values(answer(name, 900)))
        db.session.commit()
    assert sweep(app) == 0
    assert counts(app)["form_sessions"] == 0
    asked = sign_in(app, cast.ewa).get(f"/incidents/suggestions?text=a paper jam&session={name}")
    assert "Clear a paper jam" in asked.get_data(as_text=True)


@pytest.mark.parametrize(
    "kind", [kind for kind, brake in KINDS if brake.name != "syncs"], ids=lambda kind: str(kind.key)
)
def test_what_is_old_is_looked_up_in_an_index(app: Flask, cast: Cast, kind: OldRows) -> None:
    """It is asked each hour, of tables with millions of rows. Syncs are one a night."""
    fill(app, cast, days=[age for age in of_two_years() if age < _KEPT_DAYS + 3])
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    with app.app_context():
        database.start_writing()
        database.refresh_statistics()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        event.listen(db.engine, "before_cursor_execute", note)
        assert kind.count(days_ago(_KEPT_DAYS)) == len(kind.list_keys(days_ago(_KEPT_DAYS), limit=100)) > 0
        event.remove(db.engine, "before_cursor_execute", note)
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[db.engine.dialect.name]
        questions = [(statement, parameters) for statement, parameters in asked if "SELECT" in statement]
        assert len(questions) == 2
        for statement, parameters in questions:
            rows = db.session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
            plan = " ".join(str(row[-1]) for row in rows)
            assert re.search(
                r"ix_(outbox_mails_created_at|suggestion_answers_at|form_sessions_outcome)", plan
            ), plan
