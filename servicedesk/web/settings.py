"""The settings of the running application, with their type."""

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from config import Settings

EXTENSION = "servicedesk.settings"


def current_settings() -> "Settings":
    """Return the settings that the application was made with."""
    return cast("Settings", current_app.extensions[EXTENSION])
