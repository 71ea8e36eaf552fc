"""Files: sent one by one while the form is filled in, and read by whom the incident is visible to."""

from http import HTTPStatus

from flask import Response, jsonify, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError
from servicedesk.files import actions as files
from servicedesk.files import responses
from servicedesk.incidents.actions import drafts
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.queries.show import get_file
from servicedesk.people.current import current_person
from servicedesk.web import access, sent_files, sent_forms, slow_work
from servicedesk.web.filters import file_size
from servicedesk.web.forms import takes
from servicedesk.web.settings import current_settings


@blueprint.post("/incidents/uploads")
@access.signed_in
@takes("draft", files=("file",))
@slow_work.first(sent_files.store)
@sent_forms.once
def upload() -> AnyResponse | tuple[Response, int]:
    """Store one file; with `draft` it is attached to the draft, so that it survives a reload. Answers 201 with its id."""
    person = current_person()
    sent = request.files.get("file")
    if not isinstance(sent, FileStorage) or not sent.filename:
        raise InvalidInputError(N_("Choose a file first."), field="files")
    try:
        file = sent_files.make_row(sent)
    except InvalidInputError as error:
        return jsonify(message=_(str(error))), 422
    if request.form.get("draft"):
        drafts.add_file(person.id, file.id)
    told = {"id": file.id, "name": file.name, "size": file_size(file.size_bytes)}
    answer = sent_forms.answer_json(told, HTTPStatus.CREATED)
    db.session.commit()
    return answer


@blueprint.post("/incidents/uploads/<int:file_id>/discard")
@access.signed_in
@takes()
def discard_upload(file_id: int) -> Response:
    """Forget an upload that was not sent; one that is somebody else's or was sent stays as it is."""
    person = current_person()
    files.discard(file_id, by_id=person.id)
    drafts.remove_file(person.id, file_id)
    db.session.commit()
    return Response(status=204)


@blueprint.get("/incidents/<int:incident_id>/files/<int:file_id>")
@access.signed_in
def incident_file(incident_id: int, file_id: int) -> Response:
    """Send a file of the conversation to somebody who may see the incident."""
    file = get_file(incident_id, file_id, seen_by=current_person())
    return responses.send(file, current_settings().files_dir)
