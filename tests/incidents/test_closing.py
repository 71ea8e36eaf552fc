"""Closing what was resolved: one incident that cannot be closed keeps no other open."""

from datetime import timedelta
from itertools import pairwise

from flask import Flask
from sqlalchemy import Connection, event, func, select, text, update

from servicedesk.database import db, now
from servicedesk.incidents.models import Incident, IncidentEvent
from servicedesk.mail.models import OutboxMail
from servicedesk.operating.jobs import sweeping
from tests.factories import Cast
from tests.incidents.library import file, publish, resolve


def test_an_incident_that_cannot_be_closed_keeps_no_other_open(app: Flask, cast: Cast) -> None:
    article = publish(app, "clear-a-jam", "Clear a paper jam")
    numbers = [file(app, person, "Printer", category="email") for person in (cast.ewa, cast.olek)]
    for number in numbers:
        resolve(app, number, article, by=cast.anna)
    with app.app_context():
        db.session.execute(update(Incident).values(resolved_at=now() - timedelta(days=8)))
        # Mails about these events are there already, so nobody can be told that the first is closed.
        first = (db.session.scalar(select(func.max(IncidentEvent.id))) or 0) + 1
        thread = f"incident-{numbers[0]}"
        db.session.add_all(
            OutboxMail(
                event_key=f"event.{at}", recipient_id=cast.ewa, kind="closed", subject_kind="incident",
                subject_id=numbers[0], message_id=f"{thread}.event.{at}.{cast.ewa}", thread_id=thread,
            )
            for at in range(first, first + 20)
        )  # fmt: skip
        db.session.commit()
    with app.app_context():
        sweeping.close_resolved()
    with app.app_context():
        states = {row.id: row.state for row in db.session.execute(select(Incident.id, Incident.state))}
    assert [states[number] for number in numbers] == ["resolved", "closed"]


def test_many_are_closed_a_few_at_a_time(app: Flask, cast: Cast) -> None:
    """As many as a week off leaves must not keep everybody else from writing; one in a batch that fails holds up none."""
    numbers = [file(app, cast.ewa, f"Trouble number {number}", category="email") for number in range(45)]
    closed: list[int] = []

    def count(connection: Connection) -> None:
        closed.append(connection.scalar(text("SELECT count(*) FROM incidents WHERE state = 'closed'")) or 0)

    with app.app_context():
        db.session.execute(update(Incident).values(state="resolved", resolved_at=now() - timedelta(days=8)))
        db.session.commit()
        engine = db.engine
    event.listen(engine, "commit", count)
    with app.app_context():
        sweeping.close_resolved()
    event.remove(engine, "commit", count)
    assert closed[-1] == len(numbers)
    assert max(after - before for before, after in pairwise(closed)) <= 20
