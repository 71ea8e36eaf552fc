"""Who may read and who may edit an article (permissions.md §3): the one place that decides, inside the query.

An article that one may not read is exactly as absent as one that never was: in lists, counts, facets, suggestions and links.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from servicedesk import database
from servicedesk.files.models import StoredFile
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleFile, ArticleRevision, FormerAddress
from servicedesk.knowledge.queries.sources import closed_articles, closed_articles_of, is_hidden_revision
from servicedesk.people.models import Person
from servicedesk.people.viewers import Viewer

_OTHER = aliased(Article)


def readable_by(person: Viewer, *, of: Any = Article) -> ColumnElement[bool]:
    """Select published articles whose audience the person belongs to; a condition on Article (or an alias).

    One that was drafted from an incident is nobody's to read while that incident is closed.
    """
    return and_(of.state == "published", of.audience.in_(person.audiences), of.id.not_in(closed_articles()))


def readable_ids(person: Person) -> list[int]:
    """Return the ids of all articles that the person may read: the mask of each search."""
    return database.ids(select_readable(person))


def select_readable(person: Person) -> Select[int]:
    """Select the ids of all articles that the person may read."""
    return select(Article.id).where(readable_by(person))


def editable_by(person: Person) -> ColumnElement[bool]:
    """Select articles whose drafts and revisions the person may see and change.

    Editors and admins: all whose audience they belong to, for a group's articles are the group's own. Agents: their
    own proposals until these are published. Both the published and the newest text must be theirs to read. What is
    closed with its incident is for the staff of that incident alone, agents included: they decide what becomes of it.
    """
    audiences = person.audiences
    hidden = exists().where(
        ArticleRevision.article_id == Article.id,
        ArticleRevision.number == Article.newest_number,
        ArticleRevision.audience.not_in(audiences),
    )
    open_to = and_(Article.audience.in_(audiences), ~hidden)
    is_theirs = Article.id.in_(closed_articles_of(person))
    is_closed = Article.id.in_(closed_articles())
    if rules.may_publish(roles=person.roles):
        return and_(open_to, or_(~is_closed, is_theirs))
    if person.has_role("agent"):
        own_proposal = and_(Article.created_by_id == person.id, Article.state == "draft", ~is_closed)
        return and_(open_to, or_(own_proposal, is_theirs))
    return false()


def revision_open_to(person: Person) -> ColumnElement[bool]:
    """Revisions that were written for an audience of the person and hold nothing of an incident that is closed to them."""
    return and_(ArticleRevision.audience.in_(person.audiences), ~is_hidden_revision(person))


def file_open_to(person: Person) -> ColumnElement[bool]:
    """Files that a revision shows which the person may see.

    What no revision shows yet is its uploader's, and theirs from whom no revision of the article is hidden: under which of
    them it was uploaded decides nothing then.
    """
    address = literal("/files/") + cast(ArticleFile.id, String) + literal('"')
    of_article = ArticleRevision.article_id == ArticleFile.article_id
    shows = and_(of_article, ArticleRevision.html.contains(address))
    own = ArticleFile.file_id.in_(select(StoredFile.id).where(StoredFile.uploaded_by_id == person.id))
    sees_all = ~exists().where(of_article, ~revision_open_to(person))
    unshown = and_(~exists().where(shows), or_(own, sees_all))
    return or_(exists().where(shows, revision_open_to(person)), unshown)


def is_at(slug: str, person: Person) -> ColumnElement[bool]:
    """Select the article at this address, or at one that was its own while fewer people could read it, the person among them."""
    former = select(FormerAddress.article_id).where(
        FormerAddress.slug == slug, FormerAddress.audience.in_(person.audiences)
    )
    return or_(Article.slug == slug, Article.id.in_(former))


def in_own_language(person: Person, language: str) -> ColumnElement[bool]:
    """Select articles in this language, and those that the person cannot read in it: lists without doubles."""
    # One list of originals, made once: asking for each article anew took 10 s with 5,000 of them.
    translated = select(_original(_OTHER)).where(_OTHER.language == language, readable_by(person, of=_OTHER))
    return or_(Article.language == language, _original(Article).not_in(translated))


def _original(article: Any) -> ColumnElement[int]:
    """Return the id that an article shares with its translations."""
    return func.coalesce(article.translation_of_id, article.id)
