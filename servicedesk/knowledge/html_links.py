"""Links between articles in rendered text: which there are, and the text without those that lead a reader nowhere."""

import re
from collections.abc import Collection

# The HTML was cleaned: attributes stand in double quotes, and a link holds no other link.
_LINK = re.compile(r'<a href="/articles/([a-z0-9-]+)(?:#[^"]*)?"[^>]*>(.*?)</a>', re.DOTALL)
_HREF = re.compile(r'<a href="/articles/([a-z0-9-]+)(?:#[^"]*)?"')

# Within a value a quote is written as an entity, so this cannot begin in one.
_FILE = re.compile(r'(<img(?: [a-z]+="[^"]*")*? src="/articles/)[a-z0-9-]+(/files/[0-9]+")')


def linked_slugs(html: str) -> set[str]:
    """Return the slugs of the articles that a text links to."""
    return set(_HREF.findall(html))


def keep_links(html: str, slugs: Collection[str]) -> str:
    """Return the text with only those links; of the others the words stay, as if there had never been a link."""
    return _LINK.sub(lambda match: match[0] if match[1] in slugs else match[2], html)


def at_address(html: str, slug: str) -> str:
    """Return the text with its files at this address of its article; what only reads like one is words."""
    return _FILE.sub(rf"\g<1>{slug}\g<2>", html)
