"""One incident at one address: whoever works on it gets the page of staff, everybody else the conversation."""

from flask import Response, make_response

from servicedesk.incidents.pages import staff_view
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.show_requester import requester_page
from servicedesk.incidents.pages.staff_view import Typed
from servicedesk.incidents.queries.work import get_head
from servicedesk.people.current import current_person
from servicedesk.web import access


@blueprint.get("/incidents/<int:incident_id>")
@access.signed_in
def show(incident_id: int) -> Response:
    """Show an incident; one that is not visible is as absent as one that never was."""
    person = current_person()
    head = get_head(incident_id, seen_by=person)
    if staff_view.is_for(head):
        return staff_view.show(head, person, Typed())
    return make_response(requester_page(incident_id))
