"""Reading what the ranking found: always anew from the database, with the person's rights of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select, union_all
from sqlalchemy.orm import aliased

from servicedesk.database import db
from servicedesk.errors import N_, NotFoundError
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.queries import readable_by
from servicedesk.people.models import Person
from servicedesk.people.viewers import Anybody

_PASSAGE_SOURCE_LENGTH = 3000
_HIT = aliased(Article)
_READER, _REQUESTER = Anybody(), Anybody(name="requester")


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
    is_open_to_requester: bool


def list_found(
    article_ids: Sequence[int], *, seen_by: Person, language: str, requester: Person | None = None
) -> list[FoundArticle]:
    """Return the articles that may be read, and the translations of them into `language` that may be read.

    Whether each is open to the requester is told of the reader when nobody else is named.
    """
    values = {"article_ids": article_ids, "language": language}
    rows = db.session.execute(
        _query_for_found(), {**values, **_READER.is_(seen_by), **_REQUESTER.is_(requester or seen_by)}
    )
    return [FoundArticle(*row) for row in rows]


@cache
def _query_for_found() -> Select[*tuple[Any, ...]]:
    article_ids: BindParameter[Sequence[int]] = bindparam("article_ids", expanding=True)
    originals = select(func.coalesce(_HIT.translation_of_id, _HIT.id)).where(_HIT.id.in_(article_ids))
    # As a list of ids, so that the database looks up a few rows instead of passing through all.
    family = union_all(
        select(Article.id).where(Article.id.in_(article_ids)),
        select(Article.id).where(Article.id.in_(originals)),
        select(Article.id).where(Article.translation_of_id.in_(originals)),
    )
    return (
        select(
            Article.id,
            func.coalesce(Article.translation_of_id, Article.id),
            Article.slug,
            Article.title,
            Article.summary,
            Article.language,
            func.substr(ArticleRevision.plain_text, 1, _PASSAGE_SOURCE_LENGTH),
            readable_by(_REQUESTER),
        )
        .join(ArticleRevision, ArticleRevision.id == Article.published_revision_id)
        .where(
            readable_by(_READER),
            Article.id.in_(family),
            or_(Article.id.in_(article_ids), Article.language == bindparam("language")),
        )
    )


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
