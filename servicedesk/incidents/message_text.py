"""What stands in a message: words, web addresses, and articles that it names as `article:<slug>`.

A message keeps only an article's slug. Its title is looked up for whoever reads, so that it is never shown to
somebody who may not read the article, and a renamed article needs no stored text rewritten (security.md M8).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

_NAMED = re.compile(r"\barticle:([a-z0-9][a-z0-9-]{0,119})|https?://[^\s<>\"]{3,2000}")
_NOT_AT_THE_END = ".,;:!?)]}'"


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
    """Cut a message into its parts, in order; nothing is dropped."""
    found: list[Part] = []
    position = 0
    for match in _NAMED.finditer(text):
        whole = match.group() if match[1] else match.group().rstrip(_NOT_AT_THE_END)
        if match.start() > position:
            found.append(Part("words", text[position : match.start()]))
        found.append(Part("article", whole, match[1]) if match[1] else Part("address", whole, whole))
        position = match.start() + len(whole)
    if position < len(text):
        found.append(Part("words", text[position:]))
    return found


def article_slugs(texts: Iterable[str]) -> set[str]:
    """Return the slugs of all articles that the texts name."""
    return {part.target for text in texts for part in parts(text) if part.kind == "article"}


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
