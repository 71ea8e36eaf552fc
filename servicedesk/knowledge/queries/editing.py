"""What editors see: drafts, revisions, what is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from servicedesk.database import db, now
from servicedesk.errors import N_, NotAllowedError, NotFoundError
from servicedesk.files.models import StoredFile
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleFile, ArticleRevision
from servicedesk.knowledge.queries.sources import closed_articles
from servicedesk.knowledge.queries.visibility import (
    editable_by,
    file_open_to,
    is_at,
    readable_by,
    revision_open_to,
)
from servicedesk.people.models import Person

Shelf = Literal["drafts", "due", "published", "archived"]
SHELVES: tuple[Shelf, ...] = ("drafts", "due", "published", "archived")


CLOSED = N_(
    "This article was drafted from an incident that only one team may read. It is closed as long as the incident is."
)


@dataclass(frozen=True)
class GroupCount:
    """How many articles a group keeps to itself: all that an admin outside of it learns."""

    group: str
    count: int


def get_for_edit(slug: str, person: Person) -> Article:
    """Return an article that the person may change. Raises NotAllowedError when they may only read it, or NotFoundError."""
    found = db.session.scalar(
        select(Article)
        .where(is_at(slug, person), editable_by(person))
        .options(joinedload(Article.translation_of), joinedload(Article.published_revision))
    )
    if found is None:
        if db.session.scalar(select(Article.id).where(is_at(slug, person), readable_by(person))):
            raise NotAllowedError(N_("Articles are changed by editors."))
        raise NotFoundError(N_("There is no such article."))
    return found


def may_edit(article: Article, person: Person) -> bool:
    """Tell whether the person may change this article."""
    return bool(db.session.scalar(select(Article.id).where(Article.id == article.id, editable_by(person))))


def newest_revision(article: Article) -> ArticleRevision:
    """Return the revision that was written last, published or not."""
    return db.session.scalars(
        select(ArticleRevision).where(
            ArticleRevision.article_id == article.id, ArticleRevision.number == article.newest_number
        )
    ).one()


def newest_open_revision(article: Article, person: Person) -> ArticleRevision:
    """Return the revision that was written last of those that the person may see: to them it is the newest."""
    found = db.session.scalar(
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article.id, revision_open_to(person))
        .order_by(ArticleRevision.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFoundError(N_("There is no such article."))
    return found


def newest_numbers(articles: Sequence[Article], person: Person) -> dict[int, int]:
    """Return by article the number of the newest revision that the person may see."""
    found = db.session.execute(
        select(ArticleRevision.article_id, func.max(ArticleRevision.number))
        .where(ArticleRevision.article_id.in_([article.id for article in articles]), revision_open_to(person))
        .group_by(ArticleRevision.article_id)
    )
    return {row[0]: row[1] for row in found}


def list_left(article: Article, person: Person) -> Sequence[ArticleRevision]:
    """Return the revisions that the person may see and whoever wrote the next text could not."""
    return db.session.scalars(
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article.id, ArticleRevision.is_left, revision_open_to(person))
        .order_by(ArticleRevision.number)
    ).all()


def list_revisions(article: Article, person: Person) -> Sequence[ArticleRevision]:
    """Return the revisions that the person may see, newest first."""
    return db.session.scalars(
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article.id, revision_open_to(person))
        .options(joinedload(ArticleRevision.author))
        .order_by(ArticleRevision.number.desc())
    ).all()


def get_revision(article: Article, number: int, person: Person) -> ArticleRevision:
    """Return one revision. Raises NotFoundError, also when it is not the person's to see."""
    found = db.session.scalar(
        select(ArticleRevision).where(
            ArticleRevision.article_id == article.id,
            ArticleRevision.number == number,
            revision_open_to(person),
        )
    )
    if found is None:
        raise NotFoundError(N_("There is no such revision."))
    return found


def list_shelf(
    shelf: Shelf, person: Person, *, text: str = "", offset: int = 0, limit: int = 50
) -> tuple[Sequence[Article], int]:
    """Return a page of one shelf of the editor's desk, and how many stand on it."""
    where = [editable_by(person), _on_shelf(shelf, person)]
    if text:
        where.append(or_(Article.title.icontains(text, autoescape=True), Article.slug == text))
    total = db.session.scalar(select(func.count()).select_from(Article).where(*where)) or 0
    order = Article.review_on if shelf == "due" else func.lower(Article.title)
    articles = db.session.scalars(
        select(Article).where(*where).order_by(order, Article.id).offset(offset).limit(limit)
    ).all()
    return articles, total


def count_shelves(person: Person) -> dict[Shelf, int]:
    """Return how many articles stand on each shelf."""
    counts = [
        select(func.count())
        .select_from(Article)
        .where(editable_by(person), _on_shelf(shelf, person))
        .scalar_subquery()
        for shelf in SHELVES
    ]
    return dict(zip(SHELVES, db.session.execute(select(*counts)).one(), strict=True))


def count_foreign_groups(person: Person) -> list[GroupCount]:
    """Return to an admin how many articles there are for groups that the admin is not in; to others nothing."""
    if not person.has_role("admin"):
        return []
    rows = db.session.execute(
        select(Article.audience, func.count())
        .where(Article.audience.startswith("group:"), Article.audience.not_in(person.audiences))
        .group_by(Article.audience)
        .order_by(Article.audience)
    )
    return [GroupCount(audience.removeprefix("group:"), count) for audience, count in rows]


def is_closed(article: Article) -> bool:
    """Tell whether the article is closed because the incident that it was drafted from is."""
    return bool(
        db.session.scalar(
            select(Article.id).where(Article.id == article.id, Article.id.in_(closed_articles()))
        )
    )


def count_closed() -> int:
    """Return how many articles are closed with their incident: all that an editor learns of them."""
    return (
        db.session.scalar(select(func.count()).select_from(Article).where(Article.id.in_(closed_articles())))
        or 0
    )


def known_slugs(slugs: Collection[str], person: Person) -> set[str]:
    """Return those of the slugs that an author may link to: what they can read or edit."""
    if not slugs:
        return set()
    return set(
        db.session.scalars(
            select(Article.slug).where(Article.slug.in_(slugs), or_(readable_by(person), editable_by(person)))
        )
    )


def files_of(article: Article, person: Person) -> Sequence[tuple[int, str]]:
    """Return number and name of each file of the article that the person may see."""
    rows = db.session.execute(
        select(ArticleFile.id, ArticleFile.name)
        .where(ArticleFile.article_id == article.id, file_open_to(person))
        .order_by(ArticleFile.id)
    )
    return [(row.id, row.name) for row in rows]


def own_files(article: Article, numbers: Collection[int]) -> Sequence[ArticleFile]:
    """Return those files of the article itself that have these numbers."""
    if not numbers:
        return ()
    return db.session.scalars(
        select(ArticleFile).where(ArticleFile.article_id == article.id, ArticleFile.id.in_(numbers))
    ).all()


def find_same_file(article: Article, file_id: int, person: Person) -> ArticleFile | None:
    """Return the file of the article that has the bytes and the name of this stored one, if the person sees it."""
    sent, kept = aliased(StoredFile), aliased(StoredFile)
    return db.session.scalar(
        select(ArticleFile)
        .join(kept, kept.id == ArticleFile.file_id)
        .join(sent, (sent.sha256 == kept.sha256) & (sent.name == kept.name))
        .where(ArticleFile.article_id == article.id, sent.id == file_id, file_open_to(person))
        .order_by(ArticleFile.id)
    )


def free_file_name(article: Article, name: str, person: Person) -> str:
    """Return a name for a file that no other file has of those that the person sees.

    A hidden one may have it too: a number behind the name would tell that there is one. Who sees both gets the later.
    """
    return rules.file_name(name, taken={taken for _number, taken in files_of(article, person)})


def list_categories(person: Person) -> Sequence[str]:
    """Return the categories of the articles that the person may edit, for the form to offer."""
    return db.session.scalars(
        select(Article.category)
        .where(editable_by(person), Article.category != "")
        .distinct()
        .order_by(Article.category)
        .limit(500)
    ).all()


def _on_shelf(shelf: Shelf, person: Person) -> ColumnElement[bool]:
    today: date = now().date()
    published = Article.state == "published"
    if shelf == "drafts":
        readers = aliased(ArticleRevision)
        newer = exists().where(
            readers.id == Article.published_revision_id,
            ArticleRevision.article_id == Article.id,
            or_(ArticleRevision.number > readers.number, ArticleRevision.is_left),
            revision_open_to(person),
        )
        return or_(Article.state == "draft", and_(published, newer))
    if shelf == "due":
        return and_(published, Article.review_on <= today)
    return Article.state == shelf
