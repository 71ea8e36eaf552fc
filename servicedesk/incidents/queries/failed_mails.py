"""Mails that were given up, as an admin may know of them: of an incident that is not theirs to see only that there is one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.incidents.notifications import SUBJECT_KIND
from servicedesk.incidents.queries.visibility import visible_to
from servicedesk.mail import outbox, rules
from servicedesk.mail.models import OutboxMail
from servicedesk.people.models import Person


@dataclass(frozen=True)
class Subject:
    """Whom a mail was for and what it was about."""

    recipient: Person
    kind: str
    incident_id: int
    title: str
    language: str
    answer: str

    @property
    def reference(self) -> str:
        """The incident's number as people say it."""
        return f"INC-{self.incident_id}"


@dataclass(frozen=True)
class FailedMail:
    """One line of the list. `subject` is None where recipient and incident are not the admin's to know."""

    id: int
    mark: str
    created_at: datetime
    attempts: int
    reason: str
    subject: Subject | None


def list_failed_mails(*, seen_by: Person, limit: int, offset: int) -> list[FailedMail]:
    """Return one page of the mails that were given up, newest first."""
    mails = outbox.list_failed(limit=limit, offset=offset)
    subjects = _subjects(mails, seen_by)
    return [
        FailedMail(
            mail.id,
            mail.mark,
            mail.created_at,
            mail.attempts,
            rules.reason(mail.last_error),
            subjects.get(mail.id),
        )
        for mail in mails
    ]


def _subjects(mails: list[OutboxMail], seen_by: Person) -> dict[int, Subject]:
    ids = [mail.id for mail in mails]
    if not ids:
        return {}
    rows = db.session.execute(
        select(OutboxMail, Person, Incident.id, Incident.title, Incident.language)
        .join(Person, Person.id == OutboxMail.recipient_id)
        .join(Incident, Incident.id == OutboxMail.subject_id)
        .where(OutboxMail.id.in_(ids), OutboxMail.subject_kind == SUBJECT_KIND, visible_to(seen_by))
    )
    return {
        mail.id: Subject(person, mail.kind, incident_id, title, language, mail.last_error)
        for mail, person, incident_id, title, language in rows
    }
