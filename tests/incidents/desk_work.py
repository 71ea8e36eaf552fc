"""Short ways for tests of the staff's side: what the pages send, and what the database then has."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from servicedesk.database import db
from servicedesk.desk.models import Category, Team
from servicedesk.incidents.models import Incident, IncidentEvent, Message
from servicedesk.mail.models import OutboxMail


def send(client: FlaskClient, app: Flask, incident_id: int, place: str, **fields: Any) -> TestResponse:
    """Post a form of the incident's page, with the version that the page would show now."""
    return client.post(
        f"/incidents/{incident_id}/{place}", data={"version": version_of(app, incident_id), **fields}
    )


def answer(client: FlaskClient, app: Flask, incident_id: int, text: str, **fields: Any) -> TestResponse:
    """Send an answer as the desk, having seen the newest message."""
    with app.app_context():
        seen = (
            select(Message.id).where(Message.incident_id == incident_id).order_by(Message.id.desc()).limit(1)
        )
        newest = db.session.scalar(seen) or 0
    return client.post(
        f"/incidents/{incident_id}/desk-answers", data={"text": text, "seen": newest, **fields}
    )


def version_of(app: Flask, incident_id: int) -> int:
    """Return the version that a page of now would carry."""
    return read(app, incident_id).version


def read(app: Flask, incident_id: int) -> Incident:
    """Read an incident anew."""
    with app.app_context():
        incident = db.session.get_one(Incident, incident_id)
        db.session.expunge(incident)
        return incident


def category_id(app: Flask, key: str) -> int:
    """Return the id of a category."""
    with app.app_context():
        return db.session.scalars(select(Category.id).where(Category.key == key)).one()


def team_id(app: Flask, key: str) -> int:
    """Return the id of a team."""
    with app.app_context():
        return db.session.scalars(select(Team.id).where(Team.key == key)).one()


def mails(app: Flask, incident_id: int) -> list[tuple[str, int, str]]:
    """Return kind, recipient and state of all mails about an incident, in the order in which they were written."""
    with app.app_context():
        query = select(OutboxMail).where(OutboxMail.subject_id == incident_id).order_by(OutboxMail.id)
        return [(mail.kind, mail.recipient_id, mail.state) for mail in db.session.scalars(query)]


def events(app: Flask, incident_id: int) -> list[tuple[str, str, str]]:
    """Return kind, before and after of the whole history."""
    with app.app_context():
        query = (
            select(IncidentEvent).where(IncidentEvent.incident_id == incident_id).order_by(IncidentEvent.id)
        )
        return [(event.kind, event.before, event.after) for event in db.session.scalars(query)]
