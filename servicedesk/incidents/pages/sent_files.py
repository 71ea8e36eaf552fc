"""Files in forms: sent one by one in the background, or all with the form by browsers without JavaScript."""

from typing import Any

from flask_babel import gettext as _
from wtforms import Field, HiddenField, MultipleFileField

from servicedesk.errors import ServiceDeskError
from servicedesk.files import actions as files
from servicedesk.files.names import shown_name
from servicedesk.people.current import current_person
from servicedesk.web import sent_files
from servicedesk.web.forms import Form
from servicedesk.web.language import lazy_gettext
from servicedesk.web.values import row_number


class IdsField(Field):
    """Numbers that the page sends back, as often as the name occurs; anything else is left out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the numbers."""
        self.data = [number for value in valuelist if (number := row_number(value)) is not None]


class FormWithFiles(Form):
    """A form to which files can be attached. `file_ids` are uploads that are stored and not sent yet.

    `remove_file` is one of them that shall not be sent after all: the button beside it, without JavaScript.
    """

    files = MultipleFileField(lazy_gettext("Pictures and files"))
    file_ids = IdsField()
    remove_file = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.upload_problems: list[str] = []

    def is_complete(self) -> bool:
        """Check all fields and the uploads that came with them; the reasons stand at the fields."""
        is_valid = self.validate()
        self.files.errors = [*self.files.errors, *self.upload_problems]
        return is_valid and not self.upload_problems


def take_uploads(form: FormWithFiles) -> None:
    """Keep what came with the form itself, its bytes stored already; what cannot be stored is said at the field."""
    for sent in sent_files.really_sent(form.files.data):
        try:
            stored = sent_files.make_row(sent)
        except ServiceDeskError as error:
            form.upload_problems.append(f"{shown_name(sent.filename)}: {_(str(error))}")
        else:
            form.file_ids.data = [*(form.file_ids.data or ()), stored.id]


def remove_upload(form: FormWithFiles) -> None:
    """Forget the upload whose button was pressed; the others stay attached."""
    chosen = row_number(form.remove_file.data or "")
    if chosen is not None:
        files.discard(chosen, by_id=current_person().id)
        form.file_ids.data = [number for number in form.file_ids.data or () if number != chosen]
