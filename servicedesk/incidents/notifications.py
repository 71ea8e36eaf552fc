"""Who is told what about an incident; mails go to the outbox in the same transaction as what they tell of.

Nobody gets a mail that could only fail: who has left or has no address is passed over. The outbox holds only facts.
`compose` writes the words when a mail is about to be sent, asking first whether the recipient may still be told: somebody
who lost the right meanwhile hears nothing, and what has become restricted since is told by its number alone. What is not
for everybody waits until the directory has confirmed its reader within a day. Internal notes are unknown here.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from servicedesk.database import db, now
from servicedesk.incidents.message_text import plain
from servicedesk.incidents.models import Incident, IncidentEvent, KnownProblem, Message, Watcher
from servicedesk.incidents.queries.named_articles import articles_named_in
from servicedesk.incidents.queries.visibility import visible_to
from servicedesk.mail import outbox, wording
from servicedesk.mail.messages import Letter
from servicedesk.mail.models import OutboxMail
from servicedesk.mail.sending import UnconfirmedReaderError
from servicedesk.people.models import Person
from servicedesk.people.rules import may_read_mail

SUBJECT_KIND = "incident"
_HIDDEN_ARTICLE = {
    "en": "[an article that is not open to you]",
    "pl": "[artykuł, do którego nie masz dostępu]",
}


def incident_filed(incident: Incident) -> None:
    """Tell the requester that the incident has arrived, what its number is and who has it now."""
    _put(incident, "filed", f"filed.{incident.id}", [incident.requester_id], {})


def answered(incident: Incident, message: Message) -> None:
    """Tell the other side: requester and watchers of the desk's answer, the assignee of the requester's."""
    recipients = {*_watcher_ids(incident.id)}
    if message.is_from_desk:
        recipients.add(incident.requester_id)
    elif incident.assignee_id is not None:
        recipients.add(incident.assignee_id)
    if message.author_id != incident.requester_id:
        recipients.add(incident.requester_id)
    kind = "answered_by_desk" if message.is_from_desk else "answered_by_requester"
    recipients.discard(message.author_id)
    _put(incident, kind, f"answer.{message.id}", recipients, {"message": message.id})


def assigned(incident: Incident, event: IncidentEvent) -> None:
    """Tell the new assignee, unless they took it themselves."""
    if incident.assignee_id is not None and incident.assignee_id != event.actor_id:
        _put(incident, "assigned", f"event.{event.id}", [incident.assignee_id], {})


def resolved(incident: Incident, event: IncidentEvent, message: Message | None) -> None:
    """Tell requester and watchers that it is solved, and how."""
    facts = {"message": message.id} if message is not None else {}
    _tell_followers(incident, "resolved", event, facts)


def closed(incident: Incident, event: IncidentEvent) -> None:
    """Tell requester, watchers and assignee that it is closed."""
    _tell_followers(incident, "closed", event, {}, and_assignee=True)


def reopened(incident: Incident, event: IncidentEvent, message: Message | None) -> None:
    """Tell requester, watchers and assignee that it goes on."""
    facts = {"message": message.id} if message is not None else {}
    _tell_followers(incident, "reopened", event, facts, and_assignee=True)


def known_problem_changed(problem: KnownProblem, incident: Incident, event: IncidentEvent) -> None:
    """Tell everybody whose incident is this one or stands behind it that the problem is known, or is over."""
    kind = "problem_declared" if problem.ended_at is None else "problem_ended"
    _tell_followers(incident, kind, event, {"problem": problem.id})
    joined = (
        select(Incident)
        .join(Person, Person.id == Incident.requester_id)
        .where(Incident.same_as_id == incident.id, _is_reachable())
    )
    for other in db.session.scalars(joined):
        key = f"event.{event.id}.{other.id}"
        outbox.put(_event(other, kind, key, {"problem": problem.id}), other.requester_id)


def may_still_be_told(incident_id: int, person: Person) -> bool:
    """Tell whether the person, as of now, may hear of the incident: active, reachable, and it is visible to them."""
    if not person.is_active or "@" not in (person.mail or ""):
        return False
    visible = select(Incident.id).where(Incident.id == incident_id, visible_to(person))
    return db.session.scalar(visible) is not None


def compose(mail: OutboxMail, *, public_url: str, default_language: str) -> Letter | None:
    """Write the letter for a mail of the outbox in its reader's language; None if they may not be told any more."""
    person = db.session.get(Person, mail.recipient_id, populate_existing=True)
    if person is None or not may_still_be_told(mail.subject_id, person):
        return None
    language = person.language or default_language
    incident = db.session.scalars(
        select(Incident)
        .where(Incident.id == mail.subject_id)
        .options(joinedload(Incident.requester), joinedload(Incident.assignee), joinedload(Incident.team))
    ).one()
    if _is_only_for_confirmed(incident, person) and not _is_confirmed(person):
        raise UnconfirmedReaderError
    values: dict[str, object] = {
        "reference": incident.reference,
        "link": f"{public_url}/incidents/{incident.id}",
    }
    if incident.team.is_restricted:
        words = wording.write("restricted", language, {**values, "title": None, "quote": None})
    else:
        words = wording.write(
            mail.kind, language, {**values, **_content(mail, incident, person, language, public_url)}
        )
    return Letter(person.display_name, person.mail or "", words.subject, words.text, words.html)


def _is_only_for_confirmed(incident: Incident, person: Person) -> bool:
    """Whether the directory must have said lately that the person is still here, and in which groups.

    What requesters hear of their own incidents, of a team that all of IT reads, needs no such word.
    """
    is_own = incident.requester_id == person.id
    return incident.team.visibility != "normal" or (person.is_staff and not is_own)


def _is_confirmed(person: Person) -> bool:
    return person.is_break_glass or may_read_mail(person.state_checked_at, at=now())


def _content(
    mail: OutboxMail, incident: Incident, person: Person, language: str, public_url: str
) -> dict[str, object]:
    """Return what a mail may say about an incident that is not restricted."""
    message = db.session.get(Message, mail.facts.get("message", 0))
    problem = db.session.get(KnownProblem, mail.facts.get("problem", 0))
    quote = None
    # Written in English like the rest of the mail for who has chosen a language that is none any more.
    hidden = _HIDDEN_ARTICLE.get(language, _HIDDEN_ARTICLE["en"])
    if message is not None:
        named = articles_named_in([message.text], seen_by=person)
        quote = plain(message.text, named, public_url=public_url, hidden=hidden)
    return {
        "title": incident.title,
        "quote": quote,
        "author": message.author.display_name if message else None,
        "requester": incident.requester.display_name,
        "assignee": incident.assignee.display_name if incident.assignee else None,
        "team": incident.team.name(language),
        "problem": problem.title(language) if problem else None,
        "is_requester": incident.requester_id == person.id,
    }


def _tell_followers(
    incident: Incident, kind: str, event: IncidentEvent, facts: dict[str, int], *, and_assignee: bool = False
) -> None:
    recipients = {incident.requester_id, *_watcher_ids(incident.id)}
    if and_assignee and incident.assignee_id is not None:
        recipients.add(incident.assignee_id)
    if event.actor_id is not None:
        recipients.discard(event.actor_id)
    _put(incident, kind, f"event.{event.id}", recipients, facts)


def _put(incident: Incident, kind: str, key: str, recipients: Iterable[int], facts: dict[str, int]) -> None:
    event, wanted = _event(incident, kind, key, facts), set(recipients)
    if not wanted:
        return
    reachable = select(Person.id).where(Person.id.in_(wanted), _is_reachable()).order_by(Person.id)
    for person_id in db.session.scalars(reachable).all():
        outbox.put(event, person_id)


def _event(incident: Incident, kind: str, key: str, facts: dict[str, int]) -> outbox.Event:
    return outbox.Event(key=key, kind=kind, subject_kind=SUBJECT_KIND, subject_id=incident.id, facts=facts)


def _is_reachable() -> ColumnElement[bool]:
    """Select people who can get mail at all; text without an @ in the directory's field is no address."""
    return and_(Person.is_active, Person.mail.contains("@"))


def _watcher_ids(incident_id: int) -> list[int]:
    return list(db.session.scalars(select(Watcher.person_id).where(Watcher.incident_id == incident_id)))
