"""The secret key can be changed while people work: nobody is signed out, and no open form is lost."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

import config
from servicedesk import jobs
from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.people import sessions
from tests.conftest import settings_for
from tests.factories import Cast, sign_in
from tests.knowledge import library
from tests.web.test_csrf import CHOICES, token_of

_NEW_KEY = "another-key-9876543210-zyxwvutsrqponml"
_SID = sessions.cookie_name(is_https=False)


def _restarted(settings: config.Settings, *fallbacks: str) -> Flask:
    """Return the application as it is after a restart with another key, on the same data."""
    more = {"SECRET_KEY_FALLBACKS": " ".join(fallbacks)} if fallbacks else {}
    fresh = settings_for(
        Path(settings.instance_dir), DATABASE_URL=settings.database_url, SECRET_KEY=_NEW_KEY, **more
    )
    return create_app(fresh)


def _same_browser(app: Flask, old: FlaskClient) -> FlaskClient:
    client = app.test_client()
    for name in (_SID, "form"):
        cookie = old.get_cookie(name)
        assert cookie is not None
        client.set_cookie(name, cookie.value)
    return client


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_with_the_old_key_as_fallback_open_forms_and_sessions_stay_valid(
    csrf_app: Flask, settings: config.Settings, cast: Cast
) -> None:
    old = sign_in(csrf_app, cast.ewa)
    token = token_of(old)
    app = _restarted(settings, "a-key-from-long-ago-0123456789-abcdef", settings.secret_key)
    client = _same_browser(app, old)
    assert client.post("/profile", data=CHOICES | {"csrf_token": token}).status_code == 303
    assert client.post("/profile", data=CHOICES | {"csrf_token": "x"}).status_code == 400
    _close(app)


def test_what_is_signed_after_the_change_needs_no_fallback(settings: config.Settings, cast: Cast) -> None:
    app = _restarted(settings, settings.secret_key)
    during = sign_in(app, cast.ewa)
    token = token_of(during)
    later = _restarted(settings)
    client = _same_browser(later, during)
    assert client.post("/profile", data=CHOICES | {"csrf_token": token}).status_code == 303
    _close(app)
    _close(later)


def test_without_a_fallback_people_stay_signed_in_and_only_open_forms_are_stale(
    csrf_app: Flask, settings: config.Settings, cast: Cast
) -> None:
    old = sign_in(csrf_app, cast.ewa)
    token = token_of(old)
    app = _restarted(settings)
    client = _same_browser(app, old)
    assert client.get("/profile").status_code == 200
    assert client.post("/profile", data=CHOICES | {"csrf_token": token}).status_code == 400
    assert client.post("/profile", data=CHOICES | {"csrf_token": token_of(client)}).status_code == 303
    _close(app)


def test_the_index_is_built_anew_with_the_new_key(
    csrf_app: Flask, settings: config.Settings, cast: Cast
) -> None:
    library.publish(csrf_app, "clear-a-jam", title="Clear a paper jam")
    library.index(csrf_app)
    app = _restarted(settings, settings.secret_key)
    client = sign_in(app, cast.ewa)
    assert "Clear a paper" in client.get("/search?q=paper").text.replace("<mark>", "").replace("</mark>", "")
    with app.app_context():
        jobs.update_search()
    page = client.get("/search?q=papers+jamming").text
    assert "/articles/clear-a-jam" in page
    _close(app)
