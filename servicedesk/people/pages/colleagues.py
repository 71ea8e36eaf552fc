"""Finding a colleague by the beginning of a name, for staff who let somebody follow or file for somebody."""

from flask import Response, jsonify, request
from flask_babel import gettext as _
from flask_babel import ngettext

from servicedesk.people import queries
from servicedesk.people.pages.blueprint import blueprint
from servicedesk.web import access

_LONGEST_TEXT = 100


@blueprint.get("/people/colleagues")
@access.role("agent", "admin")
def colleagues() -> Response:
    """Answer with the few people whom `text` may mean, and with what a screen reader says about them."""
    found = queries.list_colleagues(request.args.get("text", "")[:_LONGEST_TEXT])
    people = [
        {
            "user_name": person.user_name,
            "name": person.display_name,
            "mail": person.mail or "",
            "department": person.department or "",
        }
        for person in found
    ]
    count = ngettext("%(num)d colleague found", "%(num)d colleagues found", len(people))
    return jsonify(people=people, message=count if people else _("No colleague found"))
