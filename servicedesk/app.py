"""The application: extensions, outside systems, features, error pages."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_migrate import Migrate
from jinja2 import StrictUndefined

from servicedesk import cli
from servicedesk.database import db, set_up_engine
from servicedesk.desk import memberships
from servicedesk.directory.current import EXTENSION as DIRECTORY
from servicedesk.directory.ldap_directory import LdapDirectory
from servicedesk.engine_options import engine_options
from servicedesk.home import pages as home_pages
from servicedesk.incidents import api as incident_api
from servicedesk.incidents import pages as incident_pages
from servicedesk.incidents.queries.drafted_articles import Incidents
from servicedesk.knowledge import pages as knowledge_pages
from servicedesk.knowledge.queries import sources
from servicedesk.operating import pages as operating_pages
from servicedesk.people import pages as people_pages
from servicedesk.people.pages import guard
from servicedesk.search.current import EXTENSION as SEARCH
from servicedesk.search.engine import SearchEngine
from servicedesk.web import (
    access,
    api,
    bodies,
    csp_reports,
    csrf,
    error_pages,
    filters,
    headers,
    health,
    language,
    limits,
    log_lines,
    requests,
    sent_forms,
    values,
)
from servicedesk.web.rates import EXTENSION as SUGGESTION_RATE
from servicedesk.web.rates import Rate
from servicedesk.web.settings import EXTENSION as SETTINGS

if TYPE_CHECKING:
    from config import Settings

_BLUEPRINTS = (
    health.blueprint,
    csp_reports.blueprint,
    home_pages.blueprint,
    operating_pages.blueprint,
    people_pages.blueprint,
    knowledge_pages.blueprint,
    incident_pages.blueprint,
)
_LARGEST_BODY = 30_000_000
_LARGEST_FORM_MEMORY = 2_000_000
_COMPRESSED_TYPES = ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"]


def create_app(settings: "Settings") -> Flask:
    """Build the application for these settings; nothing is asked of the directory or the index yet."""
    os.umask(0o077)
    log_lines.set_up()
    app = Flask(__name__)
    app.config.update(_flask_settings(settings))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    connect(app, settings)
    _set_up_extensions(app)
    _set_up_web(app, settings)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.register(app, incident_api.blueprint)
    memberships.subscribe()
    sources.follow(Incidents())
    cli.register(app)
    access.refuse_undeclared(app)
    return app


def connect(app: Flask, settings: "Settings") -> None:
    """Give the application what it remembers in memory and asks outside, as if nothing had been asked yet."""
    app.extensions[SETTINGS] = settings
    app.extensions[DIRECTORY] = LdapDirectory(settings.directory)
    app.extensions[SEARCH] = SearchEngine(settings.index_dir, secret_key=settings.secret_key)
    app.extensions[SUGGESTION_RATE] = Rate(settings.suggestions_a_minute)


def _flask_settings(settings: "Settings") -> dict[str, object]:
    prefix = "__Host-" if settings.is_https else ""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        # The tokens in forms are signed by Flask-WTF, which knows no fallbacks: it signs with the last of these keys.
        "WTF_CSRF_SECRET_KEY": [*settings.secret_key_fallbacks, settings.secret_key],
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SESSION_COOKIE_NAME": f"{prefix}form",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TRUSTED_HOSTS": _trusted_hosts(settings.public_url),
        "PREFERRED_URL_SCHEME": urlsplit(settings.public_url).scheme,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": _LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": _LARGEST_FORM_MEMORY,
        "MAX_FORM_PARTS": 200,
        "WTF_CSRF_TIME_LIMIT": None,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "COMPRESS_MIMETYPES": _COMPRESSED_TYPES,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 4,
        "COMPRESS_MIN_SIZE": 1000,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _trusted_hosts(public_url: str) -> list[str]:
    host = urlsplit(public_url).hostname or ""
    return ["127.0.0.1", "localhost"] if host in ("127.0.0.1", "localhost") else [host]


def _set_up_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        set_up_engine(db.engine)
    Migrate(app, db, directory="migrations", render_as_batch=True, compare_type=True)
    Bootstrap5(app)
    Compress(app)
    api.set_up(app)


def _set_up_web(app: Flask, settings: "Settings") -> None:
    requests.set_up(app, trusted_proxies=settings.trusted_proxies, public_url=settings.public_url)
    bodies.set_up(app)
    limits.set_up(app)
    values.set_up(app)
    language.set_up(app, default_language=settings.default_language, time_zone=settings.time_zone)
    csrf.set_up(app, public_url=settings.public_url)
    guard.ask_again(app)
    access.enforce(app)
    guard.set_up(app)
    headers.set_up(app, is_https=settings.is_https)
    filters.set_up(app)
    sent_forms.set_up(app)
    in_clear = {"directory": settings.directory.is_in_clear, "mail": settings.mail.is_in_clear}
    app.jinja_env.globals["in_clear"] = in_clear
    error_pages.set_up(app)
