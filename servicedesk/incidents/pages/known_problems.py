"""Declaring that something is broken for many, and that it is over."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.incidents.actions import known_problems
from servicedesk.incidents.models import Incident
from servicedesk.incidents.pages import work_forms
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.staff_view import Typed
from servicedesk.incidents.pages.work import change
from servicedesk.people.models import Person
from servicedesk.web import access, sent_forms


@blueprint.post("/incidents/<int:incident_id>/known-problem")
@access.role("agent", "admin")
@sent_forms.once
def declare_problem(incident_id: int) -> Response:
    """Show it to everybody as a known problem."""
    form = work_forms.KnownProblemForm()
    work_forms.check(form)
    title_en, title_pl = form.title_en.data or "", form.title_pl.data or ""

    def declare(incident: Incident, person: Person) -> None:
        known_problems.declare(incident, person, title_en=title_en, title_pl=title_pl)

    done = _("Everybody sees now that this is known. Who reported it is told by mail.")
    return change(
        incident_id, declare, done=done, typed=Typed(titles=(title_en, title_pl)), version=form.version.data
    )


@blueprint.post("/incidents/<int:incident_id>/known-problem/end")
@access.role("agent", "admin")
@sent_forms.once
def end_problem(incident_id: int) -> Response:
    """Say that it is over."""
    form = work_forms.VersionForm()
    work_forms.check(form)
    done = _("The known problem is over. Who reported it is told by mail.")
    return change(incident_id, known_problems.end, done=done, version=form.version.data)
