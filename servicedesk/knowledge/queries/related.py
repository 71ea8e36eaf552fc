"""Which other articles may help the reader of this one: few and alike, or none.

Likeness is what another article scores for the words of this one, as a share of what this one scores itself. The words are
title, summary, keywords and tags, and the beginning of the text where these are few. What resolved incidents taught is
left out: it says what else helped people who wrote alike, and with a short history that is chance.

The bounds were chosen by looking at all pairs of the 56 articles that ship, in both languages: in one category pairs are
related down to 0.2 (an expired password and a locked account: 0.21), across categories from a third on (a lost phone and
moving the authenticator: 0.39; a locked account and a lost phone, which only share words: 0.29). Without the keywords of
an editor common words weigh more, so that the same pairs were read again without them: a locked account and a recovery key
then come to 0.46. A list that is shorter, or none at all, is better than one that leads astray.
"""

from collections.abc import Sequence

from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.queries.reading import find_readable, list_neighbours
from servicedesk.knowledge.queries.visibility import readable_ids
from servicedesk.people.models import Person
from servicedesk.search.engine import SearchEngine, SearchUnavailableError
from servicedesk.search.texts import ALL_FORGOTTEN

LEAST_LIKENESS_IN_CATEGORY = 0.2
LEAST_LIKENESS = 0.33
_STRICTER_WITHOUT_KEYWORDS = 1.5
_FEWEST_WORDS = 60
_CANDIDATES = 40


def list_related(
    engine: SearchEngine, article: Article, revision: ArticleRevision, person: Person, *, limit: int = 5
) -> Sequence[Article]:
    """Return the articles in its language that read most like this one, as far as the person may read them.

    While the index does not know the article, its neighbours in the category stand in.
    """
    likeness = _likeness(engine, article, revision, person)
    if likeness is None:
        return list_neighbours(article, person, limit=limit)
    strictness = 1.0 if revision.keywords else _STRICTER_WITHOUT_KEYWORDS
    alike = {number: value / strictness for number, value in likeness.items() if number != article.id}
    found = find_readable([n for n, value in alike.items() if value >= LEAST_LIKENESS_IN_CATEGORY], person)
    related = [one for one in found.values() if _is_related(one, article, alike[one.id])]
    return sorted(related, key=lambda one: (-alike[one.id], one.id))[:limit]


def _likeness(
    engine: SearchEngine, article: Article, revision: ArticleRevision, person: Person
) -> dict[int, float] | None:
    """Return how alike articles are to this one, by id; None while the index does not know it."""
    try:
        ranking = engine.suggest(
            _words(revision),
            readable=readable_ids(person),
            language=article.language,
            limit=_CANDIDATES,
            forgotten=ALL_FORGOTTEN,
        )
    except SearchUnavailableError:
        return None
    scores = {hit.article_id: hit.signals["text"] for hit in ranking.hits}
    own = scores.get(article.id, 0.0)
    return {number: score / own for number, score in scores.items()} if own > 0 else None


def _words(revision: ArticleRevision) -> str:
    words = " ".join((revision.title, revision.summary, *revision.keywords, *revision.tags)).split()
    missing = max(0, _FEWEST_WORDS - len(words))
    return " ".join(words + revision.plain_text.split(maxsplit=missing)[:missing])


def _is_related(other: Article, article: Article, likeness: float) -> bool:
    if other.language != article.language or _original(other) == _original(article):
        return False
    is_neighbour = article.category != "" and other.category == article.category
    return likeness >= (LEAST_LIKENESS_IN_CATEGORY if is_neighbour else LEAST_LIKENESS)


def _original(article: Article) -> int:
    return article.translation_of_id or article.id
