"""What a file is called on the page: the client's name, normalised first, then checked (security.md X5)."""

import unicodedata

LONGEST_NAME = 120
_FALLBACK = "file"
_SEPARATORS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


def shown_name(client_name: str | None) -> str:
    """Return a name that is safe to show and to offer for saving. It never becomes a path: see storage.py."""
    normalised = unicodedata.normalize("NFC", (client_name or "")[:1000])
    last_part = normalised.replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(
        c for c in last_part if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    plain = " ".join(visible.translate(_SEPARATORS).split()).strip(". ")
    return _shortened(plain) or _FALLBACK


def _shortened(name: str) -> str:
    """Cut in the middle, so that the ending still says what it is."""
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 12:
        return name[:LONGEST_NAME].rstrip()
    return f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip()}.{ending}"
