"""Where one is signed in, and how to end that."""

from flask import g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.errors import NotFoundError
from servicedesk.people import browsers, queries, sessions
from servicedesk.people.current import current_person
from servicedesk.people.pages.blueprint import blueprint
from servicedesk.web import access, sent_forms
from servicedesk.web.forms import takes


@blueprint.get("/profile/sessions")
@access.signed_in
def web_sessions() -> str:
    """List the browsers one is signed in at."""
    found = queries.list_web_sessions(current_person().id)
    rows = [
        (web_session, browsers.browser_of(web_session.browser), browsers.network_kind(web_session.network))
        for web_session in found
    ]
    return render_template("people/web_sessions.html", rows=rows, current_id=g.web_session.public_id)


@blueprint.post("/profile/sessions/<public_id>/end")
@access.signed_in
@takes()
@sent_forms.once
def end_web_session(public_id: str) -> Response:
    """Sign out at one browser."""
    if not sessions.end_one(current_person().id, public_id):
        raise NotFoundError
    answer = sent_forms.answer(_("That session has ended."), url_for("people.web_sessions"))
    db.session.commit()
    return answer


@blueprint.post("/profile/sessions/end-others")
@access.signed_in
@takes()
@sent_forms.once
def end_other_web_sessions() -> Response:
    """Sign out everywhere but here."""
    count = sessions.end_all([current_person().id], but=g.web_session.public_id)
    words = ngettext("%(num)d other session has ended.", "%(num)d other sessions have ended.", count)
    answer = sent_forms.answer(words, url_for("people.web_sessions"))
    db.session.commit()
    return answer
