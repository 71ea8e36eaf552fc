"""What people decide about themselves."""

from servicedesk import time_zones
from servicedesk.errors import N_, InvalidInputError
from servicedesk.people.models import Person


def change_profile(person: Person, *, language: str | None, time_zone: str | None, theme: str) -> None:
    """Keep language, time zone and theme. None follows the browser's language and the installation's zone."""
    if language not in (None, "en", "pl"):
        raise InvalidInputError(N_("Choose a language from the list."), field="language")
    if theme not in ("auto", "light", "dark"):
        raise InvalidInputError(N_("Choose how the pages look from the list."), field="theme")
    if time_zone is not None and time_zones.todays_name(time_zone) is None:
        raise InvalidInputError(N_("Choose a time zone from the list."), field="time_zone")
    time_zone = time_zones.todays_name(time_zone)
    person.language, person.time_zone, person.theme = language, time_zone, theme
