"""How alike a few hundred texts are to one, without an index: for open incidents that may be the same."""

import math
from collections import Counter
from collections.abc import Sequence

from servicedesk.search.analysis import Analyser, detect_language

_LEAST = 0.05


def likeness(
    text: str, others: Sequence[tuple[int, str]], *, language: str, analyser: Analyser
) -> list[tuple[int, float]]:
    """Return (id, cosine of sublinear tf-idf) of the texts that share words with this one, best first.

    `language` is the writer's, which the text need not be in: its stop words decide.
    """
    code = detect_language(text, language)
    mine = Counter(analyser.terms(text, code))
    theirs = [(number, Counter(analyser.terms(other, code))) for number, other in others]
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
