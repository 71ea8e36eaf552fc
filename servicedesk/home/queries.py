"""What stands on the first page besides one's own incidents."""

from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.knowledge.categories import CategoryWords, describe
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import readable_by
from servicedesk.people.models import Person

_MOST = 24


def list_article_categories(person: Person, *, language: str) -> list[tuple[CategoryWords, int]]:
    """Return the outermost categories with the number of articles that the person may read, in their language."""
    rows = db.session.execute(
        select(Article.category, func.count())
        .where(readable_by(person), Article.category != "", Article.language == language)
        .group_by(Article.category)
    )
    counts: dict[str, int] = {}
    for path, count in rows:
        top = path.partition("/")[0]
        counts[top] = counts.get(top, 0) + count
    named = [(describe(path, language), count) for path, count in counts.items()]
    return sorted(named, key=lambda item: item[0].title.casefold())[:_MOST]
