"""Which language and time zone a page is in: the person's own, else the browser's, else the installation's."""

import logging
from collections.abc import Callable
from functools import cache
from typing import cast

import flask_babel
from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_login import current_user

from servicedesk.time_zones import todays_name

LANGUAGES = {"en": "English", "pl": "Polski"}
THEMES = ("auto", "light", "dark")
_log = logging.getLogger("servicedesk.people")
babel = Babel()


def set_up(app: Flask, *, default_language: str, time_zone: str) -> None:
    """Choose language and zone for each request."""

    def choose_language() -> str:
        own = _known("language", getattr(current_user, "language", None))
        return own or _of_browser() or default_language

    def choose_time_zone() -> str:
        return _known("time_zone", getattr(current_user, "time_zone", None)) or time_zone

    def choose_theme() -> str:
        return _known("theme", getattr(current_user, "theme", None)) or THEMES[0]

    app.add_template_global(choose_theme, "current_theme")

    babel.init_app(
        app,
        default_translation_directories="translations",
        locale_selector=choose_language,
        timezone_selector=choose_time_zone,
    )


@cache
def _known(kind: str, stored: str | None) -> str | None:
    """Return a stored choice if it means something here; else it counts as not made, and the log says so once."""
    finders: dict[str, Callable[[str | None], str | None]] = {
        "language": _find_language,
        "time_zone": todays_name,
        "theme": _find_theme,
    }
    find = finders[kind]
    found = find(stored)
    if stored and found is None:
        _log.warning("Somebody has chosen a %s that is not known here: %r", kind, stored)
    return found


def _find_language(stored: str | None) -> str | None:
    return stored if stored in LANGUAGES else None


def _find_theme(stored: str | None) -> str | None:
    return stored if stored in THEMES else None


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
