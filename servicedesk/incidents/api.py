"""What may help with a text, as JSON. Its OpenAPI description stands under /api/openapi.json."""

from typing import Any

from flask import url_for
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from servicedesk.errors import N_, TooManyAttemptsError
from servicedesk.incidents.suggestions.actions import LONGEST_TEXT, suggest
from servicedesk.incidents.suggestions.wording import reason_text
from servicedesk.people.current import current_person
from servicedesk.web import access
from servicedesk.web.language import LANGUAGES, current_language
from servicedesk.web.rates import wait_for_suggestions_s

_MOST = 10
blueprint = Blueprint(
    "suggestions_api", __name__, url_prefix="/api/v1", description="Articles that may help with a text."
)


class QuestionSchema(Schema):
    """What is asked. A parameter that is not here is a mistake, and said to be one."""

    text = fields.String(
        required=True,
        validate=validate.Length(max=LONGEST_TEXT),
        metadata={"description": "What does not work, in one's own words; from three characters on."},
    )
    limit = fields.Integer(load_default=5, validate=validate.Range(min=1, max=_MOST))
    language = fields.String(validate=validate.OneOf(list(LANGUAGES)), load_default=None, allow_none=True)


class SuggestionSchema(Schema):
    """An article that the person may read."""

    id = fields.Integer(required=True, attribute="article_id")
    title = fields.String(required=True)
    url = fields.String(required=True)
    language = fields.String(required=True)
    score = fields.Float(required=True)
    reason = fields.String(
        required=True, metadata={"description": "Why it is there, in the reader's language."}
    )


class AnswerSchema(Schema):
    """Articles, best first."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(["ready", "late", "unavailable"]),
        metadata={
            "description": "Anything but `ready` means: no answer now, which says nothing about the text."
        },
    )
    generation = fields.Integer(required=True, metadata={"description": "Of the index that answered."})
    suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)


@blueprint.route("/suggestions")
@access.signed_in
class SuggestionsView(MethodView):
    """The suggestions for one text."""

    @blueprint.arguments(QuestionSchema, location="query", unknown=RAISE)  # type: ignore[untyped-decorator]
    @blueprint.response(200, AnswerSchema)  # type: ignore[untyped-decorator]
    def get(self, question: dict[str, Any]) -> dict[str, object]:
        """Suggest articles that the person who asks may read.

        Who asks too often in a minute is told when to come back.
        """
        if wait_s := wait_for_suggestions_s(current_person().id):
            raise TooManyAttemptsError(
                N_("These were many questions in one minute. Wait a moment and ask again."),
                retry_after_s=wait_s,
            )
        language = question["language"] or current_language()
        answer = suggest(
            question["text"], seen_by=current_person(), language=language, limit=question["limit"]
        )
        return {
            "state": answer.state,
            "generation": answer.generation,
            "suggestions": [
                {
                    "article_id": item.article_id,
                    "title": item.title,
                    "url": url_for("knowledge.show", slug=item.slug),
                    "language": item.language,
                    "score": round(item.score, 6),
                    "reason": reason_text(item),
                }
                for item in answer.items
            ],
        }
