"""The first page of each role."""

from flask import Blueprint

from servicedesk.web import access

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@access.signed_in
def show() -> str:
    return ""
