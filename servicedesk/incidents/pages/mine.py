"""One's own incidents."""

from flask import render_template

from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.queries.own import list_own
from servicedesk.people.current import current_person
from servicedesk.web import access
from servicedesk.web.paging import Page, page_number

_PAGE_SIZE = 25


@blueprint.get("/incidents")
@access.signed_in
def mine() -> str:
    """Show what the person asked for or follows, what is open first."""
    number = page_number()
    incidents, total = list_own(current_person(), offset=(number - 1) * _PAGE_SIZE, limit=_PAGE_SIZE)
    return render_template("incidents/mine.html", page=Page(incidents, number, _PAGE_SIZE, total))
