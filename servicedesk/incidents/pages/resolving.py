"""Resolving an incident: one page that asks what solved it, and taking a wrong article back."""

from http import HTTPStatus
from typing import cast, get_args

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from servicedesk.database import db
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotAllowedError
from servicedesk.incidents.actions import proposing, resolving
from servicedesk.incidents.actions.resolving import Kind, Resolution
from servicedesk.incidents.models import Incident
from servicedesk.incidents.pages import work_forms
from servicedesk.incidents.pages.blueprint import blueprint
from servicedesk.incidents.pages.work import change
from servicedesk.incidents.pages.work_forms import ResolveForm, words
from servicedesk.incidents.queries import work as queries
from servicedesk.incidents.queries.show import get_for_change
from servicedesk.incidents.suggestions.actions import suggest
from servicedesk.knowledge.queries.searching import Narrowing, search_articles
from servicedesk.people.current import current_person
from servicedesk.people.models import Person
from servicedesk.search import grammar
from servicedesk.search.current import current_engine
from servicedesk.web import access, headers, sent_forms, slow_work

# What is chosen here teaches the search: it is worth more than a quick page.
_PATIENCE_S = 2.0


def _prepare_article(incident_id: int) -> None:
    """Render what may be proposed as an article; whether it may is asked when the incident is resolved."""
    form = ResolveForm()
    if form.kind.data == "proposed" and not form.search.data:
        person = current_person()
        incident = queries.get_head(incident_id, seen_by=person).incident
        proposing.prepare_article(incident, person, last_words=work_forms.message(form.text))


@blueprint.get("/incidents/<int:incident_id>/resolve")
@access.role("agent", "admin")
def ask_resolution(incident_id: int) -> Response:
    """Ask what solved it."""
    return _page(incident_id, ResolveForm(formdata=None), "", HTTPStatus.OK)


@blueprint.post("/incidents/<int:incident_id>/resolve")
@access.role("agent", "admin")
@slow_work.first(_prepare_article)
@sent_forms.once
def resolve(incident_id: int) -> AnyResponse:
    """Resolve it with what was chosen, or look for more articles and keep everything that was typed."""
    form = ResolveForm()
    work_forms.check(form)
    if form.search.data:
        db.session.rollback()  # Looking for articles may take long and changes nothing: not with the lock.
        return _page(incident_id, form, "", HTTPStatus.OK)
    person = current_person()
    get_for_change(incident_id, seen_by=person)
    head = queries.get_head(incident_id, seen_by=person)
    try:
        found = head.incident.version
        resolving.resolve(head.incident, _resolution(form), person)
        if form.version.data != found:
            raise ConflictError(
                N_("Somebody else changed this incident meanwhile. Look at what is new and send again.")
            )
        answer = _resolved(head.incident, form)
        db.session.commit()
    except (ConflictError, InvalidInputError, StaleDataError) as error:
        db.session.rollback()
        is_input = isinstance(error, InvalidInputError)
        problem = (
            _("Somebody else changed this incident at the same moment.")
            if isinstance(error, StaleDataError)
            else _(str(error))
        )
        return _page(
            incident_id, form, problem, HTTPStatus.UNPROCESSABLE_ENTITY if is_input else HTTPStatus.CONFLICT
        )
    return answer


@blueprint.post("/incidents/<int:incident_id>/solving-articles/<int:article_id>/removal")
@access.role("agent", "admin")
@sent_forms.once
def remove_solving_article(incident_id: int, article_id: int) -> AnyResponse:
    """Take back that an article solved it."""
    form = work_forms.VersionForm()
    work_forms.check(form)

    def remove(incident: Incident, person: Person) -> None:
        resolving.remove_article(incident, article_id, person)

    return change(
        incident_id,
        remove,
        done=_("The article no longer counts as what solved it."),
        version=form.version.data,
    )


def _resolved(incident: Incident, form: ResolveForm) -> AnyResponse:
    words = (
        _(
            "%(number)s is resolved. The next person with this problem is shown what solved it.",
            number=incident.reference,
        )
        if form.kind.data == "article"
        else _("%(number)s is resolved.", number=incident.reference)
    )
    return sent_forms.answer(words, url_for("incidents.show", incident_id=incident.id))


def _resolution(form: ResolveForm) -> Resolution:
    kind = cast(Kind, words(form.kind))
    if kind not in get_args(Kind):
        raise InvalidInputError(N_("Say what solved it."), field="kind")
    return Resolution(
        kind=kind,
        article_ids=form.article_ids.data or (),
        slugs=[_slug(word) for word in (form.slugs.data or "").replace(",", " ").split()],
        reason=form.reason.data or "",
        text=work_forms.message(form.text),
    )


def _slug(word: str) -> str:
    """Accept what people paste: a slug, article:slug, or the article's address."""
    return word.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2].removeprefix("article:")


def _page(incident_id: int, form: ResolveForm, problem: str, status: HTTPStatus) -> Response:
    person = current_person()
    head = queries.get_head(incident_id, seen_by=person)
    if not head.rights.change:
        raise NotAllowedError(N_("This is for colleagues of the team that has the incident."))
    if head.rights.is_restricted:
        headers.hide_address()
    incident = head.incident
    looked_for = " ".join(words(form.q).split())[:200]
    about = suggest(
        f"{incident.title}\n{incident.text}",
        seen_by=person,
        language=incident.language,
        limit_s=_PATIENCE_S,
    )
    found = search_articles(
        current_engine(),
        grammar.parse(looked_for),
        Narrowing(),
        person=person,
        language=incident.language,
    )
    found_ids = [hit.article.id for hit in found.articles]
    chosen = list(form.article_ids.data or ())
    offered = [*(item.article_id for item in about.items), *found_ids]
    lines = {
        line.id: line for line in queries.list_articles(incident, [*chosen, *offered], [], seen_by=person)
    }
    html = render_template(
        "incidents/resolve.html",
        incident=incident,
        form=form,
        problem=problem,
        looked_for=looked_for,
        articles=[lines[id_] for id_ in dict.fromkeys([*chosen, *offered]) if id_ in lines],
        are_suggested=about.state == "ready",
        found_ids=set(found_ids),
        correction=found.correction,
        chosen=chosen,
        version=incident.version,
        joined=head.joined,
        may_propose=incident.team.visibility == "normal",
        reasons=resolving.REASONS,
    )
    return make_response(html, status)
