"""The languages that texts are written in. To add one is to add an entry to LANGUAGES: ranking stays as it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_STEMS_REMEMBERED = 8192

_ENGLISH_STOP_WORDS = """
a about all am an and any are as at be been but by can could did do does don for from had has have he her
him his how i if in into is it its just ll me more most my no nor not now of on only or other our out
over own re s same she so some such t than that the their them then there these they this those to too up
us ve very was we were what when where which who why will with would you your
"""
_POLISH_STOP_WORDS = """
a aby albo ale bez bo by być był była było być co czy dla do dlaczego gdy go gdzie i ich ile im ja jak
jako jaki jakie jego jej jest jestem jeśli jeżeli już kiedy która które którego której który którzy lub
ma mam mi mnie moja moje mogę może można mój mu my na nad nam nas nie nią nich niej nim nim o od on ona
one oni ono oraz po pod przez przy są się sobie ta tak także tam te tego tej ten też to tu tutaj ty tych
tylko tym u w we więc wy z za ze że żeby
"""


_FOLDED = str.maketrans(
    "ąàáâãäåāćçčďđęèéêëēěğìíîïīıłĺľñńňòóôõöøōŕřśšşťùúûüůūýÿźżž",
    "aaaaaaaacccddeeeeeeegiiiiiilllnnnooooooorrssstuuuuuuyyzzz",
)


def fold(text: str) -> str:
    """Lower the case and take the diacritics off, letter by letter: the length stays the same."""
    lowered = text.lower()
    if len(lowered) != len(text):  # A few capitals grow when lowered (İ): keep offsets true.
        lowered = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    return lowered.translate(_FOLDED)


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


@dataclass(frozen=True)
class Language:
    """How one language is analysed. `stem` takes and returns folded words."""

    code: str
    stop_words: frozenset[str]
    stem: Callable[[str], str]
    prefix_length: int
    has_dictionary: bool


def _stemmer(algorithm: str) -> Callable[[str], str]:
    """Return a function that threads may share: a stemmer keeps the word it works on in itself, so each word has its own."""

    @lru_cache(_STEMS_REMEMBERED)
    def stem(word: str) -> str:
        stemmed: str = snowballstemmer.stemmer(algorithm).stemWord(word)
        return stemmed

    return stem


LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        Language("en", _words(_ENGLISH_STOP_WORDS), _stemmer("english"), 5, has_dictionary=False),
        Language("pl", _words(_POLISH_STOP_WORDS), _stemmer("polish"), 5, has_dictionary=True),
    )
}
