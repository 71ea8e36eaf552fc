"""What readers see: one article with what belongs to it, and lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from servicedesk.database import db
from servicedesk.errors import N_, NotFoundError
from servicedesk.files.models import StoredFile
from servicedesk.knowledge.html_links import at_address, keep_links, linked_slugs
from servicedesk.knowledge.models import Article, ArticleFeedback, ArticleFile, ArticleRevision
from servicedesk.knowledge.queries.visibility import (
    editable_by,
    file_open_to,
    in_own_language,
    is_at,
    is_shown_by,
    readable_by,
)
from servicedesk.people.models import Person


@dataclass(frozen=True)
class CategoryCount:
    """A category path and how many articles the person finds in it and below."""

    path: str
    count: int


def get_article(slug: str, person: Person) -> Article:
    """Return a published article with its text. Raises NotFoundError, the same for "absent" and "not yours"."""
    found = db.session.scalar(
        select(Article)
        .where(is_at(slug, person), readable_by(person))
        .options(
            joinedload(Article.published_revision, innerjoin=True),
            joinedload(Article.verified_by),
            joinedload(Article.translation_of),
        )
    )
    if found is None:
        raise NotFoundError(N_("There is no such article."))
    return found


def get_address(article_id: int, person: Person) -> str:
    """Return the address of a published article by its number. Raises NotFoundError as `get_article` does."""
    slug = db.session.scalar(select(Article.slug).where(Article.id == article_id, readable_by(person)))
    if slug is None:
        raise NotFoundError(N_("There is no such article."))
    return slug


def find_readable(article_ids: Collection[int], person: Person) -> dict[int, Article]:
    """Return those of the articles that the person may read, by id."""
    if not article_ids:
        return {}
    found = db.session.scalars(select(Article).where(Article.id.in_(article_ids), readable_by(person)))
    return {article.id: article for article in found}


def readable_slugs(slugs: Collection[str], person: Person) -> set[str]:
    """Return those of the slugs that lead the person to an article."""
    if not slugs:
        return set()
    return set(db.session.scalars(select(Article.slug).where(Article.slug.in_(slugs), readable_by(person))))


def open_html(revision: ArticleRevision, person: Person) -> str:
    """Return a revision's HTML as this person may see it: links to articles that are not theirs are plain words.

    Its files are asked for at the article's address of today, whatever it was when the revision was written.
    """
    html = at_address(revision.html, revision.article.slug)
    slugs = linked_slugs(html)
    return keep_links(html, readable_slugs(slugs, person)) if slugs else html


def list_translations(article: Article, person: Person) -> Sequence[Article]:
    """Return the same article in other languages."""
    original = article.translation_of_id or article.id
    return db.session.scalars(
        select(Article)
        .where(
            or_(Article.id == original, Article.translation_of_id == original),
            Article.id != article.id,
            readable_by(person),
        )
        .order_by(Article.language)
    ).all()


def count_categories(person: Person, language: str, *, below: str = "") -> list[CategoryCount]:
    """Return the categories directly below a path, each with the number of articles in it and further below."""
    rows = db.session.execute(
        select(Article.category, func.count())
        .where(readable_by(person), in_own_language(person, language), _within(below))
        .group_by(Article.category)
    )
    counts: dict[str, int] = {}
    depth = below.count("/") + 1 if below else 0
    for path, count in rows:
        parts = path.split("/") if path else []
        if len(parts) > depth:
            name = "/".join(parts[: depth + 1])
            counts[name] = counts.get(name, 0) + count
    return [CategoryCount(path, counts[path]) for path in sorted(counts)]


def list_category(
    path: str, person: Person, language: str, *, offset: int = 0, limit: int = 50
) -> tuple[Sequence[Article], int]:
    """Return a page of the articles in exactly this category, those in the person's language first, and their number.

    Translations stand for their originals, unless these lie elsewhere: a category with articles is never empty.
    """
    where = [readable_by(person), Article.category == path]
    counted = select(func.count()).select_from(Article)
    total = db.session.scalar(counted.where(*where, in_own_language(person, language))) or 0
    if total:
        where.append(in_own_language(person, language))
    else:
        total = db.session.scalar(counted.where(*where)) or 0
    articles = db.session.scalars(
        select(Article)
        .where(*where)
        .order_by(Article.language != language, func.lower(Article.title), Article.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return articles, total


def list_recent(person: Person, language: str, *, limit: int = 8) -> Sequence[Article]:
    """Return the articles that were published last."""
    return db.session.scalars(
        select(Article)
        .where(readable_by(person), in_own_language(person, language))
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(limit)
    ).all()


def list_neighbours(article: Article, person: Person, *, limit: int = 5) -> Sequence[Article]:
    """Return others of the same category and language: related articles when there is no index to ask."""
    return db.session.scalars(
        select(Article)
        .where(
            readable_by(person),
            Article.category == article.category,
            Article.language == article.language,
            Article.id != article.id,
        )
        .order_by(Article.published_at.desc(), Article.id)
        .limit(limit)
    ).all()


def find_feedback(article: Article, person: Person) -> ArticleFeedback | None:
    """Return what the person said of the article, if anything."""
    return db.session.scalar(
        select(ArticleFeedback).where(
            ArticleFeedback.article_id == article.id, ArticleFeedback.person_id == person.id
        )
    )


def get_file(slug: str, file_id: int, person: Person) -> StoredFile:
    """Return a file of an article: for readers when the published text shows it, for editors when a revision of theirs does.

    Raises NotFoundError for all other reasons alike (security.md X7, X8: ids only, and the article's own right).
    """
    readable = is_shown_by(Article.published_revision_id) & readable_by(person)
    edited = editable_by(person) & file_open_to(person)
    found = db.session.scalar(
        select(StoredFile)
        .join(ArticleFile, ArticleFile.file_id == StoredFile.id)
        .join(Article, Article.id == ArticleFile.article_id)
        .where(is_at(slug, person), ArticleFile.id == file_id, or_(readable, edited))
    )
    if found is None:
        raise NotFoundError(N_("There is no such file."))
    return found


def _within(path: str) -> ColumnElement[bool]:
    if not path:
        return Article.id.is_not(None)
    return or_(Article.category == path, Article.category.startswith(f"{path}/", autoescape=True))
