"""Mail leaves whatever the database knows of how full its tables are."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.operating.jobs.running import Job, run_safely
from tests.factories import Cast
from tests.incidents.library import file
from tests.mail.test_outbox import claim, put
from tests.mail.test_sending import run_mail, states


def restart(app: Flask) -> None:
    """Tidy up, which looks at how the tables are filled, and open connections that know of it."""
    with app.app_context():
        assert run_safely(Job("tidying", timedelta(0), jobs.tidy))
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("ANALYZE"))
            db.session.commit()
        db.session.remove()
        db.engine.dispose()


def test_mail_goes_on_after_each_restart_of_the_jobs(app: Flask, cast: Cast) -> None:
    for round_number in range(1, 4):
        for _ in range(5):
            file(app, cast.ewa, "Printer", category="email")
        run_mail(app)
        assert states(app) == ["sent"] * 5 * round_number
        restart(app)


def test_with_statistics_the_first_in_each_line_leaves_and_the_others_wait(app: Flask, cast: Cast) -> None:
    for subject_id in range(1, 60):
        for key in ("filed", "answer", "closed"):
            put(app, subject_id, cast.ewa, cast.olek, key=key)
    restart(app)
    claimed = [claim(app) for _ in range(2 * 59)]
    assert len(set(claimed)) == len(claimed)
    assert sorted(number for number in claimed if number) == [
        number for number in range(1, 6 * 59 + 1) if (number - 1) % 6 < 2
    ]
    assert claim(app) is None
