"""The page of one incident as staff see it, also when something of what they sent has to be shown again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from servicedesk.errors import ConflictError, InvalidInputError
from servicedesk.files import actions as files
from servicedesk.files import storage
from servicedesk.incidents.message_text import NamedArticle, parts, reference_to
from servicedesk.incidents.queries import work
from servicedesk.incidents.queries.categories import list_active_categories
from servicedesk.incidents.queries.drafted_articles import list_drafted
from servicedesk.incidents.queries.similar import list_similar
from servicedesk.incidents.queries.tried_steps import find_tried
from servicedesk.incidents.queries.work import Head
from servicedesk.incidents.suggestions.actions import Suggestion, suggest
from servicedesk.people.models import Person
from servicedesk.web import headers
from servicedesk.web.language import current_language


@dataclass(frozen=True)
class Typed:
    """What somebody had written when their form could not be used: nothing of it is lost."""

    answer: str = ""
    note: str = ""
    reopen: str = ""
    problem: str = ""
    field: str = ""
    asks_anyway: bool = False
    status: HTTPStatus = HTTPStatus.OK
    titles: tuple[str, str] = ("", "")
    file_ids: tuple[int, ...] = ()
    box: str = ""
    colleague: str = ""


def is_for(head: Head) -> bool:
    """Tell whether the person works on it as staff; on one's own incident only as a member of its team."""
    return head.rights.work and (head.rights.notes or not head.rights.is_requester)


def show(head: Head, person: Person, typed: Typed) -> Response:
    """Return the page."""
    incident = head.incident
    if head.rights.is_restricted:
        headers.hide_address()
    entries, first_files = work.list_entries(head)
    about = f"{incident.title}\n{incident.text}"
    suggestions = suggest(about, seen_by=person, language=incident.language, requester=incident.requester)
    # What notes name is shown to those who read the notes; nobody else gets this page.
    texts = [incident.text, *(entry.item.text for entry in entries)]
    articles = work.list_articles(incident, [], texts, seen_by=person)
    html = render_template(
        "incidents/work.html",
        head=head,
        incident=incident,
        rights=head.rights,
        entries=entries,
        files=first_files,
        named={line.slug: NamedArticle(line.id, line.slug, line.title, line.language) for line in articles},
        suggestions=suggestions,
        tried=find_tried(incident, seen_by=person),
        drafted=list_drafted(incident, seen_by=person),
        solving=[article for article in articles if article.is_solution],
        similar=list_similar(incident, seen_by=person, is_index_read=suggestions.state == "ready"),
        teams=work.list_teams(with_members_of=incident.team_id) if head.rights.change else [],
        categories=list_active_categories() if head.rights.change else [],
        newest_message_id=max((e.item.id for e in entries if not e.is_note), default=0),
        attached=files.list_unclaimed(typed.file_ids, by_id=person.id),
        limits={"most_files": files.MOST_FILES, "largest_mb": storage.LARGEST_BYTES // 1_000_000},
        people=work.list_followers(incident.id),
        reference_to=reference_to,
        parts=parts,
        language=current_language(),
        box=typed.box or ("note" if request.args.get("box") == "note" else "answer"),
        typed=typed if typed.answer else _with_inserted(typed, suggestions.items),
    )
    return make_response(html, typed.status)


def problem_of(error: Exception, typed: Typed) -> Typed:
    """Return what was typed together with what was wrong with it."""
    is_input = isinstance(error, InvalidInputError)
    words = str(error) if isinstance(error, InvalidInputError | ConflictError) else ""
    return replace(
        typed,
        asks_anyway=is_input and getattr(error, "field", None) == "anyway",
        field=(getattr(error, "field", None) or "") if is_input else "",
        problem=_(words) if words else _("Somebody else changed this incident at the same moment."),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_input else HTTPStatus.CONFLICT,
    )


def _with_inserted(typed: Typed, suggested: Sequence[Suggestion]) -> Typed:
    """Begin the answer with an article that was chosen by a link, for those without JavaScript."""
    chosen = request.args.get("insert", "") if request.method == "GET" else ""
    slug = next((article.slug for article in suggested if article.slug == chosen), None)
    return Typed(answer=reference_to(slug) + "\n") if slug else typed
