"""Who may read and who may edit an article (permissions.md §3): the one place that decides, inside the query.

An article that one may not read is exactly as absent as one that never was: in lists, counts, facets, suggestions and links.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from servicedesk import database
from servicedesk.files.models import StoredFile
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleFile, ArticleRevision, FormerAddress, shown_files
from servicedesk.knowledge.queries.sources import (
    closed_articles,
    closed_articles_of,
    is_closed_revision,
    is_hidden_revision,
)
from servicedesk.people.models import Person
from servicedesk.people.rules import EVERYONE
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
    own proposals until these are published. Whether somebody has written a newer text for others since changes nothing, or
    it would tell that there is one (decision 0017). What is closed with its incident is for the staff of that incident
    alone, agents included: they decide what becomes of it.
    """
    has_open = exists().where(ArticleRevision.article_id == Article.id, revision_open_to(person))
    open_to = and_(Article.audience.in_(person.audiences), has_open)
    is_theirs = Article.id.in_(closed_articles_of(person))
    is_closed = Article.id.in_(closed_articles())
    if rules.may_publish(roles=person.known_roles):
        return and_(open_to, or_(~is_closed, is_theirs))
    if person.has_role("agent"):
        own_proposal = and_(Article.created_by_id == person.id, Article.state == "draft", ~is_closed)
        return and_(open_to, or_(own_proposal, is_theirs))
    return false()


def sees_newest(person: Person) -> ColumnElement[bool]:
    """Articles whose newest text was written for an audience of the person."""
    return exists().where(
        ArticleRevision.article_id == Article.id,
        ArticleRevision.number == Article.newest_number,
        ArticleRevision.audience.in_(person.audiences),
    )


def revision_open_to(person: Person) -> ColumnElement[bool]:
    """Revisions that were written for an audience of the person and hold nothing of an incident that is closed to them."""
    return and_(ArticleRevision.audience.in_(person.audiences), ~is_hidden_revision(person))


def file_open_to(person: Person) -> ColumnElement[bool]:
    """Files that a revision shows which the person may see.

    What no revision shows yet is its uploader's, and theirs from whom no revision of the article is hidden: under which of
    them it was uploaded decides nothing then.
    """
    own = ArticleFile.file_id.in_(select(StoredFile.id).where(StoredFile.uploaded_by_id == person.id))
    return _shown_in(revision_open_to(person), unshown=own)


def file_open_for(audience: str) -> ColumnElement[bool]:
    """Files that a text for this audience may show, whoever wrote it: nobody is among its readers who may not see them."""
    is_open = ArticleRevision.audience.in_((EVERYONE, audience)) & ~is_closed_revision()
    return _shown_in(is_open, unshown=false())


def is_shown_by(revision_id: Any) -> ColumnElement[bool]:
    """Files that this revision shows."""
    return exists().where(shown_files.c.file_id == ArticleFile.id, shown_files.c.revision_id == revision_id)


def _shown_in(is_open: ColumnElement[bool], *, unshown: ColumnElement[bool]) -> ColumnElement[bool]:
    """Files of open revisions; of those that none shows yet these, and all of an article whose revisions are all open."""
    shows = and_(shown_files.c.file_id == ArticleFile.id, shown_files.c.revision_id == ArticleRevision.id)
    all_open = ~exists().where(ArticleRevision.article_id == ArticleFile.article_id, ~is_open)
    is_shown = exists().where(shown_files.c.file_id == ArticleFile.id)
    return or_(exists().where(shows, is_open), and_(~is_shown, or_(unshown, all_open)))


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
