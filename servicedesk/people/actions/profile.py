"""What people decide about themselves."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from servicedesk.errors import N_, InvalidInputError
from servicedesk.people.models import Person


def change_profile(person: Person, *, language: str | None, time_zone: str | None, theme: str) -> None:
    """Keep language, time zone and theme. None follows the browser's language and the installation's zone."""
    if language not in (None, "en", "pl"):
        raise InvalidInputError(N_("Choose a language from the list."), field="language")
    if theme not in ("auto", "light", "dark"):
        raise InvalidInputError(N_("Choose how the pages look from the list."), field="theme")
    try:
        ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(N_("Choose a time zone from the list."), field="time_zone") from error
    person.language, person.time_zone, person.theme = language, time_zone, theme
