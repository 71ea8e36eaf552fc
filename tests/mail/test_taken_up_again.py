"""What the desk was sending when it died, or when the database went away, goes out soon and as the same mail."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from servicedesk.database import db, now
from servicedesk.mail.models import OutboxMail
from tests.factories import Cast
from tests.incidents.library import file


def _states(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(OutboxMail.state)))


def test_what_a_dead_process_had_claimed_goes_out_at_the_next_start(app: Flask, cast: Cast) -> None:
    file(app, cast.ewa, "The printer is silent")
    with app.app_context():
        claimed = {"state": "sending", "claimed_until": now() + timedelta(minutes=5)}
        db.session.execute(update(OutboxMail).values(claimed))
        db.session.commit()
    assert app.test_cli_runner().invoke(args=["jobs", "once", "mail"]).exit_code == 0
    assert _states(app) == ["sent"]
