"""Equivalents: what employees call a thing, what the articles call it, and its abbreviation.

Editors own the table; the groups here are what an installation starts with. A group works in the language it is filed
under, in all directions. Equivalents weigh less than what was typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from servicedesk.search.analysis import Analyser, is_prefix, tokens

Groups = Mapping[str, Sequence[Sequence[str]]]
_LONGEST_PHRASE = 4
_WORDS_REMEMBERED = 8192

DEFAULT_GROUPS: Groups = {
    "en": (
        ("AD", "Active Directory"),
        ("MFA", "2FA", "multi-factor authentication", "two-factor authentication", "two-step verification"),
        ("SSO", "single sign-on"),
        ("VPN", "remote access"),
        ("Wi-Fi", "wireless network", "WLAN"),
        ("OOF", "OOO", "out of office", "automatic replies"),
        ("laptop", "notebook"),
        ("mobile", "phone", "smartphone"),
        ("BSOD", "blue screen"),
        ("PTO", "leave", "vacation", "holiday"),
        ("DL", "distribution list", "distribution group"),
        ("RDP", "remote desktop"),
        ("PDF", "Acrobat"),
        ("freeze", "hang", "not responding"),
        ("spreadsheet", "workbook"),
        ("meeting room", "conference room"),
    ),
    "pl": (
        ("AD", "Active Directory", "usługa katalogowa"),
        (
            "MFA",
            "2FA",
            "uwierzytelnianie wieloskładnikowe",
            "weryfikacja dwuetapowa",
            "uwierzytelnianie dwuskładnikowe",
        ),
        ("SSO", "logowanie jednokrotne", "single sign-on"),
        ("VPN", "zdalny dostęp"),
        ("Wi-Fi", "sieć bezprzewodowa", "WLAN"),
        ("mail", "e-mail", "poczta", "wiadomość"),
        ("autoresponder", "odpowiedź automatyczna", "poza biurem"),
        ("laptop", "notebook"),
        ("komórka", "telefon", "smartfon"),
        ("niebieski ekran", "BSOD"),
        ("urlop", "nieobecność"),
        ("lista dystrybucyjna", "grupa dystrybucyjna"),
        ("RDP", "pulpit zdalny"),
        ("skasować", "usunąć"),
        ("zniknąć", "brakować"),
        ("spotkanie", "zebranie"),
        ("arkusz", "skoroszyt"),
        ("apka", "aplikacja"),
    ),
}


class Synonyms:
    """A table of equivalents, ready for look-up by the stems of what was typed."""

    def __init__(self, groups: Groups, analyser: Analyser) -> None:
        """Prepare the groups with the analyser of the index."""
        self._analyser = analyser
        self._stem = lru_cache(_WORDS_REMEMBERED)(self._find_stem)
        self._equivalents: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for language, rows in groups.items():
            for row in rows:
                members = [self._stems(member, language) for member in row]
                for member in filter(None, members):
                    others = [other for other in members if other and other != member]
                    self._equivalents.setdefault(member, []).extend(others)
        self._first_stems = {stems[0] for stems in self._equivalents}

    def _stems(self, text: str, language: str) -> tuple[str, ...]:
        return tuple(stem for token in tokens(text) if (stem := self._stem(token.text, language)) is not None)

    def _find_stem(self, word: str, language: str) -> str | None:
        """Return the term that stands for the whole word; None for a stop word."""
        terms = [term for term in self._analyser.terms_of_word(word, language) if not is_prefix(term)]
        return terms[-1] if terms else None

    def expand(self, words: Iterable[str], language: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return (typed words, terms of one equivalent) for each word or phrase that stands in a group."""
        typed = [(word, stem) for word in words if (stem := self._stem(word, language)) is not None]
        found = []
        for start, (_, first) in enumerate(typed):
            if first not in self._first_stems:
                continue
            for end in range(start + 1, min(start + _LONGEST_PHRASE, len(typed)) + 1):
                stems = tuple(stem for _, stem in typed[start:end])
                phrase = " ".join(word for word, _ in typed[start:end])
                found += [(phrase, equivalent) for equivalent in self._equivalents.get(stems, ())]
        return found
