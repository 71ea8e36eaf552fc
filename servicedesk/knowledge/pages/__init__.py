"""Articles: reading, searching, editing."""

from flask import Blueprint

from servicedesk.web import access

blueprint = Blueprint("knowledge", __name__)


@blueprint.get("/articles")
@access.signed_in
def index() -> str:
    return ""


@blueprint.get("/search")
@access.signed_in
def search() -> str:
    return ""


@blueprint.get("/articles/edit")
@access.role("editor", "admin")
def edit_index() -> str:
    return ""
