"""What admins must know of the mail: whom the desk could not reach, why, and trying it again."""

import logging

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.database import db, now
from servicedesk.errors import ConflictError
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.queries.failed_mails import list_failed_mails
from servicedesk.mail import outbox
from servicedesk.people.current import current_person
from servicedesk.web import access, sent_forms
from servicedesk.web.forms import takes
from servicedesk.web.paging import Page, page_number

_PAGE_SIZE = 50
_log = logging.getLogger("servicedesk.mail")


@blueprint.get("/admin/failed-mails")
@access.role("admin")
def failed_mails() -> str:
    """List the mails that were given up, newest first."""
    number = page_number()
    items = list_failed_mails(seen_by=current_person(), limit=_PAGE_SIZE, offset=(number - 1) * _PAGE_SIZE)
    page = Page(items=items, number=number, size=_PAGE_SIZE, total=outbox.count_failed())
    return render_template("incidents/failed_mails.html", page=page)


@blueprint.post("/admin/failed-mails/<int:mail_id>/retry")
@access.role("admin")
@takes("mark")
@sent_forms.once
def retry_failed_mail(mail_id: int) -> Response:
    """Let one of them be sent once more; whether its recipient may still be told is asked when it goes out."""
    person_id = current_person().id
    try:
        outbox.try_again(mail_id, now(), mark=request.form.get("mark", ""))
    except ConflictError as error:
        flash(_(str(error)), "warning")
        return redirect(url_for("incidents.failed_mails"), 303)
    answer = sent_forms.answer(
        _("The mail goes out with the next ones. If it fails again, it comes back to this list."),
        url_for("incidents.failed_mails"),
    )
    db.session.commit()
    _log.info("Mail %d is tried again", mail_id, extra={"fields": {"mail": mail_id, "by": person_id}})
    return answer
