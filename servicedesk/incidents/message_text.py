"""What stands in a message: words, web addresses, and articles that it names as `article:<slug>`.

A message keeps only an article's slug. Its title is looked up for whoever reads, so that it is never shown to
somebody who may not read the article, and a renamed article needs no stored text rewritten (security.md M8). An
article's whole address, as people copy it, is written down as its name, so that the same is true of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from servicedesk.written_addresses import end_of_address, without_sentence_end

_LONGEST_ADDRESS = 2000
_NAMED = re.compile(
    r"\barticle:([a-z0-9][a-z0-9-]{0,119})"
    r"|(?i:https?)://(?=[\w\[])|\b(?i:mailto):(?=[^\s@<>]{1,64}@\w)|\b((?i:tel)):(?=\+?\(?\d)"
    r"|(?<![\w@/.:-])((?i:www))\.(?=[\w-]{1,63}\.\w)"
    r"|(?<![\w.+%-])([\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,63})"
)
_ARTICLE_ADDRESS = re.compile(r"/articles/([a-z0-9][a-z0-9-]{0,119})(?:[/?#]|$)")
_NO_ARTICLES = frozenset(
    {"category", "edit", "new", "numbers", "preview"}
)  # What else stands under /articles/.
_DEFAULT_PORTS = {"http": 80, "https": 443}
# The next group of a telephone number that is written with blanks.
_NEXT_DIGITS = re.compile(r"[ \u00a0]\(?\d{2,5}\)?(?:-\d{2,4})*(?!\w)")
_MOST_DIGITS = 15  # ITU-T E.164
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
        start, end = match.start(), _end_of(match, text)
        whole = match.group() if match[1] or match[4] else without_sentence_end(text[start:end])
        if len(whole) > _LONGEST_ADDRESS:  # No browser takes it, and half of it would lead elsewhere.
            position = end
            continue
        if start > written:
            found.append(Part("words", text[written:start]))
        found.append(Part("article" if match[1] else "address", whole, _target(match, whole)))
        written = position = start + len(whole)
    if written < len(text):
        found.append(Part("words", text[written:]))
    return found


def _end_of(match: re.Match[str], text: str) -> int:
    if match[1] or match[4]:
        return match.end()
    end = end_of_address(text, match.end())
    return _end_of_number(text, match.end(), end) if match[2] else end


def _target(match: re.Match[str], whole: str) -> str:
    if match[1]:
        return match[1]
    if match[2]:
        return re.sub(r"\s", "", whole)
    return f"http://{whole}" if match[3] else f"mailto:{whole}" if match[4] else whole


def _end_of_number(text: str, start: int, end: int) -> int:
    """Return where a telephone number ends that goes on in groups behind blanks."""
    count = sum(map(str.isdigit, text[start:end]))
    while more := _NEXT_DIGITS.match(text, end):
        count += sum(map(str.isdigit, more.group()))
        if count > _MOST_DIGITS:
            break
        end = more.end()
    return end


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


def name_articles(text: str, *, public_url: str) -> str:
    """Return the text with the addresses of this desk's articles as their names, which each reader's rights decide on.

    What stands behind the slug goes with it: it may be the words of a heading.
    """
    named = ""
    for part in parts(text):
        slug = _slug_in(part.target, public_url) if part.kind == "address" else None
        if slug is None:
            named += part.text
        else:  # Behind a letter it would be no name.
            named += f" {reference_to(slug)}" if re.search(r"\w\Z", named[-1:]) else reference_to(slug)
    return named


def _slug_in(address: str, public_url: str) -> str | None:
    """Return the slug of the article of this desk to which an address leads."""
    try:
        place, own = urlsplit(address), urlsplit(public_url)
        is_ours = place.scheme in _DEFAULT_PORTS and (place.hostname, _port(place)) == (
            own.hostname,
            _port(own),
        )
    except ValueError:  # Half an IPv6 address, or no number of a port.
        return None
    found = _ARTICLE_ADDRESS.match(place.path) if is_ours else None
    return found[1] if found and found[1] not in _NO_ARTICLES else None


def _port(place: SplitResult) -> int | None:
    """Return the port, none for the usual one: who types http is led on to https."""
    return None if place.port in (None, *_DEFAULT_PORTS.values()) else place.port


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
