"""The second half of the form: only what is needed, most of it filled in; then filing, once."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.errors import N_, InvalidInputError, NotAllowedError, UnavailableError
from servicedesk.files import actions as files
from servicedesk.files import storage
from servicedesk.incidents.actions import drafts
from servicedesk.incidents.actions.drafts import DraftFields
from servicedesk.incidents.actions.filing import NewIncident, file_incident, title_from
from servicedesk.incidents.models import Incident
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.draft_input import find_about, known_steps, steps_tried, with_answers
from servicedesk.incidents.pages.filing_form import DetailsForm, make_form
from servicedesk.incidents.pages.outcome import words_for_filed
from servicedesk.incidents.pages.sent_files import take_uploads
from servicedesk.incidents.pages.work_forms import message
from servicedesk.incidents.queries.categories import list_active_categories
from servicedesk.incidents.queries.colleagues import find_colleague
from servicedesk.incidents.suggestions import recording
from servicedesk.incidents.suggestions.actions import propose_category
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.people.current import current_person
from servicedesk.people.models import Person
from servicedesk.web import access, sent_files, sent_forms, slow_work
from servicedesk.web.language import current_language
from servicedesk.web.values import row_number

About = tuple[Article, ArticleRevision] | None


@blueprint.get("/incidents/new/details")
@access.signed_in
def details() -> str | Response:
    """Ask what is still needed, with the draft filled in and the category proposed from the text."""
    person = current_person()
    draft = drafts.get_draft(person.id)
    if not draft.text.strip():
        return redirect(url_for("incidents.new"), 303)
    about = find_about(draft.article, seen_by=person)
    form = make_form(_facts(about), draft)
    _prepare(form, person)
    is_proposed = False
    if draft.category_id is None and (proposed := propose_category(draft.text)):
        form.category_id.data, is_proposed = str(proposed), True
    form.contact.data = draft.contact or person.telephone or ""
    return _page(form, about, draft, is_proposed=is_proposed)


@blueprint.post("/incidents")
@access.signed_in
@slow_work.first(sent_files.store)
@sent_forms.once
def file() -> Response | tuple[str, int]:
    """File what the form holds. Whatever is wrong with it, text and uploads stay."""
    person = current_person()
    draft = drafts.get_draft(person.id)
    about = find_about(draft.article, seen_by=person)
    form = make_form(_facts(about))
    _prepare(form, person)
    take_uploads(form)
    changes = {**form.as_draft(), "file_ids": tuple(form.file_ids.data or ())}
    if form.remove_file.data:
        drafts.save(person.id, **changes)
        return _without_file(form.remove_file.data, person)
    try:
        incident = _file(form, about, draft, person) if form.is_complete() else None
    except (NotAllowedError, UnavailableError):
        drafts.save(person.id, **changes)
        db.session.commit()  # Text and files wait in the draft until it can be filed.
        raise
    if incident is None:
        draft = drafts.save(person.id, **changes)
        db.session.commit()
        return _page(form, about, draft), 422
    drafts.discard(person.id)
    recording.end_filed(draft.session, incident, person_id=person.id)
    address = url_for("incidents.show", incident_id=incident.id)
    answer = sent_forms.answer(words_for_filed(incident), address)
    db.session.commit()
    return answer


def _file(form: DetailsForm, about: About, draft: DraftFields, person: Person) -> Incident | None:
    """File it, or put the reason why not beside its field and keep everything else."""
    try:
        with db.session.begin_nested():
            return file_incident(_new_incident(form, about, draft, person))
    except InvalidInputError as error:
        field = next((field for field in form if field.name == error.field), form.text)
        field.errors = [*field.errors, _(str(error))]
        return None


def _new_incident(form: DetailsForm, about: About, draft: DraftFields, person: Person) -> NewIncident:
    text, title = message(form.text), message(form.title)
    revision = about[1] if about else None
    answers = [message(fact).strip() for fact in form.facts]
    requester = _requester(form.requester.data or "" if "requester" in form else "", person)
    return NewIncident(
        requester=requester,
        filed_by=person,
        title=title if title.strip() else title_from(text),
        text=with_answers(text.strip(), revision, answers),
        language=current_language(),
        category_id=int(form.category_id.data) if form.category_id.data else None,
        impact=int(form.impact.data),
        urgency=int(form.urgency.data),
        contact=form.contact.data or "",
        about_article_id=about[0].id if about else None,
        about_revision_id=revision.id if revision else None,
        steps_tried=known_steps(revision, draft.steps) if revision else (),
        file_ids=form.file_ids.data or (),
        idempotency_key=sent_forms.claimed_mark(),
    )


def _requester(name: str, person: Person) -> Person:
    """Return for whom it is filed: oneself, or the colleague that was named."""
    if not name.strip():
        return person
    colleague = find_colleague(name, field="requester")
    if colleague is None:
        raise InvalidInputError(
            N_("We found no such colleague. Write the user name or the mail address in full."),
            field="requester",
        )
    return colleague


def _without_file(file_id: str, person: Person) -> Response:
    if (number := row_number(file_id)) is not None:
        files.discard(number, by_id=person.id)
        drafts.remove_file(person.id, number)
    db.session.commit()
    return redirect(url_for("incidents.details", _anchor="files"), 303)


def _prepare(form: DetailsForm, person: Person) -> None:
    form.offer(list_active_categories(), current_language())
    if not (person.has_role("agent") or person.has_role("admin")):
        del form.requester


def _facts(about: About) -> Sequence[str]:
    return about[1].facts_needed if about else ()


def _page(form: DetailsForm, about: About, draft: DraftFields, *, is_proposed: bool = False) -> str:
    return render_template(
        "incidents/details.html",
        form=form,
        about=about,
        steps_tried=steps_tried(about[1], draft.steps) if about else [],
        attached=files.list_unclaimed(draft.file_ids, by_id=current_person().id),
        is_proposed=is_proposed,
        largest_mb=storage.LARGEST_BYTES // 1_000_000,
        most_files=files.MOST_FILES,
    )
