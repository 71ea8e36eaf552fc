"""One's own profile."""

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.people import actions
from servicedesk.people.current import current_person
from servicedesk.people.forms import ProfileForm
from servicedesk.people.pages.blueprint import blueprint
from servicedesk.web import access, sent_forms
from servicedesk.web.settings import current_settings


@blueprint.get("/profile")
@access.signed_in
def profile() -> str:
    """Show what the directory says, and what one may choose."""
    person = current_person()
    form = _form(language=person.language or "", time_zone=person.time_zone or "", theme=person.theme)
    return render_template("people/profile.html", person=person, form=form)


@blueprint.post("/profile")
@access.signed_in
def change_profile() -> str | Response | tuple[str, int]:
    """Keep the choices."""
    form, person = _form(), current_person()
    if not form.validate():
        db.session.rollback()
        return render_template("people/profile.html", person=person, form=form), 422
    language, time_zone = form.language.data or None, form.time_zone.data or None
    actions.change_profile(person, language=language, time_zone=time_zone, theme=form.theme.data)
    refresh()  # What is said next is in the language that was just chosen.
    answer = sent_forms.answer(_("Your profile is saved."), url_for("people.profile"))
    db.session.commit()
    return answer


def _form(**values: str) -> ProfileForm:
    return ProfileForm(**values).offer(default_time_zone=current_settings().time_zone)
