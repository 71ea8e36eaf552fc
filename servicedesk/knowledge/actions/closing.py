"""Keeping readers out of an article whose file closes it and is not taken: no word of its texts is touched."""

from dataclasses import replace

from servicedesk.database import db
from servicedesk.knowledge import queries
from servicedesk.knowledge.actions.exporting import draft_of, state_of
from servicedesk.knowledge.actions.writing import add_revision, repeat_columns
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.narrowing import narrower_here
from servicedesk.knowledge.rendering import Rendered
from servicedesk.knowledge.restrictions import Restriction, together
from servicedesk.search.actions import note_change


def close(article: Article, to: Restriction, *, note: str) -> None:
    """Give readers' and newest text the narrower audience, each as a revision with the same words. The caller commits."""
    published, newest = article.published_revision, queries.newest_revision(article)
    if to.audience != article.audience:
        if published is not None:
            article.published_revision = _copied(article, published, to.audience, note)
            repeat_columns(article, article.published_revision)
        if newest is not published:
            _copied(article, newest, to.audience, note)
    article.state = to.state
    db.session.flush()
    note_change("article", article.id)


def as_it_is(article: Article) -> Restriction:
    """Return for whom an article is now, and in which state."""
    return Restriction(article.audience, state_of(article))


def _copied(article: Article, old: ArticleRevision, audience: str, note: str) -> ArticleRevision:
    """Write the same text once more, for nobody who may not read both."""
    found = together(Restriction(old.audience), [Restriction(audience)]).audience
    page = Rendered(old.html, old.plain_text, old.contents, old.steps, [])
    draft = replace(draft_of(old), audience=narrower_here(old.audience, found))
    revision = add_revision(article, draft, rendered=page, by_id=None, note=note)
    db.session.flush()
    return revision
