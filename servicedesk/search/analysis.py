r"""From text to index terms, the same for articles, incidents and queries.

Each word gives two terms: its stem, and the first letters of its stem, which forgive endings and typing
errors late in a word. What people paste (0x80070005, KB5034441, 5.7.1, C:\Users, Wi-Fi) is kept whole and in
parts. Terms carry their language: the words of one language are no evidence in another.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from servicedesk.search.languages import LANGUAGES, Language, fold
from servicedesk.search.lexicon import Lexicon

_TOKEN = re.compile(r"[^\W_]+(?:['’._:\\/@+-]{1,2}[^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_LONGEST_WORD = 40
_SHORTEST_STEMMED = 4
_WORDS_REMEMBERED = 16_384


class Token(NamedTuple):
    """A word or code where it stands in the text."""

    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a text in order; what is pasted as one word stays one."""
    for match in _TOKEN.finditer(text):
        yield Token(match.group(), *match.span())


def distinct_words(text: str) -> set[str]:
    """Return the words that `tokens` yields, each once and without their places: in a fifth of the time."""
    return set(_TOKEN.findall(text))


def places_of(words: Collection[str], text: str) -> list[Token]:
    """Return those tokens of a text that are one of these words."""
    found = _TOKEN.finditer(text) if words else ()
    return [Token(match.group(), *match.span()) for match in found if match.group() in words]


class Analyser:
    """Turns texts into terms with the dictionaries at hand. Index and queries must use the same ones."""

    def __init__(self, lexicons: Mapping[str, Lexicon] | None = None) -> None:
        """Take a dictionary by language; a language without one is stemmed by rule alone."""
        self._lexicons = dict(lexicons or {})
        self.terms_of_word = lru_cache(_WORDS_REMEMBERED)(self._terms_of_word)

    def terms(self, text: str, language: str) -> list[str]:
        """Return the index terms of a text in order, with repetitions."""
        return [term for token in tokens(text) for term in self.terms_of_word(token.text, language)]

    def _terms_of_word(self, word: str, language: str) -> tuple[str, ...]:
        """Return the terms of one token; none for a stop word."""
        chosen = LANGUAGES[language]
        folded = fold(word)
        parts = _PART.findall(folded)
        found = [term for part in parts for term in self._terms_of_part(part, chosen)]
        if len(parts) > 1:
            found.append(f"{language}:{_whole(folded)}")
        return tuple(found)

    def _terms_of_part(self, part: str, language: Language) -> tuple[str, ...]:
        if part in language.stop_words or len(part) > _LONGEST_WORD:
            return ()
        if any(letter.isdigit() for letter in part):
            return (f"{language.code}:{part}",)
        if len(part) == 1:
            return ()
        stem = part if len(part) < _SHORTEST_STEMMED else self._stem(part, language)
        return (f"{language.code}:{stem}", f"{language.code}:{stem[: language.prefix_length]}*")

    def _stem(self, word: str, language: Language) -> str:
        lexicon = self._lexicons.get(language.code)
        return language.stem((lexicon.lemma(word) if lexicon else None) or word)


PLAIN = Analyser()


def is_stop_word(word: str) -> bool:
    """Whether any language thinks nothing of the word."""
    return any(fold(word) in language.stop_words for language in LANGUAGES.values())


def is_prefix(term: str) -> bool:
    """Whether a term is the beginning of a stem: it forgives, and so it proves less."""
    return term.endswith("*")


def _whole(folded: str) -> str:
    """Join a compound: Wi-Fi and wifi, e-mail and email are one; 5.7.1 keeps its dots."""
    return folded.replace("-", "").replace("’", "'")[:_LONGEST_WORD]


def plain_words(text: str) -> list[str]:
    """Return the folded words of a text with stop words, for phrases."""
    return _PART.findall(fold(text))


def detect_language(text: str, default: str) -> str:
    """Tell the language by its stop words; `default` if they do not say."""
    words = set(plain_words(text))
    counts = {code: len(words & language.stop_words) for code, language in LANGUAGES.items()}
    best = max(counts, key=lambda code: (counts[code], code == default))
    known = default if default in LANGUAGES else next(iter(LANGUAGES))
    return best if counts[best] > counts[known] else known
