"""The first half of the form: one box. What is typed is kept as a draft on each step."""

import secrets

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from servicedesk.database import db
from servicedesk.errors import ConflictError
from servicedesk.incidents.actions import drafts, following
from servicedesk.incidents.pages.answers import answers_html, recorded
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.draft_input import (
    FIELDS,
    find_about,
    posted_changes,
    step_numbers,
    steps_tried,
)
from servicedesk.incidents.pages.outcome import words_for_filed
from servicedesk.incidents.suggestions import recording
from servicedesk.incidents.suggestions.same_as import find_offer
from servicedesk.people.current import current_person
from servicedesk.web import access, sent_forms
from servicedesk.web.forms import takes
from servicedesk.web.language import current_language

_LONGEST_GIVEN_TEXT = 4000


@blueprint.get("/incidents/new")
@access.signed_in
def new() -> str:
    """Show the box with the draft in it. `text`, `article` and `steps` are carried along, `answers=1` shows what may help."""
    person = current_person()
    draft = drafts.get_draft(person.id)
    given = request.args.get("text", "").strip()[:_LONGEST_GIVEN_TEXT]
    text = given or draft.text
    session = draft.session or new_session_id()
    is_new_topic = "article" in request.args
    about = find_about(request.args.get("article", draft.article), seen_by=person)
    numbers = step_numbers(request.args.getlist("steps")) if is_new_topic else draft.steps
    is_asked = bool(request.args.get("answers") or given)
    html, record = answers_html(text, session) if is_asked else ("", None)
    page = render_template(
        "incidents/new.html",
        text=text,
        has_other_draft=bool(given and draft.text and draft.text != given),
        has_draft=bool(draft.text),
        session=session,
        about=about,
        steps=numbers if about else (),
        steps_tried=steps_tried(about[1], numbers) if about else [],
        answers=html,
    )
    if record:
        recorded(record)
    return page


@blueprint.post("/incidents/new")
@access.signed_in
@takes("text", "session", "article", "steps", "step", "join")
def look_for_answers() -> AnyResponse:
    """Keep what was typed, then go on: to the answers, to the details, or join what others report."""
    person = current_person()
    if request.form.get("join"):
        return _join_as_typed()
    draft = drafts.save(person.id, **posted_changes())
    db.session.commit()
    if request.form.get("step") == "details" and draft.text.strip():
        return redirect(url_for("incidents.details"), 303)
    if not draft.text.strip():
        flash(_("Write a few words first: what is not working?"), "warning")
    return redirect(url_for("incidents.new", answers=1 if draft.text.strip() else None), 303)


@blueprint.post("/incidents/draft")
@access.signed_in
@takes(*FIELDS)
def save_draft() -> Response:
    """Keep what was typed so far; asked in the background, which does not prolong the log-in."""
    person = current_person()
    draft = drafts.get_draft(person.id)
    about = find_about(draft.article, seen_by=person)
    drafts.save(person.id, **posted_changes(about[1].facts_needed if about else ()))
    db.session.commit()
    return Response(status=204)


@blueprint.post("/incidents/draft/discard")
@access.signed_in
@takes()
@sent_forms.once
def discard_draft() -> AnyResponse:
    """Forget the draft and begin anew."""
    drafts.discard(current_person().id)
    answer = sent_forms.answer("", url_for("incidents.new"))
    db.session.commit()
    return answer


@blueprint.post("/incidents/known-problems/<int:problem_id>/join")
@access.signed_in
@takes()
@sent_forms.once
def join_known_problem(problem_id: int) -> AnyResponse:
    """Say "me too" to what is known to be broken."""
    return _join("", "", key=f"problem-{problem_id}")


@sent_forms.once
def _join_as_typed() -> AnyResponse:
    """Keep what was typed and join what others report."""
    draft = drafts.save(current_person().id, **posted_changes())
    return _join(draft.text, draft.session)


def new_session_id() -> str:
    """Return a fresh id for a visit to the form."""
    return secrets.token_urlsafe(18)


def _join(text: str, session: str, *, key: str | None = None) -> AnyResponse:
    person, language = current_person(), current_language()
    offer = find_offer(key or request.form["join"], text, seen_by=person, language=language)
    if offer is None:
        db.session.commit()
        raise ConflictError(following.NOT_REPORTED_ANY_MORE)
    incident = following.join(offer, text, person=person, language=language)
    if text:
        recording.end_filed(session, incident, person_id=person.id)
        drafts.discard(person.id)
    address = url_for("incidents.show", incident_id=incident.id)
    answer = sent_forms.answer(words_for_filed(incident), address)
    db.session.commit()
    return answer
