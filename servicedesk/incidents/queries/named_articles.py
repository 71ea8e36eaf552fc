"""The articles that messages name, as far as somebody may read them."""

from collections.abc import Iterable

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.message_text import NamedArticle, article_slugs
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import closed_articles, readable_by
from servicedesk.people.models import Person
from servicedesk.people.rules import EVERYONE


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


def named_for_everybody(texts: Iterable[str]) -> set[str]:
    """Return the slugs of the articles that the texts name and that whoever signs in may read."""
    slugs = article_slugs(texts)
    is_open = (
        Article.state == "published",
        Article.audience == EVERYONE,
        Article.id.not_in(closed_articles()),
    )
    return set(db.session.scalars(select(Article.slug).where(Article.slug.in_(slugs), *is_open)))
