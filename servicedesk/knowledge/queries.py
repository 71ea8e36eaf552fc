"""Reading articles. Visibility is one predicate, and it is inside every query.

An article that one may not read is exactly as absent as one that never was: in lists, counts, facets, suggestions and links.
"""

from sqlalchemy import ColumnElement, and_, select

from servicedesk.database import db
from servicedesk.knowledge.models import Article
from servicedesk.people.models import Person
from servicedesk.people.rules import audiences_of


def readable_by(person: Person) -> ColumnElement[bool]:
    """Published articles whose audience the person belongs to; a condition on Article for a `where`."""
    return and_(
        Article.state == "published", Article.audience.in_(audiences_of(roles=person.roles, groups=person.groups))
    )


def readable_ids(person: Person) -> list[int]:
    """Return the ids of all articles that the person may read: the mask of each search."""
    return list(db.session.scalars(select(Article.id).where(readable_by(person))))
