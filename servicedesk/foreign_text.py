"""Text from outside, cleaned at the border where it comes in: forms, JSON, directory, mail, files.

What looks the same is stored the same (NFC), and nothing is stored that cannot be seen: NUL, which PostgreSQL refuses,
control letters, letters that turn the direction of writing or have no width. A lone surrogate, which no encoding
holds, becomes U+FFFD. Joiners stay where scripts and emoji need them (Unicode TR 36 names all of these).
"""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # Control letters; tab and line feed stay.
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    # Between letters of Arabic, of India, of emoji a joiner changes what one sees; after others it is unseen.
    "|(?<![\u0600-\U0010ffff])[\u200c\u200d]"
)
_UNCOMPARED = re.compile("[\u200c\u200d\ufe00-\ufe0f]")


def lines(text: str) -> str:
    r"""Return a text of several lines: cleaned, each line ended by \n, blanks and tabs as they were."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", _SURROGATES.sub("\ufffd", text))
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def line(text: str) -> str:
    """Return a name or title: cleaned, on one line, with one blank wherever there was space of any kind."""
    return " ".join(lines(text).split())


def key(text: str) -> str:
    """Return what to compare names by: equal for two that look the same or differ in capitals or width alone."""
    folded = unicodedata.normalize("NFKC", _UNCOMPARED.sub("", line(text))).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
