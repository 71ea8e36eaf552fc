"""The editor's desk: drafts, what is due for review, everything published, the archive."""

from flask import render_template, request

from servicedesk.knowledge import queries
from servicedesk.knowledge.pages.blueprint import blueprint
from servicedesk.knowledge.pages.wording import audience_words, shelf_words
from servicedesk.people.current import current_person
from servicedesk.web import access
from servicedesk.web.paging import Page, page_number

_PAGE_SIZE = 50
_LONGEST_TEXT = 200


@blueprint.get("/articles/edit")
@access.role("agent", "editor", "admin")
def edit_index() -> str:
    """Show one shelf; agents see their own proposals."""
    person, number = current_person(), page_number()
    wanted, text = request.args.get("shelf", ""), request.args.get("text", "").strip()[:_LONGEST_TEXT]
    counts = queries.count_shelves(person)
    shelf: queries.Shelf = next((name for name in queries.SHELVES if name == wanted), "drafts")
    articles, total = queries.list_shelf(
        shelf, person, text=text, offset=(number - 1) * _PAGE_SIZE, limit=_PAGE_SIZE
    )
    return render_template(
        "knowledge/edit_index.html",
        shelf=shelf,
        shelves=[(name, shelf_words(name), counts[name]) for name in queries.SHELVES],
        text=text,
        numbers=queries.newest_numbers(articles, person),
        page=Page(articles, number, _PAGE_SIZE, total),
        closed=queries.count_closed() if person.has_role("editor") or person.has_role("admin") else 0,
        foreign_groups=queries.count_foreign_groups(person),
        audience_words=audience_words,
    )
