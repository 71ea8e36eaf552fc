"""The search page."""

from collections.abc import Sequence

from flask import render_template, request

from servicedesk.knowledge import categories
from servicedesk.knowledge.pages.blueprint import blueprint
from servicedesk.knowledge.queries.searching import PAGE_SIZE, FacetValue, Narrowing, search_articles
from servicedesk.people.current import current_person
from servicedesk.search import grammar
from servicedesk.search.current import current_engine
from servicedesk.web import access
from servicedesk.web.language import current_language
from servicedesk.web.paging import Page, page_number

_LONGEST_CHOICE = 200
_FACET_NAMES = ("category", "lang", "tag")


@blueprint.get("/search")
@access.signed_in
def search() -> str:
    """Find articles. With the index broken the database answers, and the page says so."""
    typed = " ".join(request.args.get("q", "").split())[: grammar.LONGEST_QUERY]
    chosen = {name: request.args.get(name, "")[:_LONGEST_CHOICE] for name in _FACET_NAMES}
    number, language = page_number(), current_language()
    found = search_articles(
        current_engine(),
        grammar.parse(typed),
        Narrowing(category=chosen["category"], language=chosen["lang"], tag=chosen["tag"]),
        person=current_person(),
        language=language,
        page=number,
    )
    return render_template(
        "knowledge/search.html",
        typed=typed,
        found=found,
        page=Page(found.articles, number, PAGE_SIZE, found.total),
        chosen={name: value for name, value in chosen.items() if value},
        facets=_facets(found.total, found.categories, found.languages, found.tags),
        describe=categories.describe,
    )


def _facets(
    total: int,
    in_categories: Sequence[FacetValue],
    in_languages: Sequence[FacetValue],
    in_tags: Sequence[FacetValue],
) -> list[tuple[str, Sequence[FacetValue]]]:
    """Return what the hits can be narrowed down by: a value that all hits have would change nothing."""
    facets = zip(_FACET_NAMES, (in_categories, in_languages, in_tags), strict=True)
    return [(name, values) for name, values in facets if any(value.count < total for value in values)]
