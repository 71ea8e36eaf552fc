"""How alike a few hundred texts are to one, without an index: for open incidents that may be the same."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from servicedesk.search.analysis import Analyser, detect_language
from servicedesk.search.learned import FEWEST_PEOPLE

_LEAST = 0.05


def likeness(
    text: str,
    others: Sequence[tuple[int, str]],
    *,
    language: str,
    analyser: Analyser,
    authors: Mapping[int, int] | None = None,
    is_public: Callable[[str], bool] = lambda _term: False,
) -> list[tuple[int, float]]:
    """Return (id, cosine of sublinear tf-idf) of the texts that share words with this one, best first.

    `language` is the writer's, which the text need not be in: its stop words decide. With `authors` of texts, words that
    fewer than three of these used, and that are not public anyhow, count as if nobody had written them; a text without an
    author is everybody's.
    """
    code = detect_language(text, language)
    mine = Counter(analyser.terms(text, code))
    theirs = [(number, Counter(analyser.terms(other, code))) for number, other in others]
    if authors is not None:
        theirs = _without_own_words(theirs, authors, is_public)
    frequency = Counter(term for _, counts in theirs for term in counts)
    rarity = {term: math.log1p((len(theirs) + 1) / count) for term, count in frequency.items()}
    unseen = math.log1p(len(theirs) + 1)

    def vector(counts: Counter[str]) -> dict[str, float]:
        weighed = {t: (1 + math.log(c)) * rarity.get(t, unseen) for t, c in counts.items()}
        length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
        return {term: value / length for term, value in weighed.items()}

    query = vector(mine)
    found = []
    for number, counts in theirs:
        other = vector(counts)
        cosine = sum(value * other[term] for term, value in query.items() if term in other)
        if cosine >= _LEAST:
            found.append((number, cosine))
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _without_own_words(
    texts: Sequence[tuple[int, Counter[str]]],
    authors: Mapping[int, int],
    is_public: Callable[[str], bool],
) -> list[tuple[int, Counter[str]]]:
    users: dict[str, set[int | None]] = defaultdict(set)
    for number, counts in texts:
        for term in counts:
            users[term].add(authors.get(number))
    public = {
        term
        for term, people in users.items()
        if None in people or len(people) >= FEWEST_PEOPLE or is_public(term)
    }
    return [(number, Counter({t: c for t, c in counts.items() if t in public})) for number, counts in texts]
