"""Writing articles as files: flushed beside, then renamed, so that a crash leaves the old file or the new one."""

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.sources import Draft, write_source


def export_articles(root: Path) -> int:
    """Write each published article below `root` as LANGUAGE/CATEGORY/SLUG.md; return how many. The tree can be imported."""
    articles = db.session.scalars(
        select(Article)
        .where(Article.state == "published")
        .options(joinedload(Article.published_revision), joinedload(Article.translation_of))
        .order_by(Article.slug)
    )
    count = 0
    for article in articles:
        write_file(root, path_of(article), text_of(article))
        count += 1
    return count


def path_of(article: Article) -> str:
    """Return where an article's file stands in a tree. Language, category and slug hold no letter that a path could misuse."""
    return "/".join(part for part in (article.language, article.category, f"{article.slug}.md") if part)


def text_of(article: Article) -> str:
    """Return the file of an article as it is published, or as it was when it was archived."""
    revision = article.published_revision
    if revision is None:
        raise InvalidInputError(N_("This article was never published."))
    return write_source(
        draft_of(revision),
        slug=article.slug,
        language=article.language,
        translation_of=article.translation_of.slug if article.translation_of else "",
        is_archived=article.state == "archived",
    )


def draft_of(revision: ArticleRevision) -> Draft:
    """Return what a revision holds, as its author wrote it."""
    return Draft(
        title=revision.title, body=revision.body, summary=revision.summary, category=revision.category,
        audience=revision.audience, tags=tuple(revision.tags), keywords=tuple(revision.keywords),
        facts_needed=tuple(revision.facts_needed), time_minutes=revision.time_minutes, review_on=revision.review_on,
    )  # fmt: skip


def write_file(root: Path, relative: str, text: str) -> bytes:
    """Write a text file below `root` and return its bytes. Raises InvalidInputError for a path that leads out of it."""
    path = (root / relative).resolve()
    if not path.is_relative_to(root.resolve()):
        raise InvalidInputError(N_("The path leads out of the folder."))
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o644)
    temporary.replace(path)
    return data
