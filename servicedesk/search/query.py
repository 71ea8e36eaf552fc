"""A text to look for, analysed: in each language of the index, because nobody says which one they type in."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from servicedesk.search.analysis import Analyser, is_prefix, tokens
from servicedesk.search.documents import language_number
from servicedesk.search.hashing import term_key
from servicedesk.search.languages import LANGUAGES

_MOST_WORDS = 400
_TERMS_REMEMBERED = 16_384


@dataclass(frozen=True)
class QueryTerm:
    """A term, how often it was typed, in which language it was understood, and the typed words behind it."""

    key: int
    count: int
    language: int
    words: tuple[str, ...]
    is_prefix: bool


@lru_cache(_TERMS_REMEMBERED)
def _key(term: str) -> int:
    return term_key(term)


def analyse_query(text: str, analyser: Analyser) -> list[QueryTerm]:
    """Return the terms of a text; what stands beyond the first few hundred words adds nothing but time."""
    counts: Counter[str] = Counter()
    words: dict[str, dict[str, None]] = {}
    languages: dict[str, int] = {}
    for place, token in enumerate(tokens(text)):
        if place == _MOST_WORDS:
            break
        for code in LANGUAGES:
            for term in analyser.terms_of_word(token.text, code):
                counts[term] += 1
                words.setdefault(term, {})[token.text] = None
                languages[term] = language_number(code)
    return [
        QueryTerm(_key(term), count, languages[term], tuple(words[term]), is_prefix(term))
        for term, count in counts.items()
    ]
