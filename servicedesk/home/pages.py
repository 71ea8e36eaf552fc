"""The first page: what is not working? Below it what is known to be broken, and one's own incidents."""

import secrets

from flask import Blueprint, render_template

from servicedesk.home.queries import list_article_categories
from servicedesk.incidents.actions.drafts import get_draft
from servicedesk.incidents.queries.own import list_current, queue_counts
from servicedesk.incidents.suggestions.same_as import known_offers, list_known_problems
from servicedesk.people.current import current_person
from servicedesk.web import access
from servicedesk.web.language import current_language

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@access.signed_in
def show() -> str:
    """Show the first page; staff see on top of it what waits in their queue."""
    person, language = current_person(), current_language()
    draft = get_draft(person.id)
    works_on_incidents = person.has_role("agent") or person.has_role("admin")
    return render_template(
        "home/show.html",
        text=draft.text,
        session=draft.session or secrets.token_urlsafe(18),
        problems=known_offers(list_known_problems(), language=language),
        incidents=list_current(person),
        categories=list_article_categories(person, language=language),
        queue=queue_counts(person) if works_on_incidents else None,
    )
