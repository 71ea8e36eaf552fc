"""Images and other files of an article."""

from flask import Response

from servicedesk.files import responses
from servicedesk.knowledge import queries
from servicedesk.knowledge.pages.blueprint import blueprint
from servicedesk.people.current import current_person
from servicedesk.web import access
from servicedesk.web.settings import current_settings


@blueprint.get("/articles/<slug>/files/<int:file_id>")
@access.signed_in
def article_file(slug: str, file_id: int) -> Response:
    """Send a file to somebody who may read the article whose text shows it."""
    file = queries.get_file(slug, file_id, current_person())
    return responses.send(file, current_settings().files_dir)
