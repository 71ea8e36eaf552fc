"""A browser and a network in plain words, for the list of one's sessions."""

import ipaddress
from typing import NamedTuple

# The first that occurs wins: each browser also names those it wants to be taken for.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_PHONES = ("Android", "iPhone")


class Browser(NamedTuple):
    """What a browser says about itself; an empty word is one that we do not know."""

    name: str
    system: str

    @property
    def is_phone(self) -> bool:
        """Whether it is a phone, for the picture beside it."""
        return self.system in _PHONES


def browser_of(user_agent: str) -> Browser:
    """Read a User-Agent line."""
    return Browser(_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))


def network_kind(address: str) -> str:
    """Return "this-computer", "internal", "internet", or "" for an address we cannot read."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.is_loopback:
        return "this-computer"
    return "internal" if parsed.is_private else "internet"


def _first(marks: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in marks if mark in text), "")
