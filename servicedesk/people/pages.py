"""Log-in, profile, and one's own sessions."""

from flask import Blueprint

from servicedesk.web import access

blueprint = Blueprint("people", __name__)


@blueprint.get("/login")
@access.anyone
def log_in() -> str:
    return ""


@blueprint.post("/logout")
@access.signed_in
def log_out() -> str:
    return ""


@blueprint.get("/profile")
@access.signed_in
def profile() -> str:
    return ""


@blueprint.get("/profile/sessions")
@access.signed_in
def web_sessions() -> str:
    return ""
