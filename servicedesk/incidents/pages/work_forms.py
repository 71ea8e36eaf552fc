"""What staff can send about an incident: every field is named here, anything else is refused (security.md X18)."""

from wtforms import BooleanField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from servicedesk.errors import N_, InvalidInputError
from servicedesk.incidents.message_text import name_articles
from servicedesk.incidents.pages.sent_files import FormWithFiles
from servicedesk.web.forms import Form
from servicedesk.web.settings import current_settings
from servicedesk.web.values import HIGHEST_ROW_NUMBER

# What is chosen at once, far above what any page offers.
_MOST_CHOSEN = 1000
_LONGEST_SLUGS = 4000
_UNREADABLE = N_("The form cannot be used as it came. Reload the page and send it again.")


def _row_number() -> IntegerField:
    """Make a field for the number of a row; 0 is none."""
    return IntegerField(validators=[InputRequired(), NumberRange(min=0, max=HIGHEST_ROW_NUMBER)])


def _row_numbers() -> SelectMultipleField:
    """Make a field for the numbers of several rows."""
    return SelectMultipleField(coerce=_row, validate_choice=False, validators=[Length(max=_MOST_CHOSEN)])


def _row(value: str) -> int:
    number = int(value)
    if not 0 <= number <= HIGHEST_ROW_NUMBER:
        raise ValueError("No row has this number.")
    return number


class VersionForm(Form):
    """What the page showed when it was made, so that nobody overwrites what they have not seen."""

    version = IntegerField(validators=[InputRequired()])


class TakeForm(Form):
    """Assign to me, from the queue or the incident; `next` is where to go on."""

    version = IntegerField(validators=[Optional()])
    next = StringField()


class AnswerForm(FormWithFiles):
    """An answer to the requester. `then` is "waiting" when their answer is needed to go on."""

    text = TextAreaField()
    seen = IntegerField(validators=[InputRequired()])
    then = StringField()
    anyway = BooleanField()


class NoteForm(FormWithFiles):
    """An internal note."""

    note = TextAreaField()


class StateForm(VersionForm):
    """The next state."""

    state = StringField()


class ReopenForm(VersionForm):
    """Why it goes on."""

    text = TextAreaField()


class DetailsForm(VersionForm):
    """Priority, category and assignee, saved together; 0 is nobody or nothing."""

    impact = IntegerField(validators=[InputRequired()])
    urgency = IntegerField(validators=[InputRequired()])
    category_id = _row_number()
    assignee_id = _row_number()


class MoveForm(VersionForm):
    """The team that gets it, what must be confirmed when it leaves a restricted one, and which articles stay open."""

    team_id = _row_number()
    is_confirmed = BooleanField()
    reviewed_note_ids = _row_numbers()
    open_article_ids = _row_numbers()


class ResolveForm(VersionForm):
    """What solved it. `slugs` are addresses of articles separated by blanks; `search` only looks for more with `q`."""

    kind = StringField()
    article_ids = _row_numbers()
    slugs = StringField(validators=[Length(max=_LONGEST_SLUGS)])
    reason = StringField()
    text = TextAreaField()
    q = StringField()
    search = StringField()


class KnownProblemForm(VersionForm):
    """The titles that everybody will read."""

    title_en = StringField()
    title_pl = StringField()


def number(field: IntegerField) -> int:
    """Return the number of a field; 0 where none was sent."""
    return field.data or 0


def words(field: StringField) -> str:
    """Return the text of a field."""
    return field.data or ""


def message(field: StringField) -> str:
    """Return the text of a field as it is written down: an article's address in it as the article's name."""
    return name_articles(words(field), public_url=current_settings().public_url)


def check(form: Form) -> None:
    """Raise InvalidInputError for what no page of ours would send."""
    if not form.validate():
        raise InvalidInputError(_UNREADABLE)


def check_uploads(form: FormWithFiles) -> None:
    """Raise InvalidInputError with the reason when a file that came with the form could not be stored."""
    if form.upload_problems:
        raise InvalidInputError(form.upload_problems[0], field="files")
