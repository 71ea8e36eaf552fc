"""Files that lie at a new place without what restricted them at the old one: their texts tell."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from servicedesk.knowledge import rules
from servicedesk.knowledge.actions.exporting import revision_in_file
from servicedesk.knowledge.actions.reading_files import ReadFile, title_and_body
from servicedesk.knowledge.likeness import pairs_of_words
from servicedesk.knowledge.models import Article
from servicedesk.people.rules import EVERYONE

# So much of a restricted text in another file is that text; of a short one, so much of the file has to be it as well.
_SAME = 0.5
_SHORT = 10


@dataclass(frozen=True)
class Gone:
    """An article whose file is gone: where it was, and who may read it ("" where nobody may)."""

    path: str
    audience: str
    body: str


class GoneArticles:
    """Finds which of many restricted texts a file holds, at the cost of that file's words."""

    def __init__(self, articles: Iterable[Gone]) -> None:
        """Take the articles that not everyone may read."""
        self._articles = [(one, pairs_of_words(one.body)) for one in articles]
        self._holding: dict[tuple[str, str], list[int]] = {}
        for number, (_, pairs) in enumerate(self._articles):
            for pair in pairs:
                self._holding.setdefault(pair, []).append(number)

    def find(self, file: ReadFile, audience: str) -> Gone | None:
        """Return the article that most of a file for this audience is, if some of them could not read it before."""
        if not self._articles:
            return None
        pairs = pairs_of_words(title_and_body(file).body)
        common = Counter(number for pair in pairs for number in self._holding.get(pair, ()))
        for number, count in common.most_common():
            article, own = self._articles[number]
            is_same = count >= _SAME * len(own) and (len(own) >= _SHORT or count >= _SAME * len(pairs))
            if is_same and (not article.audience or rules.is_wider(audience, article.audience)):
                return article
        return None


def restricted_without_file(articles: Iterable[Article], there: Collection[int]) -> GoneArticles:
    """Return, of all articles, the restricted ones that no file of a synchronised tree is; `there` are the ids that one is."""
    return GoneArticles(
        Gone(one.slug, "" if one.state == "archived" else one.audience, revision_in_file(one).body)
        for one in articles
        if (one.state == "archived" or one.audience != EVERYONE) and one.id not in there and one.newest_number
    )
