"""The whole history of an incident, for staff."""

from flask import render_template

from servicedesk.errors import N_, NotAllowedError
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.queries import work as queries
from servicedesk.knowledge.queries import find_readable
from servicedesk.people.current import current_person
from servicedesk.web import access, headers
from servicedesk.web.language import current_language


@blueprint.get("/incidents/<int:incident_id>/history")
@access.role("agent", "admin")
def history(incident_id: int) -> str:
    """Show who changed what, newest first."""
    person = current_person()
    head = queries.get_head(incident_id, seen_by=person)
    if not head.rights.notes:
        raise NotAllowedError(N_("The history is for staff who work on the incident."))
    if head.rights.is_restricted:
        headers.hide_address()
    events = queries.list_events(incident_id, seen_by=person)
    of_articles = [event for event in events if event.kind.startswith("article_")]
    return render_template(
        "incidents/whole_history.html",
        incident=head.incident,
        events=events,
        articles=find_readable({int(event.after or event.before) for event in of_articles}, person),
        names=queries.names_in_history(current_language()),
    )
