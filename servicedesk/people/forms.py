"""The forms of log-in and profile."""

from flask_babel import gettext
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from servicedesk import time_zones
from servicedesk.directory import names
from servicedesk.web.forms import Form
from servicedesk.web.language import LANGUAGES, lazy_gettext

_LONGEST_NEXT = 2000
_THEMES = ("auto", "light", "dark")


def _can_be_a_name(_form: Form, field: StringField) -> None:
    """Say so before anything is counted or asked: it tells nothing about accounts."""
    if names.login_name(field.data or "") is None:
        raise ValidationError(
            gettext("No account has such a name: it is too long, or has a sign that no name has, as * ( ).")
        )


class LogInForm(Form):
    """Who one is. The length of the password is judged where all other reasons are, so that there is one answer."""

    username = StringField(
        lazy_gettext("User name or e-mail"),
        validators=[InputRequired(lazy_gettext("Enter your user name.")), _can_be_a_name],
    )
    password = PasswordField(
        lazy_gettext("Password"), validators=[InputRequired(lazy_gettext("Enter your password."))]
    )
    next = HiddenField(validators=[Length(max=_LONGEST_NEXT)])


class ProfileForm(Form):
    """What people decide about themselves."""

    language = SelectField(lazy_gettext("Language"))
    # An older name is taken for what it is called today; one that is not known any more for "as in the company".
    time_zone = SelectField(
        lazy_gettext("Time zone"), coerce=lambda name: time_zones.todays_name(name) or name
    )
    theme = RadioField(lazy_gettext("Appearance"))

    def offer(self, *, default_time_zone: str) -> "ProfileForm":
        """Fill in what can be chosen, in the reader's language."""
        self.language.choices = [("", gettext("As in the browser")), *LANGUAGES.items()]
        self.time_zone.choices = [
            ("", gettext("As in the company (%(zone)s)", zone=_words(default_time_zone))),
            *((zone, _words(zone)) for zone in sorted(time_zones.todays_names())),
        ]
        labels = (gettext("As on the device"), gettext("Light"), gettext("Dark"))
        self.theme.choices = list(zip(_THEMES, labels, strict=True))
        return self


def _words(zone: str) -> str:
    return zone.replace("_", " ")
