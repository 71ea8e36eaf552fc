"""One's own incidents."""

from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.web import access


@blueprint.get("/incidents")
@access.signed_in
def mine() -> str:
    return ""
