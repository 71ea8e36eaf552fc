"""Signs that are written as a word between colons: `:rocket:` is 🚀, in titles and in texts; a word that is none stays one."""

import re
import unicodedata

from pymdownx.gemoji_db import aliases, emoji

_DRAWN = r":(?:material|octicons|fontawesome|simple|fa|fas|fab|far)-[a-z0-9-]{1,80}:"
_ICON = re.compile(rf"{_DRAWN}|:[a-z0-9_+-]{{1,40}}:")
_IN_TITLE = re.compile(rf"(?<![^\W_])(?<!\\)(?:{_ICON.pattern})")
# Colours of skin, and what joins several to one.
_JOINED = frozenset("\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_ONLY_DRAWN = re.compile(_DRAWN)


def icon_at(text: str, place: int, end: int) -> tuple[int, str] | None:
    """Return where the icon ends that begins here, and its sign, "" for a drawing of a set that pages here do not have."""
    match = _ICON.match(text, place, end)
    sign = None if match is None else _sign(match[0])
    return None if match is None or sign is None else (match.end(), sign)


def with_signs(text: str) -> str:
    """Return a text with the signs in place of their words."""
    return _IN_TITLE.sub(_shown, text) if ":" in text else text


def without_signs(text: str) -> str:
    """Return a text without its emoji."""
    return "".join(
        letter for letter in text if unicodedata.category(letter) != "So" and letter not in _JOINED
    )


def _shown(match: re.Match[str]) -> str:
    sign = _sign(match[0])
    return match[0] if sign is None else sign


def _sign(name: str) -> str | None:
    if _ONLY_DRAWN.fullmatch(name):
        return ""
    picture = emoji.get(aliases.get(name, name), {}).get("unicode", "")
    return "".join(chr(int(code, 16)) for code in picture.split("-")) if picture else None
