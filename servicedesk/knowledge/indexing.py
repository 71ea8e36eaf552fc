"""What the index holds of articles: the published text, as plain words."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased

from servicedesk.database import db
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.queries import closed_articles
from servicedesk.people.models import Person
from servicedesk.people.rules import EVERYONE
from servicedesk.search.texts import ArticleText

_AT_ONCE = 500
_AUTHOR, _VERIFIER = aliased(Person), aliased(Person)


def article_texts(ids: Sequence[int] | None = None) -> Iterator[ArticleText]:
    """Yield the texts of articles that somebody may read: all, or those of the ids."""
    statement = (
        select(
            Article.id, Article.language, ArticleRevision.title, ArticleRevision.summary,
            ArticleRevision.keywords, ArticleRevision.contents, ArticleRevision.plain_text, Article.audience,
            ArticleRevision.author_id, _AUTHOR.roles.label("of_author"), _VERIFIER.roles.label("of_verifier"),
        )
        .join(ArticleRevision, ArticleRevision.id == Article.published_revision_id)
        .outerjoin(_AUTHOR, _AUTHOR.id == ArticleRevision.author_id)
        .outerjoin(_VERIFIER, _VERIFIER.id == Article.verified_by_id)
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
            is_open=row.audience == EVERYONE
            and _is_vouched_for(row.author_id, row.of_author, row.of_verifier),
        )


def _is_vouched_for(author_id: int | None, *roles: Collection[str] | None) -> bool:
    """Tell whether its words are nobody's own: a file brought it, or one who reads incidents anyway wrote or verified it.

    Else an editor who does not could publish names, and then ask whether they stand in incidents.
    """
    return author_id is None or any(rules.reads_incidents(roles=of_one or ()) for of_one in roles)
