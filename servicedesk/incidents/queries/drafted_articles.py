"""The articles that were drafted from incidents, which are closed while their incident is (knowledge/queries/sources.py)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.incidents.queries.visibility import teams_of_class, workable_as_staff_by
from servicedesk.knowledge.models import Article, ArticleSource
from servicedesk.knowledge.queries import closed_articles, editable_by, readable_by, sees_newest
from servicedesk.people.models import Person

_SOURCE = aliased(Incident)


class Incidents:
    """How the articles ask whether the incident that they were drafted from is open."""

    def is_open(self, incident_id: ColumnElement[int]) -> ColumnElement[bool]:
        """Incidents of teams that hide nothing from agents."""
        return exists().where(_SOURCE.id == incident_id, _SOURCE.team_id.in_(teams_of_class("normal")))

    def is_worked_on_by(self, incident_id: ColumnElement[int], person: Person) -> ColumnElement[bool]:
        """Incidents that the person sees as staff."""
        return exists().where(_SOURCE.id == incident_id, workable_as_staff_by(person, of=_SOURCE))


@dataclass(frozen=True)
class DraftedArticle:
    """An article that was drafted from an incident, to somebody who may read or change it.

    `holds_words`: nobody has found that nothing of the incident is left in it. `is_seen_whole`: no newer text is hidden
    from the person.
    """

    article: Article
    is_closed: bool
    holds_words: bool
    is_editable: bool
    sees_newest: bool

    @property
    def is_published(self) -> bool:
        """Whether readers have its newest text before them, while it is not closed."""
        published = self.article.published_revision
        is_newest = published is not None and published.number == self.article.newest_number
        return self.article.state == "published" and is_newest

    @property
    def is_seen_whole(self) -> bool:
        """Whether the person can read all that there is to judge."""
        return (self.is_editable and self.sees_newest) or self.is_published


def list_drafted(incident: Incident, *, seen_by: Person) -> list[DraftedArticle]:
    """Return the articles that were drafted from an incident and that the person may read or change."""
    if incident.proposed_article_id is None:
        return []
    is_editable, is_closed = editable_by(seen_by), Article.id.in_(closed_articles())
    rows = db.session.execute(
        select(Article, is_closed, ArticleSource.open_from.is_(None), is_editable, sees_newest(seen_by))
        .join(ArticleSource, ArticleSource.article_id == Article.id)
        .where(ArticleSource.incident_id == incident.id, or_(readable_by(seen_by), is_editable))
        .options(joinedload(Article.published_revision))
        .order_by(Article.id)
    )
    return [DraftedArticle(article, *map(bool, told)) for article, *told in rows]


def count_closed_with(incident: Incident) -> int:
    """Return how many articles are closed because this incident is."""
    closed = ArticleSource.article_id.in_(closed_articles())
    return (
        db.session.scalar(
            select(func.count())
            .select_from(ArticleSource)
            .where(ArticleSource.incident_id == incident.id, closed)
        )
        or 0
    )


def list_drafted_ids(incident: Incident) -> list[int]:
    """Return the ids of all articles that were drafted from an incident, for the index; they are shown to nobody."""
    return list(
        db.session.scalars(select(ArticleSource.article_id).where(ArticleSource.incident_id == incident.id))
    )
