"""What stands in a message: words, web addresses, and articles that it names as `article:<slug>`.

A message keeps only an article's slug. Its title is looked up for whoever reads, so that it is never shown to
somebody who may not read the article, and a renamed article needs no stored text rewritten (security.md M8).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

_LONGEST_ADDRESS = 2000
_NAMED = re.compile(
    r"\barticle:([a-z0-9][a-z0-9-]{0,119})"
    r"|(?i:https?)://(?=[\w\[])|\b(?i:mailto):(?=[^\s@<>]{1,64}@\w)|\b(?i:tel):(?=\+?\(?\d)"
)
# Besides blanks: quotation marks of all languages and the ellipsis end an address.
_ENDS = frozenset('<>"„“”‟«»‹›‘’‚‛…')
_OPENING_OF = dict(zip(")]}）］｝】」』〉》〕⟩", "([{（［｛【「『〈《〔⟨", strict=True))
_NOT_AT_THE_END = ".,;:!?'，。、；：！？" + "".join(_OPENING_OF.values())
_ONLY_AN_ARTICLE = {"en": "An article", "pl": "Artykuł"}


@dataclass(frozen=True)
class Part:
    """A piece of a message: "words", an "article" (`target` is its slug) or an "address" (`target` is the URL)."""

    kind: Literal["words", "article", "address"]
    text: str
    target: str = ""


@dataclass(frozen=True)
class NamedArticle:
    """An article that a text names and its reader may read."""

    id: int
    slug: str
    title: str
    language: str


def parts(text: str) -> list[Part]:
    """Cut a message into its parts, in order; nothing is dropped. Takes time in proportion to the text."""
    found: list[Part] = []
    written = position = 0
    while match := _NAMED.search(text, position):
        start, end = match.start(), match.end() if match[1] else _end_of_address(text, match.end())
        whole = match.group() if match[1] else text[start:end].rstrip(_NOT_AT_THE_END)
        if len(whole) > _LONGEST_ADDRESS:  # No browser takes it, and half of it would lead elsewhere.
            position = end
            continue
        if start > written:
            found.append(Part("words", text[written:start]))
        found.append(Part("article", whole, match[1]) if match[1] else Part("address", whole, whole))
        written = position = start + len(whole)
    if written < len(text):
        found.append(Part("words", text[written:]))
    return found


def _end_of_address(text: str, start: int) -> int:
    """Return where an address ends at the latest: a closing bracket belongs to it if its opening one does."""
    opened: Counter[str] = Counter()
    for place in range(start, len(text)):
        sign = text[place]
        if sign in _ENDS or sign.isspace():
            return place
        if sign not in _OPENING_OF:
            opened[sign] += 1
        elif opened[_OPENING_OF[sign]]:
            opened[_OPENING_OF[sign]] -= 1
        else:
            return place
    return len(text)


def article_slugs(texts: Iterable[str]) -> set[str]:
    """Return the slugs of all articles that the texts name."""
    return {part.target for text in texts for part in parts(text) if part.kind == "article"}


def without_articles(text: str) -> str:
    """Return the message without the articles that it names: an address tells the words of a title."""
    return " ".join(part.text for part in parts(text) if part.kind != "article")


def title_without_articles(title: str, language: str) -> str:
    """Return a title for lists, heads of pages and mails, where nobody looks up what its reader may read."""
    kept = " ".join("".join(part.text for part in parts(title) if part.kind != "article").split())
    return kept or _ONLY_AN_ARTICLE.get(language, _ONLY_AN_ARTICLE["en"])


def reference_to(slug: str) -> str:
    """Return what names an article inside a message."""
    return f"article:{slug}"


def plain(text: str, articles: Mapping[str, NamedArticle], *, public_url: str, hidden: str) -> str:
    """Return the message for a mail; an article that is not in `articles` becomes the word `hidden`."""
    words = []
    for part in parts(text):
        if part.kind != "article":
            words.append(part.text)
        elif article := articles.get(part.target):
            words.append(f"{article.title} ({public_url}/articles/{article.slug})")
        else:
            words.append(hidden)
    return "".join(words)
