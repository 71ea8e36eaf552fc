"""What staff send about an incident. Each verb is an address of its own, and the action asks for its own right."""

from collections.abc import Callable
from dataclasses import replace

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from servicedesk.database import db
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotFoundError
from servicedesk.files import responses
from servicedesk.incidents.actions import conversation, notes, proposing, work
from servicedesk.incidents.actions.work import Move
from servicedesk.incidents.models import Incident
from servicedesk.incidents.pages import staff_view, work_forms
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.sent_files import FormWithFiles, remove_upload, take_uploads
from servicedesk.incidents.pages.staff_view import Typed
from servicedesk.incidents.pages.work_forms import number, words
from servicedesk.incidents.queries import work as queries
from servicedesk.incidents.queries.drafted_articles import count_closed_with
from servicedesk.incidents.queries.show import get_for_change, get_visible
from servicedesk.incidents.rules import State
from servicedesk.people.current import current_person
from servicedesk.people.models import Person
from servicedesk.web import access, sent_files, sent_forms, slow_work
from servicedesk.web.addresses import local_path
from servicedesk.web.settings import current_settings

Action = Callable[[Incident, Person], None]
_CHANGED = N_("Somebody else changed this incident meanwhile. Look at what is new and send again.")


def change(
    incident_id: int,
    action: Action,
    *,
    done: str | Callable[[], str],
    typed: Typed | None = None,
    version: int | None = None,
) -> AnyResponse:
    """Do it, commit and go back to the incident; what cannot be done shows the page again with the text kept."""
    person = current_person()
    incident = get_for_change(incident_id, seen_by=person)
    found = incident.version
    try:
        with db.session.begin_nested():
            action(incident, person)
            if version is not None and version != found:
                raise ConflictError(_CHANGED)
    except (ConflictError, InvalidInputError, StaleDataError) as error:
        db.session.expire_all()
        db.session.commit()  # What was uploaded is kept for the next try; all else was rolled back.
        shown = staff_view.problem_of(error, typed or Typed())
        return staff_view.show(queries.get_head(incident_id, seen_by=person), person, shown)
    answer = sent_forms.answer(done if isinstance(done, str) else done(), _onward(incident_id, person))
    db.session.commit()
    return answer


@blueprint.post("/incidents/<int:incident_id>/take")
@access.role("agent")
@sent_forms.once
def take(incident_id: int) -> AnyResponse:
    """Assign an incident to oneself."""
    form = work_forms.TakeForm()
    work_forms.check(form)
    if not words(form.next):
        return change(incident_id, work.take, done=_("This incident is yours now."))
    incident = get_for_change(incident_id, seen_by=current_person())
    work.take(incident, current_person())
    answer = sent_forms.answer(
        _("%(number)s is yours now.", number=incident.reference),
        local_path(words(form.next), default_endpoint="incidents.queue"),
    )
    db.session.commit()
    return answer


@blueprint.post("/incidents/<int:incident_id>/desk-answers")
@access.role("agent", "admin")
@slow_work.first(sent_files.store)
@sent_forms.once
def answer_as_desk(incident_id: int) -> AnyResponse:
    """Send an answer that the requester reads."""
    form = work_forms.AnswerForm()
    work_forms.check(form)
    take_uploads(form)
    typed = Typed(answer=words(form.text), file_ids=tuple(form.file_ids.data or ()), box="answer")
    if form.remove_file.data:
        return _without_file(incident_id, form, typed)

    def send(incident: Incident, person: Person) -> None:
        work_forms.check_uploads(form)
        conversation.check_seen(incident, number(form.seen))
        if not form.anyway.data:
            conversation.check_named_articles(incident, work_forms.message(form.text), by=person)
        conversation.answer(incident, person, work_forms.message(form.text), form.file_ids.data or ())
        if form.then.data == "waiting":
            work.set_state(incident, State.WAITING, person)

    return change(incident_id, send, done=_("Your answer is sent."), typed=typed)


@blueprint.post("/incidents/<int:incident_id>/notes")
@access.role("agent", "admin")
@slow_work.first(sent_files.store)
@sent_forms.once
def add_note(incident_id: int) -> AnyResponse:
    """Add an internal note."""
    form = work_forms.NoteForm()
    work_forms.check(form)
    take_uploads(form)
    typed = Typed(note=words(form.note), file_ids=tuple(form.file_ids.data or ()), box="note")
    if form.remove_file.data:
        return _without_file(incident_id, form, typed)

    def add(incident: Incident, person: Person) -> None:
        work_forms.check_uploads(form)
        notes.add_note(incident, person, work_forms.message(form.note), form.file_ids.data or ())

    return change(
        incident_id, add, done=_("The internal note is added. Only staff can read it."), typed=typed
    )


@blueprint.post("/incidents/<int:incident_id>/state")
@access.role("agent", "admin")
@sent_forms.once
def set_state(incident_id: int) -> AnyResponse:
    """Start the work, wait, go on, or close."""
    form = work_forms.StateForm()
    work_forms.check(form)

    def move_along(incident: Incident, person: Person) -> None:
        if form.state.data == State.CLOSED:
            conversation.close(incident, person)
        elif form.state.data in (State.IN_PROGRESS, State.WAITING):
            work.set_state(incident, State(form.state.data), person)
        else:
            raise InvalidInputError(N_("Choose in progress or waiting."), field="state")

    return change(incident_id, move_along, done=_("The state is changed."), version=form.version.data)


@blueprint.post("/incidents/<int:incident_id>/desk-reopening")
@access.role("agent", "admin")
@sent_forms.once
def reopen_as_desk(incident_id: int) -> AnyResponse:
    """Take a resolved or closed incident up again."""
    form = work_forms.ReopenForm()
    work_forms.check(form)

    def reopen(incident: Incident, person: Person) -> None:
        conversation.reopen(incident, person, work_forms.message(form.text))

    typed = Typed(reopen=words(form.text))
    return change(
        incident_id, reopen, done=_("The incident is open again."), typed=typed, version=form.version.data
    )


@blueprint.post("/incidents/<int:incident_id>/details")
@access.role("agent", "admin")
@sent_forms.once
def set_details(incident_id: int) -> AnyResponse:
    """Save priority, category and assignee."""
    form = work_forms.DetailsForm()
    work_forms.check(form)

    def save(incident: Incident, person: Person) -> None:
        work.set_priority(incident, person, impact=number(form.impact), urgency=number(form.urgency))
        if number(form.category_id):
            work.set_category(incident, number(form.category_id), person)
        work.assign(incident, number(form.assignee_id) or None, person)

    return change(incident_id, save, done=_("The details are saved."), version=form.version.data)


@blueprint.post("/incidents/<int:incident_id>/team")
@access.role("agent", "admin")
@sent_forms.once
def move_to_team(incident_id: int) -> AnyResponse:
    """Give it to another team."""
    form = work_forms.MoveForm()
    work_forms.check(form)
    closed = 0

    def move(incident: Incident, person: Person) -> None:
        nonlocal closed
        chosen = Move(
            number(form.team_id),
            is_confirmed=form.is_confirmed.data,
            reviewed_note_ids=form.reviewed_note_ids.data or (),
            open_article_ids=form.open_article_ids.data or (),
        )
        work.move_to_team(incident, chosen, person)
        closed = count_closed_with(incident)

    def done() -> str:
        if not closed:
            return _("The other team has it now.")
        return ngettext(
            "The other team has it now. %(num)d article that was drafted from it is closed with it: nobody else reads it.",
            "The other team has it now. %(num)d articles that were drafted from it are closed with it: nobody else reads them.",
            closed,
        )

    return change(incident_id, move, done=done, version=form.version.data)


@blueprint.post("/incidents/<int:incident_id>/drafted-articles/<int:article_id>/opening")
@access.role("agent", "admin")
@sent_forms.once
def let_article_go(incident_id: int, article_id: int) -> AnyResponse:
    """Open an article that was drafted from it: it holds nothing of the incident any more."""
    form = work_forms.VersionForm()
    work_forms.check(form)

    def let_go(incident: Incident, person: Person) -> None:
        proposing.let_article_go(incident, article_id, person)

    return change(
        incident_id,
        let_go,
        done=_("The article is open again. Its earlier revisions stay with this incident."),
        version=form.version.data,
    )


@blueprint.get("/incidents/<int:incident_id>/note-files/<int:file_id>")
@access.role("agent", "admin")
def note_file(incident_id: int, file_id: int) -> Response:
    """Return a file of an internal note."""
    file = queries.get_note_file(incident_id, file_id, seen_by=current_person())
    return responses.send(file, current_settings().files_dir)


def _without_file(incident_id: int, form: FormWithFiles, typed: Typed) -> AnyResponse:
    """Take a file off and show the page again, for those without JavaScript."""
    person = current_person()
    remove_upload(form)
    db.session.commit()
    kept = replace(typed, file_ids=tuple(form.file_ids.data or ()))
    return staff_view.show(queries.get_head(incident_id, seen_by=person), person, kept)


def _onward(incident_id: int, person: Person) -> str:
    """Return to the incident, or to the queue when it went to where this person does not see it."""
    try:
        get_visible(incident_id, seen_by=person)
    except NotFoundError:
        return url_for("incidents.queue")
    return url_for("incidents.show", incident_id=incident_id)
