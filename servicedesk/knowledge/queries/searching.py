"""The search page: what is found of what the person may read, with counts to narrow it down.

The index only says which ids match and how well. What may be found at all is computed from the database before it is
asked, and what is shown is read from the database after: the index is never trusted with rights.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Text, and_, cast, func, not_, or_, select, union
from sqlalchemy.orm import joinedload

from servicedesk import database
from servicedesk.database import db
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.queries.visibility import readable_by, readable_ids
from servicedesk.people.models import Person
from servicedesk.search.engine import SearchEngine, SearchUnavailableError
from servicedesk.search.grammar import SearchQuery
from servicedesk.search.passages import Segment
from servicedesk.search.queries import list_forgotten

PAGE_SIZE = 10
_MOST_FACET_VALUES = 8
_LONGEST_SEARCHED_TEXT = 6000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Narrowing:
    """What the reader chose beside the words; "" for no choice."""

    category: str = ""
    language: str = ""
    tag: str = ""


@dataclass(frozen=True)
class FoundArticle:
    """A hit: the article, its title and the passage that answers best in segments, and the words that matched."""

    article: Article
    title: Sequence[Segment]
    passage: Sequence[Segment]
    matched: tuple[str, ...]


@dataclass(frozen=True)
class FacetValue:
    """A value to narrow down by, and how many of the hits have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Found:
    """One page of hits, all counts being of what the person may read. `is_fallback`: the index did not answer."""

    articles: Sequence[FoundArticle] = ()
    total: int = 0
    categories: Sequence[FacetValue] = ()
    languages: Sequence[FacetValue] = ()
    tags: Sequence[FacetValue] = ()
    correction: str | None = None
    is_fallback: bool = False


@dataclass(frozen=True)
class _Matches:
    ids: Sequence[int]
    words: dict[int, tuple[str, ...]] = field(default_factory=dict)
    correction: str | None = None
    is_fallback: bool = False


def search_articles(
    engine: SearchEngine,
    query: SearchQuery,
    narrowing: Narrowing,
    *,
    person: Person,
    language: str,
    page: int = 1,
) -> Found:
    """Return one page of what the query finds for this person, those in `language` first."""
    if not query.text and not query.filters:
        return Found()
    among = _ids_among(query, narrowing, person)
    window = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    if query.text:
        readable = readable_ids(person) if narrowing != Narrowing() or query.filters else among
        matches = _ask_index(engine, query, readable, among, language, window)
    else:
        matches = _Matches(_own_language_first(among, language))
    shown = _shown(matches.ids[window], person)
    facets = _count_facets(
        matches.ids, person, depth=narrowing.category.count("/") + 2 if narrowing.category else 1
    )
    words = matches.correction or query.text
    return Found(
        articles=[_found(engine, article, words, matches.words) for article in shown],
        total=len(matches.ids),
        categories=_most_common(facets["category"]),
        languages=_most_common(facets["language"]),
        tags=_most_common(facets["tag"]),
        correction=matches.correction,
        is_fallback=matches.is_fallback,
    )


def _ids_among(query: SearchQuery, narrowing: Narrowing, person: Person) -> list[int]:
    """Return what may be found: the person's rights, then the filters of the query and of the page."""
    where = (readable_by(person), *_filters(query, narrowing, person))
    tags = {tag.lower() for tag in (*query.values("tag"), narrowing.tag) if tag}
    if not tags:
        return database.ids(select(Article.id).where(*where))
    rows = db.session.execute(select(Article.id, Article.tags).where(*where))
    return [number for number, own in rows if tags <= {tag.lower() for tag in own}]


def _filters(query: SearchQuery, narrowing: Narrowing, person: Person) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for path in filter(None, (*query.values("category"), narrowing.category)):
        conditions.append(
            or_(Article.category == path, Article.category.startswith(f"{path}/", autoescape=True))
        )
    for code in filter(None, (*query.values("lang"), narrowing.language)):
        conditions.append(Article.language == code.lower())
    conditions += [_is_by(name, person) for name in query.values("by")]
    return conditions


def _is_by(name: str, person: Person) -> ColumnElement[bool]:
    """Select what somebody of this name verified, or wrote if staff asks: readers are told who verified an article alone.

    Of a name whole words count: by its letters one could spell out whose it is.
    """
    verifiers = select(Article.verified_by_id).where(readable_by(person))
    authors = (
        select(ArticleRevision.author_id)
        .join(Article, Article.published_revision_id == ArticleRevision.id)
        .where(readable_by(person))
    )
    people = Person.id.in_(union(verifiers, authors) if person.roles else verifiers)
    words = _name_words(name)
    named = [
        number
        for number, own in db.session.execute(select(Person.id, Person.display_name).where(people))
        if words and words <= _name_words(own)
    ]
    is_verified = Article.verified_by_id.in_(named)
    wrote = Article.published_revision.has(ArticleRevision.author_id.in_(named))
    return or_(is_verified, wrote) if person.roles else is_verified


def _name_words(name: str) -> set[str]:
    return set(_WORD.findall(rules.without_accents(name).casefold()))


def _ask_index(
    engine: SearchEngine,
    query: SearchQuery,
    readable: Sequence[int],
    among: Sequence[int],
    language: str,
    window: slice,
) -> _Matches:
    try:
        result = engine.search(
            query, readable=readable, among=among, language=language, page=window, forgotten=list_forgotten()
        )
    except SearchUnavailableError:
        return _ask_database(query, among, language)
    return _Matches(
        ids=result.article_ids,
        words={hit.article_id: hit.matched for hit in result.hits},
        correction=result.correction,
    )


def _ask_database(query: SearchQuery, readable: Sequence[int], language: str) -> _Matches:
    """Find with the database alone: every word in title, summary or text. Slower and plainer, but never wrong."""
    holds = [_holds(word) for word in (*query.words, *query.phrases)]
    lacks = [not_(_holds(word)) for word in query.without]
    in_title = or_(*(Article.title.icontains(word, autoescape=True) for word in query.words or query.phrases))
    found = db.session.scalars(
        select(Article.id)
        .join(ArticleRevision, ArticleRevision.id == Article.published_revision_id)
        .where(and_(*holds, *lacks))
        .order_by(Article.language != language, not_(in_title), Article.id)
    )
    may_find = set(readable)
    return _Matches([number for number in found if number in may_find], is_fallback=True)


def _holds(word: str) -> ColumnElement[bool]:
    # SQLite folds only ASCII letters, so that a Polish word is also tried as it is usually written.
    columns = (Article.title, Article.summary, ArticleRevision.plain_text)
    forms = {word, word.lower(), word.capitalize()}
    return or_(*(column.icontains(form, autoescape=True) for column in columns for form in forms))


def _own_language_first(ids: Sequence[int], language: str) -> list[int]:
    own_first = (Article.language != language, func.lower(Article.title))
    query = select(Article.id).where(database.is_among(Article.id, ids)).order_by(*own_first)
    return list(db.session.scalars(query))


def _shown(ids: Sequence[int], person: Person) -> list[Article]:
    """Read the page's hits with the person's rights, once more: between index and page these may have changed."""
    found = db.session.scalars(
        select(Article)
        .where(Article.id.in_(ids), readable_by(person))
        .options(joinedload(Article.published_revision, innerjoin=True).load_only(ArticleRevision.plain_text))
    )
    return sorted(found, key=lambda article: ids.index(article.id))


def _found(
    engine: SearchEngine, article: Article, words: str, matched: dict[int, tuple[str, ...]]
) -> FoundArticle:
    revision = article.published_revision
    text = f"{article.summary}\n{revision.plain_text if revision else ''}"[:_LONGEST_SEARCHED_TEXT]
    return FoundArticle(
        article=article,
        title=_cut(engine.highlight, words, article.title, article.language),
        passage=_cut(engine.passage, words, text, article.language),
        matched=matched.get(article.id, ()),
    )


def _cut(cut: Callable[..., list[Segment]], words: str, text: str, language: str) -> list[Segment]:
    return cut(words, text, language=language)


def _count_facets(ids: Sequence[int], person: Person, *, depth: int) -> dict[str, Counter[str]]:
    """Count what the hits have, of those alone that the person may read; categories only down to a depth."""
    categories, languages, tag_lists, tags = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    facets = (Article.category, Article.language, cast(Article.tags, Text))
    of_hits = (database.is_among(Article.id, ids), readable_by(person))
    query = select(*facets, func.count()).where(*of_hits).group_by(*facets)
    for path, language, tag_list, count in db.session.execute(query):
        categories["/".join(path.split("/", depth)[:depth])] += count
        languages[language] += count
        tag_lists[tag_list] += count
    # At once: hundreds by themselves take ten times as long.
    decoded = json.loads(f"[{','.join(tag_lists)}]")
    for own, count in zip(decoded, tag_lists.values(), strict=True):
        for tag in set(own):
            tags[tag] += count
    return {"category": categories, "language": languages, "tag": tags}


def _most_common(counts: Counter[str]) -> list[FacetValue]:
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [FacetValue(value, count) for value, count in common if value][:_MOST_FACET_VALUES]
