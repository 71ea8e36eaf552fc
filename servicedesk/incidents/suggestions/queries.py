"""Reading what the ranking found: always anew from the database, with the person's rights of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import aliased

from servicedesk.database import db
from servicedesk.errors import N_, NotFoundError
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.queries import readable_by
from servicedesk.people.models import Person

_PASSAGE_SOURCE_LENGTH = 3000
_HIT = aliased(Article)


@dataclass(frozen=True)
class FoundArticle:
    """What a card shows of an article. `original_id` is the same for all translations of it."""

    id: int
    original_id: int
    slug: str
    title: str
    summary: str
    language: str
    text_start: str


def list_found(article_ids: Sequence[int], *, seen_by: Person, language: str) -> list[FoundArticle]:
    """Return the articles that may be read, and the translations of them into `language` that may be read."""
    originals = select(func.coalesce(_HIT.translation_of_id, _HIT.id)).where(_HIT.id.in_(article_ids))
    # As a list of ids, so that the database looks up a few rows instead of passing through all.
    family = union_all(
        select(Article.id).where(Article.id.in_(article_ids)),
        select(Article.id).where(Article.id.in_(originals)),
        select(Article.id).where(Article.translation_of_id.in_(originals)),
    )
    rows = db.session.execute(
        select(
            Article.id,
            func.coalesce(Article.translation_of_id, Article.id),
            Article.slug,
            Article.title,
            Article.summary,
            Article.language,
            func.substr(ArticleRevision.plain_text, 1, _PASSAGE_SOURCE_LENGTH),
        )
        .join(ArticleRevision, ArticleRevision.id == Article.published_revision_id)
        .where(
            readable_by(seen_by),
            Article.id.in_(family),
            or_(Article.id.in_(article_ids), Article.language == language),
        )
    )
    return [FoundArticle(*row) for row in rows]


def find_readable(slug: str, *, seen_by: Person) -> tuple[Article, ArticleRevision] | None:
    """Find an article and what readers see of it; None alike for absent and hidden ones."""
    row = db.session.execute(
        select(Article, ArticleRevision)
        .join(ArticleRevision, ArticleRevision.id == Article.published_revision_id)
        .where(Article.slug == slug, readable_by(seen_by))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def get_readable(slug: str, *, seen_by: Person) -> tuple[Article, ArticleRevision]:
    """Return what `find_readable` finds. Raises NotFoundError."""
    found = find_readable(slug, seen_by=seen_by)
    if found is None:
        raise NotFoundError(N_("There is no such article."))
    return found
