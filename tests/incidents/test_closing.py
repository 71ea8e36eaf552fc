"""Closing what was resolved: one incident that cannot be closed keeps no other open."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select, update

from servicedesk.database import db, now
from servicedesk.incidents.models import Incident, IncidentEvent
from servicedesk.mail.models import OutboxMail
from servicedesk.operating.jobs import sweeping as jobs
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
        event = (db.session.scalar(select(func.max(IncidentEvent.id))) or 0) + 1
        thread = f"incident-{numbers[0]}"
        db.session.add_all(
            OutboxMail(
                event_key=f"event.{at}", recipient_id=cast.ewa, kind="closed", subject_kind="incident",
                subject_id=numbers[0], message_id=f"{thread}.event.{at}.{cast.ewa}", thread_id=thread,
            )
            for at in range(event, event + 20)
        )  # fmt: skip
        db.session.commit()
    with app.app_context():
        jobs.close_resolved()
    with app.app_context():
        states = {row.id: row.state for row in db.session.execute(select(Incident.id, Incident.state))}
    assert [states[number] for number in numbers] == ["resolved", "closed"]
