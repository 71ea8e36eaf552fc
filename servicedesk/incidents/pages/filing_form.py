"""The second half of the form: what is asked only after the answers did not help."""

from collections.abc import Sequence

from flask_babel import gettext
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from servicedesk.desk.models import Category
from servicedesk.incidents.actions import filing
from servicedesk.incidents.actions.drafts import DraftFields
from servicedesk.incidents.pages.draft_input import own_title
from servicedesk.incidents.pages.sent_files import FormWithFiles
from servicedesk.web.language import lazy_gettext

_LONGEST_FACT = 500
_MOST_FACTS = 8
_DEFAULT_IMPACT, _DEFAULT_URGENCY = 3, 2


class DetailsForm(FormWithFiles):
    """What the desk needs to know. Everything that can be known is filled in and can be changed."""

    text = TextAreaField(
        lazy_gettext("What is not working?"),
        validators=[
            InputRequired(lazy_gettext("Say what does not work.")),
            Length(
                max=filing.LONGEST_TEXT,
                message=lazy_gettext(
                    "The description may have at most 64,000 characters. Attach long logs as a file."
                ),
            ),
        ],
    )
    title = StringField(
        lazy_gettext("In one line"),
        validators=[
            Length(
                max=filing.LONGEST_TITLE,
                message=lazy_gettext(
                    "The title may have at most 200 characters. Put the rest into the description."
                ),
            )
        ],
    )
    category_id = SelectField(lazy_gettext("What is it about?"), default="", validate_choice=True)
    impact = RadioField(lazy_gettext("Who is affected?"), default=str(_DEFAULT_IMPACT))
    urgency = RadioField(lazy_gettext("Can you work?"), default=str(_DEFAULT_URGENCY))
    contact = StringField(
        lazy_gettext("How can we reach you?"),
        validators=[
            Length(
                max=filing.LONGEST_CONTACT,
                message=lazy_gettext("The contact may have at most 200 characters."),
            )
        ],
    )
    requester = StringField(lazy_gettext("File for a colleague"), validators=[Length(max=254)])
    proposed_title = HiddenField()

    @property
    def facts(self) -> list[StringField]:
        """The fields for what the article says the desk must know."""
        return [field for field in self if field.name.startswith("fact_")]

    def offer(self, categories: Sequence[Category], language: str) -> None:
        """Fill in what can be chosen, in the reader's language."""
        self.category_id.choices = [
            ("", gettext("I do not know")),
            *((str(category.id), category.name(language)) for category in categories),
        ]
        self.impact.choices = [
            ("3", gettext("Only me")),
            ("2", gettext("My team")),
            ("1", gettext("Many people or the whole company")),
        ]
        self.urgency.choices = [
            ("1", gettext("No, I cannot work")),
            ("2", gettext("Yes, but with difficulty")),
            ("3", gettext("Yes, it can wait")),
        ]

    def as_draft(self) -> dict[str, object]:
        """Return what was typed, as changes of the draft; nothing is checked yet."""
        return {
            "text": self.text.data or "",
            "title": own_title(self.title.data or "", self.proposed_title.data),
            "category_id": _number(self.category_id.data),
            "impact": _number(self.impact.data),
            "urgency": _number(self.urgency.data),
            "contact": self.contact.data or "",
            "requester": (self.requester.data or "") if "requester" in self else "",
            "facts": {field.label.text: field.data for field in self.facts if field.data},
        }


def make_form(facts: Sequence[str], draft: DraftFields | None = None) -> DetailsForm:
    """Make the form with a field for each fact that is needed, filled in from the draft if one is given."""

    class _Form(DetailsForm):
        pass

    for number, fact in enumerate(facts[:_MOST_FACTS]):
        setattr(_Form, f"fact_{number}", StringField(fact, validators=[Length(max=_LONGEST_FACT)]))
    if draft is None:
        return _Form()
    proposed_title = filing.title_from(draft.text)
    filled = {
        "text": draft.text,
        "title": draft.title or proposed_title,
        "proposed_title": proposed_title,
        "category_id": str(draft.category_id or ""),
        "impact": str(draft.impact or _DEFAULT_IMPACT),
        "urgency": str(draft.urgency or _DEFAULT_URGENCY),
        "contact": draft.contact,
        "requester": draft.requester,
    }
    filled |= {f"fact_{number}": draft.facts.get(fact, "") for number, fact in enumerate(facts[:_MOST_FACTS])}
    return _Form(formdata=None, data=filled)


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) < 10 else None
