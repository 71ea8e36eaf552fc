"""The address of an article that is written here: the words of its title and a random number, always.

If only a taken address got a number, the number would tell that an article of this title exists, to somebody who may not
read it: a draft, one for a group, an archived one (permissions.md, rule 3: existence itself is secret). So every article
gets one, and an address says nothing but what its own writer wrote. Words that are pages of ours below /articles/ need no
rule of their own then. Addresses from files (`flask kb import`, `sync`) come without a number: whoever runs these
commands has the database before them.

An article that is opened to more people gets a new address with the words of the title that these may read. The old one
goes on for those who could read it.
"""

import re
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, exists, or_, select

from servicedesk.database import db
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleRevision, FormerAddress

_NUMBERS = range(10_000, 100_000)
_ROOM_FOR_NUMBER = 6


def new_address(title: str) -> str:
    """Return a free address for an article of this title."""
    while True:
        address = f"{_stem(title)}-{secrets.choice(_NUMBERS)}"
        if not db.session.scalar(select(_is_taken(address))):
            return address


def follow_title(article: Article, revision: ArticleRevision) -> None:
    """Give the article a new address if the words of the old one are of no title that all readers of this revision may read."""
    narrower, titles = _titles(article, revision)
    if narrower and not any(_is_named(article, title) for title in titles):
        _move(article, new_address(revision.title), narrower[0].audience)


def follow_file(article: Article, revision: ArticleRevision, *, slug: str) -> None:
    """Do the same for a text from a file: a new `slug` in its header is the address then, if it is free.

    What is called by its file's name keeps that while it has one title only: nothing of another is hidden.
    """
    narrower, titles = _titles(article, revision)
    if all(one.title in titles for one in narrower) or any(_is_named(article, title) for title in titles):
        return
    is_new = bool(slug) and slug != article.slug and not db.session.scalar(select(_is_taken(slug)))
    _move(article, slug if is_new else new_address(revision.title), narrower[0].audience)


def leave_address(article: Article, title: str) -> None:
    """Give the article an address of this title; the old one leads nobody to it."""
    if not _is_named(article, title):
        article.slug = new_address(title)


def _titles(article: Article, revision: ArticleRevision) -> tuple[Sequence[Row[str, str]], Collection[str]]:
    """Return title and audience of earlier revisions that not all readers of this one may read, newest first; open titles."""
    of_earlier = select(ArticleRevision.title, ArticleRevision.audience).where(
        ArticleRevision.article_id == article.id, ArticleRevision.number < revision.number
    )
    earlier = db.session.execute(of_earlier.order_by(ArticleRevision.number.desc())).all()
    narrower = [one for one in earlier if rules.is_wider(revision.audience, one.audience)]
    return narrower, {revision.title, *(one.title for one in earlier if one not in narrower)}


def _move(article: Article, address: str, audience: str) -> None:
    """Give it another address; the old one leads this audience there."""
    db.session.add(FormerAddress(slug=article.slug, article_id=article.id, audience=audience))
    article.slug = address


def _is_taken(address: str) -> ColumnElement[bool]:
    return or_(exists().where(Article.slug == address), exists().where(FormerAddress.slug == address))


def _is_named(article: Article, title: str) -> bool:
    return re.fullmatch(rf"{_stem(title)}(-[0-9]+)?", article.slug) is not None


def _stem(title: str) -> str:
    return rules.slug_of(title)[: rules.LONGEST_SLUG - _ROOM_FOR_NUMBER].strip("-") or "article"
