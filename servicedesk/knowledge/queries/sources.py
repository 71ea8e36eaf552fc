"""Articles that hold the words of an incident are closed while not everybody of the desk may read that incident.

Which incidents those are is asked in the same statement, so an article is closed the moment its incident is, by whatever
way: a move, a team's new class, a change in the database itself. The feature of incidents stands above this one and says
how to ask (`follow`); while nobody has, every article that was drafted from an incident is closed.
"""

from typing import Protocol

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from servicedesk.knowledge.models import ArticleRevision, ArticleSource
from servicedesk.people.models import Person


class Sources(Protocol):
    """What incidents tell of themselves, each as a condition on a column that holds an incident's id."""

    def is_open(self, incident_id: ColumnElement[int]) -> ColumnElement[bool]:
        """Incidents that everybody of the desk may read."""

    def is_worked_on_by(self, incident_id: ColumnElement[int], person: Person) -> ColumnElement[bool]:
        """Incidents that the person sees as staff."""


class _Unknown:
    def is_open(self, incident_id: ColumnElement[int]) -> ColumnElement[bool]:
        return false()

    def is_worked_on_by(self, incident_id: ColumnElement[int], person: Person) -> ColumnElement[bool]:
        return false()


_followed: list[Sources] = [_Unknown()]


def follow(sources: Sources) -> None:
    """Ask these from now on."""
    _followed[:] = [sources]


def closed_articles() -> Select[int]:
    """Select the ids of the articles that are closed to readers."""
    closed = select(ArticleSource.article_id).where(ArticleSource.open_from.is_(None), ~_is_open())
    return closed.correlate(None)


def closed_articles_of(person: Person) -> Select[int]:
    """Select those of the closed articles whose incident the person works on: to them it is no secret."""
    return closed_articles().where(_is_worked_on_by(person))


def is_hidden_revision(person: Person) -> ColumnElement[bool]:
    """Revisions that hold the words of an incident which is closed to the person; a condition on ArticleRevision."""
    return exists().where(_is_its_source(), ~_is_open(), ~_is_worked_on_by(person))


def is_closed_revision() -> ColumnElement[bool]:
    """Revisions that hold the words of an incident which is closed to readers; a condition on ArticleRevision."""
    return exists().where(_is_its_source(), ~_is_open())


def _is_its_source() -> ColumnElement[bool]:
    before_opened = or_(ArticleSource.open_from.is_(None), ArticleSource.open_from > ArticleRevision.number)
    return and_(ArticleSource.article_id == ArticleRevision.article_id, before_opened)


def _is_open() -> ColumnElement[bool]:
    return _followed[0].is_open(ArticleSource.incident_id.expression)


def _is_worked_on_by(person: Person) -> ColumnElement[bool]:
    return _followed[0].is_worked_on_by(ArticleSource.incident_id.expression, person)
