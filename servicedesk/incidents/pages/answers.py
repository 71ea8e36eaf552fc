"""What may already help, while one types and on the page without JavaScript: the same markup from the same place."""

import logging
from collections.abc import Callable

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from servicedesk import database
from servicedesk.database import db
from servicedesk.incidents.actions import drafts
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.suggestions import recording
from servicedesk.incidents.suggestions.actions import Suggestions, suggest
from servicedesk.incidents.suggestions.queries import get_readable
from servicedesk.incidents.suggestions.same_as import list_offers
from servicedesk.incidents.suggestions.wording import reason_text
from servicedesk.knowledge.queries import open_html
from servicedesk.people.current import current_person
from servicedesk.web import access, headers, sent_forms
from servicedesk.web.filters import rendered
from servicedesk.web.forms import takes
from servicedesk.web.language import current_language
from servicedesk.web.rates import wait_for_suggestions_s
from servicedesk.web.settings import current_settings

# Recording may wait this long for the database; then the answer goes out unrecorded.
_PATIENCE_MS = 100
_log = logging.getLogger("servicedesk.suggestions")


@blueprint.get("/incidents/suggestions")
@access.signed_in
def suggestions() -> str:
    """Answer with the list of what may help with `text`, as a piece of a page."""
    html, record = answers_html(request.args.get("text", ""), request.args.get("session", ""))
    recorded(record)
    return html


@blueprint.get("/incidents/new/articles/<slug>")
@access.signed_in
def suggested_article(slug: str) -> str:
    """Show an article without leaving the form, and ask whether it solved the problem."""
    person = current_person()
    person_id = person.id
    article, revision = get_readable(slug, seen_by=person)
    article_id = article.id
    if article.is_for_group:
        headers.hide_address()
    session = request.args.get("session", "") or drafts.get_draft(person_id).session
    page = render_template(
        "incidents/suggested_article.html", article=article, html=open_html(revision, person), session=session
    )
    recorded(lambda: recording.record_opened(session, article_id, person_id=person_id))
    return page


@blueprint.post("/incidents/suggestions/solved")
@access.signed_in
@takes("article", "session")
@sent_forms.once
def solved() -> Response:
    """End the visit: an article solved it, and nothing needs to be filed."""
    person = current_person()
    article, _revision = get_readable(request.form.get("article", ""), seen_by=person)
    recording.end_solved(request.form.get("session", ""), article.id, person_id=person.id)
    drafts.discard(person.id)
    answer = sent_forms.answer(_("Good that it works again. Nothing was filed."), url_for("home.show"))
    db.session.commit()
    return answer


def answers_html(text: str, session: str) -> tuple[str, Callable[[], None]]:
    """Return the list of what may help, and what records it once the page is ready."""
    person, language = current_person(), current_language()
    person_id = person.id
    is_control = recording.is_session_id(session) and recording.is_control(
        session, share=current_settings().suggestions_holdout
    )
    # Who asks more often than anybody types sees what is said of answers that are late, and can file as always.
    is_too_much = bool(text.strip()) and wait_for_suggestions_s(person_id) > 0
    if is_control or is_too_much:
        answer, offers = Suggestions(state="late" if is_too_much else "ready"), []
    else:
        answer = suggest(text, seen_by=person, language=language)
        offers = list_offers(text, seen_by=person, language=language)
    html = rendered(
        "incidents/suggestions.html",
        text=text,
        session=session,
        answer=answer,
        offers=offers,
        is_control=is_control,
        reason_text=reason_text,
    )

    def record() -> None:
        if text.strip() and not is_too_much:
            recording.record_answer(
                session, text, answer, person_id=person_id, language=language, is_control=is_control
            )

    return html, record


def recorded(record: Callable[[], None]) -> None:
    """Record what was shown in a small transaction of its own; when that fails, the page goes out all the same."""
    database.start_writing(patience_ms=_PATIENCE_MS)
    try:
        record()
        db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        _log.warning("What the form showed was not recorded", exc_info=error)
    finally:
        database.start_reading()  # What is still asked in this request waits for nobody.
