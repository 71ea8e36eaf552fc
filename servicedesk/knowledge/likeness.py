"""Whether one text is a later state of another, or a different text that took its place."""

import re

from servicedesk import foreign_text

_WORD = re.compile(r"\w+")
_FEWEST_PAIRS = 30
_LEAST_LEFT = 0.1
_LEAST_LEFT_OF_LONG = 0.03


def is_replaced(old_title: str, old_body: str, new_title: str, new_body: str) -> bool:
    """Tell whether nearly nothing of the old text is left: of a short one neither title nor words, of a long one no words."""
    old, new = pairs_of_words(old_body), pairs_of_words(new_body)
    fewer = min(len(old), len(new))
    left = len(old & new) / fewer if fewer else 0.0
    if foreign_text.key(old_title) != foreign_text.key(new_title):
        return left < _LEAST_LEFT
    return fewer >= _FEWEST_PAIRS and left < _LEAST_LEFT_OF_LONG


def pairs_of_words(text: str) -> set[tuple[str, str]]:
    """Return the pairs of words that stand side by side; a text of one word is paired with nothing."""
    words = _WORD.findall(text.casefold())
    return set(zip(words, words[1:] or [""], strict=False))
