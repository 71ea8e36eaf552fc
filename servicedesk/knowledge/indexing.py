"""What the index holds of articles: the published text, as plain words."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.queries import closed_articles
from servicedesk.people.rules import EVERYONE
from servicedesk.search.texts import ArticleText

_AT_ONCE = 500


def article_texts(ids: Sequence[int] | None = None) -> Iterator[ArticleText]:
    """Yield the texts of articles that somebody may read: all, or those of the ids."""
    statement = (
        select(
            Article.id, Article.language, ArticleRevision.title, ArticleRevision.summary,
            ArticleRevision.keywords, ArticleRevision.contents, ArticleRevision.plain_text, Article.audience,
        )
        .join(ArticleRevision, ArticleRevision.id == Article.published_revision_id)
        .where(Article.state == "published", Article.id.not_in(closed_articles()))
        .order_by(Article.id)
    )  # fmt: skip
    if ids is not None:
        statement = statement.where(Article.id.in_(ids))
    for row in db.session.execute(statement.execution_options(yield_per=_AT_ONCE)):
        yield ArticleText(
            id=row.id,
            language=row.language,
            title=row.title,
            summary=row.summary,
            keywords=tuple(row.keywords),
            headings="\n".join(str(heading["text"]) for heading in row.contents),
            body=row.plain_text,
            is_open=row.audience == EVERYONE,
        )
