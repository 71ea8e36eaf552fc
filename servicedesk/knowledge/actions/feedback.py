"""What readers say of an article."""

from sqlalchemy import select

from servicedesk.database import db, insert_missing, now
from servicedesk.errors import N_, InvalidInputError
from servicedesk.knowledge import rules
from servicedesk.knowledge.models import Article, ArticleFeedback
from servicedesk.people.models import Person

_LONGEST_COMMENT = 2000


def give_feedback(
    article: Article, *, by: Person, solved: bool, reason: str = "", comment: str = ""
) -> ArticleFeedback:
    """Record a reader's answer to "Did this solve it?"; the newest answer of a person counts. Raises InvalidInputError."""
    if reason and reason not in rules.REASONS:
        raise InvalidInputError(N_("Choose one of the reasons."), field="reason")
    if len(comment) > _LONGEST_COMMENT:
        raise InvalidInputError(N_("Shorten the comment to 2000 characters."), field="comment")
    own = {"article_id": article.id, "person_id": by.id}
    insert_missing(ArticleFeedback, {**own, "solved": solved})
    feedback = db.session.scalars(select(ArticleFeedback).filter_by(**own).with_for_update()).one()
    feedback.solved, feedback.at = solved, now()
    feedback.reason, feedback.comment = ("", "") if solved else (reason, comment.strip())
    return feedback
