"""What admins should know: uses of the break-glass account, changes of roles."""

from flask import render_template

from servicedesk.people import queries
from servicedesk.people.pages.blueprint import blueprint
from servicedesk.web import access
from servicedesk.web.paging import Page, page_number

_PAGE_SIZE = 50


@blueprint.get("/admin/security-events")
@access.role("admin")
def security_events() -> str:
    """List the events, newest first. Nobody can delete one."""
    number = page_number()
    events, total = queries.list_security_events(page=number, size=_PAGE_SIZE)
    page = Page(items=events, number=number, size=_PAGE_SIZE, total=total)
    return render_template("people/security_events.html", page=page)
