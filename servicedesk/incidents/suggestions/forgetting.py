"""What was asked and shown, forgotten when it is old. A visit that came to something is a label to learn from, and stays."""

from datetime import datetime

from sqlalchemy import ColumnElement

from servicedesk.incidents.suggestions.models import FormSession, SuggestionAnswer, SuggestionOpened
from servicedesk.old_rows import OldRows


def _came_to_nothing(_before: datetime) -> ColumnElement[bool]:
    return FormSession.outcome == ""


ANSWERS = OldRows(SuggestionAnswer.id, SuggestionAnswer.at)
VISITS_LEFT = OldRows(
    FormSession.id,
    FormSession.started_at,
    is_over=_came_to_nothing,
    hanging=(SuggestionAnswer.session_id, SuggestionOpened.session_id),
)
