"""The box in which the person who asked writes to the desk."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from servicedesk.incidents.actions.conversation import LONGEST_TEXT
from servicedesk.incidents.pages.sent_files import FormWithFiles
from servicedesk.web.forms import Form
from servicedesk.web.language import lazy_gettext


class AnswerForm(FormWithFiles):
    """A message with files. `then` is "reopen" when it says that the problem is not solved."""

    text = TextAreaField(
        lazy_gettext("Your answer"),
        validators=[
            Length(
                max=LONGEST_TEXT,
                message=lazy_gettext(
                    "A message may have at most 64,000 characters. Attach long logs as a file."
                ),
            )
        ],
    )
    then = HiddenField()


class ColleagueForm(Form):
    """Who else shall follow the incident."""

    colleague = StringField(lazy_gettext("User name or mail of a colleague"), validators=[Length(max=254)])
