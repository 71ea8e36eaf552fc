"""What the search may learn from: resolved incidents with the articles that solved them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.message_text import without_articles
from servicedesk.incidents.models import Incident, SolvingArticle
from servicedesk.incidents.queries.visibility import may_teach
from servicedesk.incidents.rules import State
from servicedesk.search.texts import IncidentText

_ROWS_AT_ONCE = 1000
_BODY_LENGTH = 8000


def solved_texts(incident_ids: Sequence[int] | None = None) -> Iterator[IncidentText]:
    """Yield the incidents that may teach, of these ids or of all. A link that staff removed is not there any more.

    Only the requester's own first words are in it: no conversation, no internal notes, nothing restricted, no addresses
    of articles, whose words not everybody may read.
    """
    query = (
        select(
            Incident.id,
            Incident.language,
            Incident.title,
            Incident.text,
            Incident.category_id,
            Incident.created_at,
            Incident.requester_id,
            SolvingArticle.article_id,
        )
        .join(SolvingArticle, SolvingArticle.incident_id == Incident.id)
        .where(
            Incident.state.in_((State.RESOLVED, State.CLOSED)),
            SolvingArticle.removed_at.is_(None),
            may_teach(),
        )
        .order_by(Incident.id, SolvingArticle.id)
    )
    if incident_ids is not None:
        query = query.where(Incident.id.in_(incident_ids))
    rows = db.session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
    for _, links in groupby(rows, key=lambda row: row.id):
        linked = list(links)
        first = linked[0]
        yield IncidentText(
            id=first.id,
            language=first.language,
            title=without_articles(first.title),
            body=without_articles(first.text)[:_BODY_LENGTH],
            article_ids=tuple(row.article_id for row in linked),
            category_id=first.category_id,
            created_at=first.created_at,
            requester_id=first.requester_id,
        )
