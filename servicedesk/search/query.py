"""A text to look for, analysed: in each language of the index, because nobody says which one they type in."""

from collections import Counter
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from servicedesk.search.analysis import Analyser, is_prefix, tokens
from servicedesk.search.documents import language_number
from servicedesk.search.hashing import term_key
from servicedesk.search.languages import LANGUAGES
from servicedesk.search.synonyms import Synonyms

_MOST_WORDS = 200
_FEWEST_STOP_WORDS = 2
_TERMS_REMEMBERED = 16_384


class QueryTerm(NamedTuple):
    """A term, how often it was typed, in which language it was understood, and the typed words behind it.

    `is_weak`: it proves little, being only the beginning of a word or part of a longer equivalent.
    """

    key: int
    times: int
    language: int
    words: tuple[str, ...]
    is_weak: bool
    is_synonym: bool = False


@lru_cache(_TERMS_REMEMBERED)
def _key(term: str) -> int:
    return term_key(term)


def analyse_query(text: str, analyser: Analyser, synonyms: Synonyms | None = None) -> list[QueryTerm]:
    """Return the terms of a text; what stands beyond the first few hundred words adds nothing but time."""
    words = [token.text for token in islice(tokens(text), _MOST_WORDS)]
    telling = _telling(words, analyser)
    found = [term for code in LANGUAGES for term in _typed_terms(telling, code, analyser)]
    if synonyms is not None:
        known = {term.key for term in found}
        equivalents = (term for code in LANGUAGES for term in _equivalent_terms(words, code, synonyms))
        found += {term.key: term for term in equivalents if term.key not in known}.values()
    return found


def _telling(words: list[str], analyser: Analyser) -> list[str]:
    """Leave out the stop words of the language that is plainly the text's: to Polish, the "of" in it would be a word."""
    empty = {code: {word for word in words if not analyser.terms_of_word(word, code)} for code in LANGUAGES}
    spoken, *others = sorted(empty.values(), key=len, reverse=True)
    is_plain = len(spoken) >= _FEWEST_STOP_WORDS and all(len(spoken) > len(other) for other in others)
    return [word for word in words if word not in spoken] if is_plain else words


def _typed_terms(words: list[str], language: str, analyser: Analyser) -> list[QueryTerm]:
    counts: Counter[str] = Counter()
    sources: dict[str, dict[str, None]] = {}
    for word in words:
        for term in analyser.terms_of_word(word, language):
            counts[term] += 1
            sources.setdefault(term, {})[word] = None
    number = language_number(language)
    return [
        QueryTerm(_key(term), count, number, tuple(sources[term]), is_prefix(term))
        for term, count in counts.items()
    ]


def _equivalent_terms(words: list[str], language: str, synonyms: Synonyms) -> list[QueryTerm]:
    number = language_number(language)
    return [
        QueryTerm(_key(term), 1, number, (phrase,), is_weak=len(equivalent) > 1, is_synonym=True)
        for phrase, equivalent in synonyms.expand(words, language)
        for term in equivalent
    ]
