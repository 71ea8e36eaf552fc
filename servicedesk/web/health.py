"""Whether the process lives. It names nothing (security.md X22)."""

from flask import Blueprint

from servicedesk.web import access

blueprint = Blueprint("health", __name__)
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
Answer = tuple[str, int, dict[str, str]]


@blueprint.get("/healthz")
@access.anyone
def lives() -> Answer:
    """Answer without asking anybody."""
    return "ok", 200, PLAIN
