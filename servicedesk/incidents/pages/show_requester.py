"""One incident as the person who asked sees it: a conversation like mail, and what happens next."""

from http import HTTPStatus

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.errors import ConflictError, InvalidInputError
from servicedesk.files import actions as files
from servicedesk.files import storage
from servicedesk.incidents.actions import conversation
from servicedesk.incidents.message_text import parts
from servicedesk.incidents.pages.answer_form import AnswerForm, ColleagueForm
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.sent_files import remove_upload, take_uploads
from servicedesk.incidents.pages.work_forms import message
from servicedesk.incidents.queries.named_articles import articles_named_in
from servicedesk.incidents.queries.rights import get_rights
from servicedesk.incidents.queries.show import get_for_change, get_incident, get_visible
from servicedesk.incidents.queries.tried_steps import find_tried
from servicedesk.people.current import current_person
from servicedesk.web import access, headers, sent_files, sent_forms, slow_work
from servicedesk.web.forms import takes


def requester_page(
    incident_id: int, *, form: AnswerForm | None = None, colleague_form: ColleagueForm | None = None
) -> str:
    """Return the page of an incident for requester and watchers. Raises NotFoundError."""
    person = current_person()
    view, rights = get_incident(incident_id, seen_by=person), get_rights(incident_id, person)
    if rights.is_restricted:
        headers.hide_address()
    form = form or AnswerForm(formdata=None)
    texts = [view.incident.text, *(turn.message.text for turn in view.turns)]
    return render_template(
        "incidents/show.html",
        view=view,
        incident=view.incident,
        rights=rights,
        tried=find_tried(view.incident, seen_by=person),
        is_watcher=any(watcher.person_id == person.id for watcher in view.watchers),
        form=form,
        colleague_form=colleague_form or ColleagueForm(formdata=None),
        attached=files.list_unclaimed(form.file_ids.data or (), by_id=person.id),
        articles=articles_named_in(texts, seen_by=person),
        parts=parts,
        largest_mb=storage.LARGEST_BYTES // 1_000_000,
        most_files=files.MOST_FILES,
    )


@blueprint.post("/incidents/<int:incident_id>/answer")
@access.signed_in
@slow_work.first(sent_files.store)
@sent_forms.once
def answer(incident_id: int) -> Response | tuple[str, int]:
    """Send an answer to the desk; with `then=reopen` it says that the problem is not solved."""
    person = current_person()
    get_for_change(incident_id, seen_by=person)
    form = AnswerForm()
    take_uploads(form)
    if form.remove_file.data:
        remove_upload(form)
        db.session.commit()
        return requester_page(incident_id, form=form), 200
    status = _send(form, incident_id) if form.is_complete() else HTTPStatus.UNPROCESSABLE_ENTITY
    if status != HTTPStatus.SEE_OTHER:
        db.session.commit()
        return requester_page(incident_id, form=form), status
    is_reopened = form.then.data == "reopen"
    words = (
        _("The incident is open again, and the desk has your answer.")
        if is_reopened
        else _("Your answer is sent.")
    )
    sent = sent_forms.answer(words, url_for("incidents.show", incident_id=incident_id, _anchor="latest"))
    db.session.commit()
    return sent


@blueprint.post("/incidents/<int:incident_id>/close")
@access.signed_in
@takes()
@sent_forms.once
def close(incident_id: int) -> Response:
    """Close it: it works again."""
    person = current_person()
    conversation.close(get_for_change(incident_id, seen_by=person), person)
    address = url_for("incidents.show", incident_id=incident_id)
    sent = sent_forms.answer(_("Good that it works again. The incident is closed."), address)
    db.session.commit()
    return sent


def _send(form: AnswerForm, incident_id: int) -> HTTPStatus:
    """Send it, or put the reason why not beside the text and keep everything else, files included."""
    person = current_person()
    incident = get_visible(incident_id, seen_by=person)
    text, file_ids = message(form.text), form.file_ids.data or ()
    try:
        with db.session.begin_nested():
            if form.then.data == "reopen":
                conversation.reopen(incident, person, text, file_ids)
            else:
                conversation.answer(incident, person, text, file_ids)
    except (ConflictError, InvalidInputError) as error:
        form.text.errors = [*form.text.errors, _(str(error))]
        is_input = isinstance(error, InvalidInputError)
        return HTTPStatus.UNPROCESSABLE_ENTITY if is_input else HTTPStatus.CONFLICT
    return HTTPStatus.SEE_OTHER
