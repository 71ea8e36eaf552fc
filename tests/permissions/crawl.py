"""Every address that answers GET, with the number of everything there is: what somebody who tries them all would see."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from servicedesk.database import db
from servicedesk.incidents.models import Incident, IncidentFile, KnownProblem
from servicedesk.knowledge.models import Article, ArticleFile
from servicedesk.people.models import WebSession
from servicedesk.web.access import STATIC_ENDPOINTS
from tests.permissions.stage import WORD

_NO_SUCH_NUMBER = 999_999
# What is typed into the boxes and filters of a page.
_QUERIES: Mapping[str, tuple[str, ...]] = {
    "incidents.mine": ("?page=2",),
    "incidents.new": (f"?text={WORD}+silent&answers=1", "?article={slug}&steps=1"),
    "incidents.suggestions": (f"?text=my+{WORD}+is+silent", f"?text={WORD}", "?text=canarry"),
    "suggestions_api.SuggestionsView": (f"?text=my+{WORD}+is+silent&limit=10", f"?text={WORD}&language=pl"),
    "incidents.queue": (
        "?state=all", "?state=all&sort=priority", f"?q={WORD}&state=all", "?state=resolved", "?team={team}&state=all",
        "?category={category}&state=all", "?assignee=me&state=all", "?q=INC-{incident}", "?requester=1&state=all",
        "?requester=2&state=all",
    ),
    "incidents.show": ("?insert={slug}", "?box=note"),
    "incidents.ask_resolution": (f"?q={WORD}", "?article_ids={article}"),
    "knowledge.search": (
        f"?q={WORD}", f"?q={WORD}+seeds", "?q=canarry", f"?q={WORD}&lang=pl", "?q=category:birds", f'?q="the+{WORD}"',
        "?q=by:edyta", "?q=-nothing", f"?q={WORD}&page=2", "?q=ewa",
    ),
    "knowledge.edit_index": (
        "?shelf=due", "?shelf=published", "?shelf=archived", f"?text={WORD}", f"?shelf=published&text={WORD}",
    ),
    "knowledge.revision": ("?against=1",),
    "people.log_in": ("?next=/incidents/1",),
    "people.colleagues": ("?text=an", "?text=ewa", f"?text={WORD}"),
}  # fmt: skip


def crawl(app: Flask, browser: FlaskClient) -> Iterator[tuple[str, TestResponse]]:
    """Ask for every address there is; what is typed into a page's boxes is tried where the page itself opens."""
    with app.app_context():
        found = _Found()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in STATIC_ENDPOINTS:
            for address in _of_rule(rule, found):
                answer = browser.get(address, buffered=True)
                yield address, answer
                queries = _QUERIES.get(rule.endpoint, ()) if answer.status_code in (200, 422) else ()
                for typed in dict.fromkeys(one for query in queries for one in found.filled(query)):
                    yield address + typed, browser.get(address + typed, buffered=True)


class _Found:
    """The numbers and names of everything there is, and of something that there is not."""

    def __init__(self) -> None:
        articles = db.session.scalars(select(Article).order_by(Article.id)).all()
        self._slugs = {article.id: article.slug for article in articles}
        self._incidents = list(db.session.scalars(select(Incident.id).order_by(Incident.id)))
        self._files = db.session.scalars(select(IncidentFile).order_by(IncidentFile.id)).all()
        self._article_files = db.session.scalars(select(ArticleFile).order_by(ArticleFile.id)).all()
        self._values: dict[str, Sequence[object]] = {
            "incident_id": [*self._incidents, _NO_SUCH_NUMBER],
            "slug": [*self._slugs.values(), "no-such-canary"],
            "article_id": [*self._slugs, _NO_SUCH_NUMBER],
            "number": [1, 2, 3],
            "path": [
                "birds",
                "no-such-birds",
                *{article.category for article in articles if article.category},
            ],
            "problem_id": list(db.session.scalars(select(KnownProblem.id))),
            "public_id": list(db.session.scalars(select(WebSession.public_id))),
        }

    def arguments(self, rule: Rule) -> Iterator[Mapping[str, object]]:
        """Yield what can be filled in; a file stands below its own object, and below one that many may see."""
        names = sorted(rule.arguments)
        if names == ["file_id", "incident_id"]:
            files = [*(row.file_id for row in self._files), *(row.file_id for row in self._article_files)]
            pairs = [(row.incident_id, row.file_id) for row in self._files]
            pairs += [(self._incidents[0], file_id) for file_id in files]
            yield from ({"incident_id": incident_id, "file_id": file_id} for incident_id, file_id in pairs)
        elif names == ["file_id", "slug"]:
            named = [(self._slugs[row.article_id], row.id) for row in self._article_files]
            named += [("open-canary", row.id) for row in self._article_files]
            yield from ({"slug": slug, "file_id": file_id} for slug, file_id in named)
        else:
            unknown = set(names) - set(self._values)
            assert not unknown, f"Say in crawl.py what to fill in for {unknown} of {rule.rule}"
            for values in product(*(self._values[name] for name in names)):
                yield dict(zip(names, values, strict=True))

    def filled(self, query: str) -> Iterator[str]:
        """Yield the query with each number or name in the place of its word in braces."""
        values: dict[str, Iterable[object]] = {
            "{slug}": list(self._slugs.values())[:3],
            "{article}": list(self._slugs)[:3],
            "{incident}": self._incidents,
            "{team}": range(1, 5),
            "{category}": range(1, 6),
        }
        word = next((word for word in values if word in query), None)
        if word is None:
            yield query
        else:
            yield from (query.replace(word, quote(str(value))) for value in values[word])


def _of_rule(rule: Rule, found: _Found) -> Iterator[str]:
    for values in found.arguments(rule):
        built = rule.build(values, append_unknown=False)
        assert built is not None, rule.rule
        yield built[1]
