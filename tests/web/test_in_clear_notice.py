"""What the settings let leave this machine unencrypted is told to admins on every page, in red (security.md L5)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

import config
from tests.applications import application
from tests.conftest import settings_for
from tests.factories import Cast, sign_in

_DIRECTORY = "Passwords travel to the company directory without encryption."
_MAIL = "Mail leaves for the mail server without encryption."
_ALLOWED = {"LDAP_ALLOW_INSECURE": "yes", "SMTP_ALLOW_INSECURE": "yes"}
Make = Callable[..., Flask]


@pytest.fixture
def make(settings: config.Settings) -> Iterator[Make]:
    """Return a way to make the application with more settings."""
    with ExitStack() as made:

        def make_app(**more: str) -> Flask:
            given = {"DATABASE_URL": settings.database_url, **_ALLOWED, **more}
            return made.enter_context(application(settings_for(settings.instance_dir, **given)))

        yield make_app


def _told(app: Flask, who: str | None) -> list[str]:
    """Return which sentences somebody reads on a page that exists and on one that does not."""
    with app.app_context():
        cast = Cast.load()
    browser = sign_in(app, getattr(cast, who)) if who else app.test_client()
    pages = [browser.get(address).text for address in ("/profile" if who else "/login", "/no-such-page")]
    return [sentence for sentence in (_DIRECTORY, _MAIL) if all(sentence in page for page in pages)]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, []),
        ({"LDAP_URLS": "ldaps://dc.example.com", "SMTP_URL": "smtps://mail.example.com"}, []),
        ({"LDAP_URLS": "ldap://dc.example.com", "LDAP_START_TLS": "yes"}, []),
        ({"LDAP_URLS": "ldaps://dc1.example.com ldap://dc2.example.com"}, [_DIRECTORY]),
        ({"SMTP_URL": "smtp://mail.example.com"}, [_MAIL]),
        ({"LDAP_URLS": "ldap://dc.example.com", "SMTP_URL": "smtp://mail.example.com"}, [_DIRECTORY, _MAIL]),
    ],
)
def test_admins_are_told_what_travels_in_clear(make: Make, more: dict[str, str], told: list[str]) -> None:
    assert _told(make(**more), "adam") == told


@pytest.mark.parametrize("who", [None, "ewa", "anna", "edyta"])
def test_nobody_else_is_told_where_to_listen(make: Make, who: str | None) -> None:
    app = make(LDAP_URLS="ldap://dc.example.com", SMTP_URL="smtp://mail.example.com")
    assert _told(app, who) == []
