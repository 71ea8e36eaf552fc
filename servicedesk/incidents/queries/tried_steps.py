"""What a requester had tried of an article before filing. The words are the article's: whoever may not read them sees numbers."""

from dataclasses import dataclass

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.models import ArticleRevision
from servicedesk.knowledge.queries import revision_open_to
from servicedesk.people.models import Person
from servicedesk.people.rules import EVERYONE


@dataclass(frozen=True)
class Tried:
    """How many steps were tried; their words and the questions that the text answers by number, to who may read them."""

    count: int = 0
    steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def find_tried(incident: Incident, *, seen_by: Person) -> Tried:
    """Return what was tried, as the person may see it; no query for an incident that is about no article."""
    if incident.about_revision_id is None:
        return Tried(len(incident.steps_tried))
    query = select(ArticleRevision).where(ArticleRevision.id == incident.about_revision_id)
    revision = db.session.scalar(query.where(revision_open_to(seen_by)))
    if revision is None:
        return Tried(len(incident.steps_tried))
    steps = [
        revision.steps[number - 1] for number in incident.steps_tried if 0 < number <= len(revision.steps)
    ]
    questions = () if revision.audience == EVERYONE else tuple(revision.facts_needed)
    return Tried(len(incident.steps_tried), tuple(steps), questions)
