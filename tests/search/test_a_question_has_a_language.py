"""The small words of the language that somebody types in are no words of another one."""

import pytest

from servicedesk.search.analysis import PLAIN
from servicedesk.search.documents import language_number
from servicedesk.search.query import analyse_query


def _words(text: str, language: str) -> set[str]:
    terms = analyse_query(text, PLAIN)
    return {word for term in terms if term.language == language_number(language) for word in term.words}


@pytest.mark.parametrize(
    ("text", "language", "other", "telling"),
    [
        ("one of my team is leaving", "en", "pl", {"team", "leaving"}),
        (
            "nie mogę się zalogować do poczty, bo ten komputer",
            "pl",
            "en",
            {"zalogować", "poczty", "komputer"},
        ),
    ],
)
def test_stop_words_of_its_language_are_none_of_another(
    text: str, language: str, other: str, telling: set[str]
) -> None:
    assert telling <= _words(text, other)
    assert _words(text, other) - _words(text, language) == set()


def test_a_word_alone_may_be_of_either_language() -> None:
    assert _words("most", "pl") == {"most"}  # A bridge; to English a stop word.
    assert _words("pod", "en") == {"pod"}
