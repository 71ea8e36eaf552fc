"""Where an address ends that somebody wrote among words: the same in messages and in articles."""

import re
from collections import Counter

# Besides blanks: quotation marks of all languages, those of code, and the ellipsis end an address.
_ENDS = frozenset('<>"„“”‟«»‹›‘’‚‛″＂〝〞〟…`')
_NEXT_ADDRESS = re.compile(r"[,;|](?i:https?)://")
_OPENING_OF = dict(zip(")]}）］｝】」』〉》〕⟩", "([{（［｛【「『〈《〔⟨", strict=True))
_NOT_AT_THE_END = ".,;:!?'*_~|–—，。、；：！？" + "".join(_OPENING_OF.values())


def ends_address(sign: str) -> bool:
    """Tell whether no address goes on behind this sign."""
    return sign in _ENDS or sign.isspace()


def end_of_address(text: str, start: int, longest: int | None = None) -> int:
    """Return where an address ends at the latest: a closing bracket belongs to it if its opening one does."""
    opened: Counter[str] = Counter()
    longest = len(text) if longest is None else longest
    for place in range(start, longest):
        sign = text[place]
        if ends_address(sign) or (sign in ",;|" and _NEXT_ADDRESS.match(text, place)):
            return place
        if sign not in _OPENING_OF:
            opened[sign] += 1
        elif opened[_OPENING_OF[sign]]:
            opened[_OPENING_OF[sign]] -= 1
        else:
            return place
    return longest


def without_sentence_end(address: str) -> str:
    """Return an address without the signs behind it that end a sentence, or a mark round it."""
    return address.rstrip(_NOT_AT_THE_END)
