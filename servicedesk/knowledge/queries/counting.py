"""How many articles there are, for those who run the desk."""

from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.knowledge.models import Article


def count_published() -> int:
    """Return how many articles somebody can read."""
    return db.session.scalar(select(func.count(Article.id)).where(Article.state == "published")) or 0
