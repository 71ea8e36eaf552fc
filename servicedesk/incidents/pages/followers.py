"""Who follows an incident: letting a colleague in, from the page of the requester or of staff, and leaving."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.errors import InvalidInputError
from servicedesk.incidents.actions import following
from servicedesk.incidents.pages import staff_view
from servicedesk.incidents.pages.answer_form import ColleagueForm
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.show_requester import requester_page
from servicedesk.incidents.pages.staff_view import Typed
from servicedesk.incidents.queries.show import get_for_change
from servicedesk.incidents.queries.work import get_head
from servicedesk.people.current import current_person
from servicedesk.web import access, sent_forms
from servicedesk.web.forms import takes


@blueprint.post("/incidents/<int:incident_id>/watchers")
@access.signed_in
@sent_forms.once
def add_watcher(incident_id: int) -> Response | tuple[str, int]:
    """Let a colleague follow it; the action asks whether the person may."""
    form = ColleagueForm()
    incident = get_for_change(incident_id, seen_by=current_person())
    form.validate()
    try:
        following.add_watcher(incident, form.colleague.data or "", by=current_person())
    except InvalidInputError as error:
        db.session.rollback()
        return _again(incident_id, form, error)
    address = url_for("incidents.show", incident_id=incident_id)
    answer = sent_forms.answer(_("Your colleague follows this incident now."), address)
    db.session.commit()
    return answer


@blueprint.post("/incidents/<int:incident_id>/watchers/leave")
@access.signed_in
@takes()
@sent_forms.once
def stop_watching(incident_id: int) -> Response:
    """Follow it no longer."""
    person = current_person()
    following.stop_watching(get_for_change(incident_id, seen_by=person), person=person)
    answer = sent_forms.answer(_("You do not follow this incident any more."), url_for("incidents.mine"))
    db.session.commit()
    return answer


def _again(incident_id: int, form: ColleagueForm, error: InvalidInputError) -> Response | tuple[str, int]:
    """Show the page that the person came from, with the reason beside the field."""
    person = current_person()
    head = get_head(incident_id, seen_by=person)
    if staff_view.is_for(head):
        typed = staff_view.problem_of(error, Typed(colleague=form.colleague.data or ""))
        return staff_view.show(head, person, typed)
    form.colleague.errors = [_(str(error))]
    return requester_page(incident_id, colleague_form=form), 422
