"""Which language and time zone a page is in: the person's own, else the browser's, else the installation's."""

from typing import cast

import flask_babel
from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_login import current_user

LANGUAGES = {"en": "English", "pl": "Polski"}
babel = Babel()


def set_up(app: Flask, *, default_language: str, time_zone: str) -> None:
    """Choose language and zone for each request."""

    def choose_language() -> str:
        own = getattr(current_user, "language", None)
        return own or _of_browser() or default_language

    def choose_time_zone() -> str:
        return getattr(current_user, "time_zone", None) or time_zone

    babel.init_app(
        app,
        default_translation_directories="translations",
        locale_selector=choose_language,
        timezone_selector=choose_time_zone,
    )


def _of_browser() -> str | None:
    """Return the first language of the browser's list that we speak; Werkzeug would pass over "pl-PL" for a later "en"."""
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in wanted if language in LANGUAGES), None)


def current_language() -> str:
    """Return the language of this page, "en" or "pl"."""
    return str(get_locale())


def lazy_gettext(sentence: str) -> str:
    """Return a sentence that is translated when it is shown; typed as what it behaves like, for labels in forms."""
    return cast(str, flask_babel.lazy_gettext(sentence))
