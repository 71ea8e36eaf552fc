"""How times, sizes and icons look on all pages."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import flask_bootstrap
from flask import Flask, render_template, url_for
from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    get_locale,
    get_timezone,
    gettext,
    ngettext,
)
from flask_login import current_user
from markupsafe import Markup

from servicedesk.database import now
from servicedesk.web.language import LANGUAGES, current_language

_ICON = Markup(
    '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">{1}</svg>'
)
_SPRITE = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"


def set_up(app: Flask) -> None:
    """Give all templates the filters and functions of this module."""
    app.add_template_filter(time_ago)
    app.add_template_filter(day)
    app.add_template_filter(exact_time)
    app.add_template_filter(file_size)
    app.add_template_filter(cleaned_html)
    app.add_template_global(icon)
    app.add_template_global(asset)
    app.add_template_global(current_language)
    app.add_template_global(now)
    app.jinja_env.globals["LANGUAGES"] = LANGUAGES
    # Macros are imported without a page's own variables, and several of them ask who reads.
    app.jinja_env.globals["current_user"] = current_user


def time_ago(at: datetime) -> str:
    """Say when in the reader's words: "just now", "12 min ago", "today 14:20", "yesterday 09:05", "3 Nov 2026"."""
    zone, moment = get_timezone(), now()
    here, age = at.astimezone(zone), moment - at
    if timedelta(0) <= age < timedelta(minutes=1):
        return gettext("just now")
    if timedelta(0) <= age < timedelta(hours=1):
        minutes = int(age.total_seconds() // 60)
        return ngettext("%(num)d min ago", "%(num)d min ago", minutes)
    days = (moment.astimezone(zone).date() - here.date()).days
    if days == 0:
        return gettext("today %(time)s", time=f"{here:%H:%M}")
    if days == 1:
        return gettext("yesterday %(time)s", time=f"{here:%H:%M}")
    return day(here.date())


def day(on: date) -> str:
    """Write a date as 3 Nov 2026."""
    return _day(on, str(get_locale()))


@lru_cache(maxsize=8192)
def _day(on: date, _language: str) -> str:
    return str(format_date(on, "d MMM y"))


def exact_time(at: datetime) -> str:
    """Write the time in full, for titles and screen readers."""
    return _exact_time(at.replace(second=0, microsecond=0), str(get_locale()), str(get_timezone()))


@lru_cache(maxsize=8192)
def _exact_time(minute: datetime, _language: str, _time_zone: str) -> str:
    """Format once what a list shows again and again; the language and zone of the request are part of the key."""
    return str(format_datetime(minute, "EEEE d MMMM y, HH:mm z"))


def file_size(size_bytes: int) -> str:
    """Write a size in kB, MB or GB, with the reader's decimal sign."""
    for unit, unit_bytes in (("GB", 1_000_000_000), ("MB", 1_000_000)):
        if size_bytes >= unit_bytes:
            return f"{format_decimal(size_bytes / unit_bytes, '0.0')} {unit}"
    return f"{max(1, size_bytes // 1000)} kB"


def asset(name: str) -> str:
    """Return the address of a static file, with a mark that changes when the file does, so that it may be cached for long."""
    return url_for("static", filename=name, v=_version(name))


@lru_cache(maxsize=256)
def _version(name: str) -> str:
    path = Path(__file__).parents[1] / "static" / name
    return format(path.stat().st_mtime_ns // 1_000_000, "x")


@lru_cache(maxsize=512)
def icon(name: str, *, size: int = 16) -> Markup:
    """Draw a Bootstrap icon inline; it is decoration, so screen readers pass over it. Words stand beside it."""
    return _ICON.format(size, _icon_shapes(name))


def cleaned_html(html: str) -> Markup:
    """Pass on an article's HTML as it was cleaned when its revision was written (knowledge/rendering.py)."""
    return Markup(html)  # noqa: S704 - the one place where stored HTML becomes markup.


def rendered(template: str, **values: object) -> Markup:
    """Render a piece of a page that another template will hold; our own template has escaped what stands in it."""
    return Markup(render_template(template, **values))  # noqa: S704 - see above.


def _icon_shapes(name: str) -> Markup:
    """Cut one symbol out of the dependency's sprite, which as a whole would be a megabyte on each page."""
    found = re.search(
        rf'<symbol [^>]*id="{re.escape(name)}"[^>]*>(.*?)</symbol>', _SPRITE.read_text(encoding="utf-8")
    )
    if found is None:
        raise LookupError(f"There is no icon named {name}.")
    return Markup(found[1])  # noqa: S704 - our own dependency's file.
