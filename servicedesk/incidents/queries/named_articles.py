"""The articles that messages name, as far as somebody may read them."""

from collections.abc import Iterable

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.message_text import NamedArticle, article_slugs
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import readable_by
from servicedesk.people.models import Person


def articles_named_in(texts: Iterable[str], *, seen_by: Person) -> dict[str, NamedArticle]:
    """Return by slug the articles that the texts name and the person may read; no query if they name none."""
    slugs = article_slugs(texts)
    if not slugs:
        return {}
    rows = db.session.execute(
        select(Article.id, Article.slug, Article.title, Article.language).where(
            Article.slug.in_(slugs), readable_by(seen_by)
        )
    )
    return {row.slug: NamedArticle(*row) for row in rows}
