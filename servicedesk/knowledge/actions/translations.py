"""Translations and their originals."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from servicedesk import database
from servicedesk.database import db
from servicedesk.knowledge.actions.writing import share_source
from servicedesk.knowledge.models import Article
from servicedesk.portions import portions

_AT_ONCE = 20


def join_translations(sources: Mapping[str, str]) -> Iterator[None]:
    """Point each translation to its original; both are given by slug. The caller commits whenever it yields."""
    for some in portions(list(sources.items()), of=_AT_ONCE):
        database.start_writing()
        _join(dict(some))
        yield


def _join(sources: Mapping[str, str]) -> None:
    slugs = {*sources, *sources.values()}
    found = {
        article.slug: article
        for article in db.session.scalars(select(Article).where(Article.slug.in_(slugs)))
    }
    for translation, original in sources.items():
        if translation in found and original in found and translation != original:
            found[translation].translation_of_id = found[original].id
            share_source(found[translation], found[original].id)
