"""Who asks: the signed-in person of this request, with the right type."""

from typing import cast

from flask_login import current_user

from servicedesk.people.models import Person


def current_person() -> Person:
    """Return the signed-in person. Only for routes that ask for log-in."""
    return cast(Person, current_user._get_current_object())
