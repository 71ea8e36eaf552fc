"""The queue of IT staff."""

from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.web import access


@blueprint.get("/queue")
@access.role("agent", "admin")
def queue() -> str:
    return ""
