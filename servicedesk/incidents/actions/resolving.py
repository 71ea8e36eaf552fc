"""Resolving an incident with what solved it: what the search learns from. The caller commits."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db, now
from servicedesk.errors import N_, InvalidInputError, NotFoundError, ServiceDeskError
from servicedesk.incidents import notifications
from servicedesk.incidents.actions.conversation import add_message, change_state, check_change
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.actions.proposing import propose_article
from servicedesk.incidents.models import Incident, SolvingArticle
from servicedesk.incidents.queries.rights import require
from servicedesk.incidents.queries.visibility import changeable_by, teams_of_class
from servicedesk.incidents.rules import OPEN_STATES, State
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.queries import readable_by
from servicedesk.people.models import Person
from servicedesk.search.actions import note_change

Kind = Literal["article", "proposed", "not_needed"]
_log = logging.getLogger("servicedesk.incidents")
CLOSES_AFTER = timedelta(days=7)
REASONS = ("works_again", "one_off", "hardware", "order", "other")
MOST_ARTICLES = 10
# The requester of a joined incident reads this in the language they wrote in.
_SAME_IS_RESOLVED = {
    "en": "The problem behind this incident is resolved. If it still does not work for you, reopen the incident.",
    "pl": "Problem, którego dotyczy to zgłoszenie, został rozwiązany. Jeśli nadal coś nie działa, można je otworzyć ponownie.",
}


@dataclass(frozen=True)
class Resolution:
    """What solved it: the articles (by id or slug), a new article that is still to be written, or none needed and why.

    `text` is told to the requester.
    """

    kind: Kind
    article_ids: Sequence[int] = ()
    slugs: Sequence[str] = ()
    reason: str = ""
    text: str = ""


def resolve(incident: Incident, resolution: Resolution, by: Person) -> None:
    """Resolve it, and with it the open incidents that were filed as the same.

    Raises NotFoundError, NotAllowedError, ConflictError, and InvalidInputError with the field.
    """
    rights = require("change", incident.id, by)
    check_change(incident, State.RESOLVED, rights)
    articles = _chosen_articles(resolution, by)
    message = None
    if resolution.text.strip():
        message = add_message(incident, by, resolution.text, is_from_desk=not rights.is_requester)
    incident.resolution = resolution.kind
    event = change_state(incident, State.RESOLVED, by=by)
    for article in articles:
        db.session.add(SolvingArticle(incident_id=incident.id, article_id=article.id, linked_by_id=by.id))
        record(incident, "article_linked", by=by, after=str(article.id), is_public=False)
    if resolution.kind == "proposed":
        propose_article(incident, by)
    elif resolution.kind == "not_needed":
        record(incident, "no_article_needed", by=by, after=resolution.reason, is_public=False)
    note_change("incident", incident.id)
    notifications.resolved(incident, event, message)
    for joined in _list_joined(incident, by):
        _resolve_along(joined, resolution.text, by)


def remove_article(incident: Incident, article_id: int, by: Person) -> None:
    """Take back that an article solved it: the link stays on record and stops counting. Raises NotFoundError."""
    require("change", incident.id, by)
    link = db.session.scalar(
        select(SolvingArticle).where(
            SolvingArticle.incident_id == incident.id,
            SolvingArticle.article_id == article_id,
            SolvingArticle.removed_at.is_(None),
        )
    )
    if link is None:
        raise NotFoundError(N_("This article is not linked any more."))
    link.removed_at = now()
    record(incident, "article_removed", by=by, before=str(article_id), is_public=False)
    note_change("incident", incident.id)


def count_resolved() -> int:
    """Return how many incidents are resolved and not closed yet."""
    return db.session.scalar(select(func.count(Incident.id)).where(Incident.state == State.RESOLVED)) or 0


def list_closable(at: datetime) -> Sequence[int]:
    """Return the numbers of what has been resolved for a week without a word, oldest first."""
    closable = select(Incident.id).where(*_is_closable(at)).order_by(Incident.resolved_at)
    return db.session.scalars(closable).all()


def close_resolved(numbers: Sequence[int], at: datetime) -> None:
    """Close those of these that are still closable.

    One that cannot be closed is logged and left, and is no reason to leave the others open.
    """
    waiting = db.session.scalars(select(Incident).where(Incident.id.in_(numbers), *_is_closable(at)))
    for incident in waiting.all():
        _close(incident)


def _close(incident: Incident) -> None:
    number = incident.id
    try:
        with db.session.begin_nested():
            notifications.closed(incident, change_state(incident, State.CLOSED, by=None))
    except (SQLAlchemyError, ServiceDeskError) as error:
        _log.error("Incident %d could not be closed", number, exc_info=error)


def _is_closable(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Incident.state == State.RESOLVED, Incident.resolved_at < at - CLOSES_AFTER


def _chosen_articles(resolution: Resolution, by: Person) -> list[Article]:
    """Return the articles that were chosen, each of which the person must be able to read (security.md A5)."""
    if resolution.kind != "article":
        if resolution.kind == "not_needed" and resolution.reason not in REASONS:
            raise InvalidInputError(N_("Say why no article is needed."), field="reason")
        return []
    chosen = (Article.id.in_(resolution.article_ids)) | (Article.slug.in_(resolution.slugs))
    articles = list(db.session.scalars(select(Article).where(chosen, readable_by(by)).order_by(Article.id)))
    known = {article.id for article in articles} | {article.slug for article in articles}
    if not set(resolution.article_ids) <= known or not set(resolution.slugs) <= known:
        raise InvalidInputError(N_("One of the articles is not there. Check its address."), field="slugs")
    if not articles or len(articles) > MOST_ARTICLES:
        raise InvalidInputError(N_("Choose the article that solved it, at most ten."), field="article_ids")
    return articles


def _list_joined(incident: Incident, by: Person) -> Sequence[Incident]:
    """Return the open reports of the same that everybody of the desk may read, if this one is such a one too.

    A team's class may have changed since they were joined: what is said in one class is never repeated in another.
    """
    if incident.team.visibility != "normal":
        return []
    return db.session.scalars(
        select(Incident)
        .where(
            Incident.same_as_id == incident.id,
            Incident.state.in_(OPEN_STATES),
            Incident.team_id.in_(teams_of_class("normal")),
            changeable_by(by),
        )
        .order_by(Incident.id)
    ).all()


def _resolve_along(incident: Incident, text: str, by: Person) -> None:
    words = text if text.strip() else _SAME_IS_RESOLVED.get(incident.language, _SAME_IS_RESOLVED["en"])
    message = add_message(incident, by, words, is_from_desk=True)
    incident.resolution = "same_as"
    event = change_state(incident, State.RESOLVED, by=by)
    note_change("incident", incident.id)
    notifications.resolved(incident, event, message)
