"""Three months of incidents, replayed through the same actions that people use, and dated back step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from servicedesk.database import db, now
from servicedesk.desk.models import Category
from servicedesk.errors import NotFoundError
from servicedesk.incidents.actions import conversation, known_problems, notes, resolving, work
from servicedesk.incidents.actions.filing import NewIncident, file_incident
from servicedesk.incidents.actions.resolving import Resolution
from servicedesk.incidents.models import (
    Incident,
    IncidentEvent,
    InternalNote,
    KnownProblem,
    Message,
    SolvingArticle,
)
from servicedesk.incidents.rules import State
from servicedesk.knowledge.models import Article
from servicedesk.mail.models import OutboxMail
from servicedesk.people.models import Person

_DATA = Path(__file__).parent
_TIMES: tuple[tuple[InstrumentedAttribute[int], InstrumentedAttribute[datetime]], ...] = (
    (Message.incident_id, Message.at),
    (InternalNote.incident_id, InternalNote.at),
    (IncidentEvent.incident_id, IncidentEvent.at),
    (SolvingArticle.incident_id, SolvingArticle.linked_at),
    (KnownProblem.incident_id, KnownProblem.started_at),
)
_OWN_TIMES = ("created_at", "updated_at", "first_response_at", "resolved_at", "closed_at")
Entry = Mapping[str, Any]


@dataclass
class Story:
    """One incident while it is replayed. `began_at` is when the replay began: whatever is younger has just been written."""

    entry: Entry
    incident: Incident
    at: datetime
    began_at: datetime

    def goes_on(self, minutes: float) -> None:
        """Date what was just written to where the story stands, and let time pass; never beyond the present."""
        db.session.flush()
        for of_incident, time in _TIMES:
            fresh = (of_incident == self.incident.id, time >= self.began_at)
            db.session.execute(update(time.class_).where(*fresh).values({time.key: self.at}))
        for name in _OWN_TIMES:
            written = getattr(self.incident, name)
            if written is not None and written >= self.began_at:
                setattr(self.incident, name, self.at)
        db.session.flush()
        self.at = min(self.at + timedelta(minutes=minutes), self.began_at - timedelta(minutes=1))


def load_incidents() -> int:
    """Replay incidents.yaml and return how many there are; the caller commits. Raises NotFoundError without the articles."""
    entries: list[Entry] = yaml.safe_load((_DATA / "incidents.yaml").read_text(encoding="utf-8"))
    wanted = {slug for entry in entries for slug in entry.get("solved", ())}
    known = set(
        db.session.scalars(select(Article.slug).where(Article.slug.in_(wanted), Article.state == "published"))
    )
    if wanted - known:
        raise NotFoundError(
            f"Load the articles first: flask kb sync. Missing: {', '.join(sorted(wanted - known))}."
        )
    people = {person.user_name: person for person in db.session.scalars(select(Person))}
    categories = {category.key: category.id for category in db.session.scalars(select(Category))}
    for entry in sorted(entries, key=lambda entry: -float(entry["days"])):
        _replay(entry, people, categories)
    return len(entries)


def _replay(entry: Entry, people: Mapping[str, Person], categories: Mapping[str, int]) -> None:
    requester = people[entry["by"]]
    began_at = now()
    new = NewIncident(
        requester=requester,
        filed_by=requester,
        title=entry["title"],
        text=entry["text"],
        language=requester.language or "en",
        category_id=categories[entry["category"]],
        impact=entry.get("impact", 3),
        urgency=entry.get("urgency", 2),
    )
    story = Story(entry, file_incident(new), began_at - timedelta(days=float(entry["days"])), began_at)
    story.goes_on(12)
    if "agent" in entry:
        _work(story, people[entry["agent"]], requester)
    if not story.incident.is_open:  # Told long ago, as it were.
        db.session.execute(delete(OutboxMail).where(OutboxMail.subject_id == story.incident.id))


def _work(story: Story, agent: Person, requester: Person) -> None:
    entry, incident = story.entry, story.incident
    work.take(incident, agent)
    story.goes_on(7)
    if "note" in entry:
        notes.add_note(incident, agent, entry["note"])
        story.goes_on(9)
    if "answer" in entry:
        conversation.answer(incident, agent, entry["answer"])
        story.goes_on(35)
    if "reply" in entry:
        conversation.answer(incident, requester, entry["reply"])
        story.goes_on(20)
    if "problem" in entry:
        known_problems.declare(
            incident, agent, title_en=entry["problem"]["en"], title_pl=entry["problem"]["pl"]
        )
        story.goes_on(5)
    if entry.get("state") == "waiting":
        work.set_state(incident, State.WAITING, agent)
        story.goes_on(1)
    if "done" in entry:
        _resolve(story, agent, requester)


def _resolve(story: Story, agent: Person, requester: Person) -> None:
    entry, incident = story.entry, story.incident
    if "solved" in entry:
        resolution = Resolution("article", slugs=entry["solved"], text=entry["done"])
    else:
        resolution = Resolution("not_needed", reason=entry["reason"], text=entry["done"])
    resolving.resolve(incident, resolution, agent)
    story.goes_on(4 * 24 * 60)
    if story.began_at - story.at > timedelta(days=3):
        conversation.close(incident, requester)
        story.goes_on(0)
