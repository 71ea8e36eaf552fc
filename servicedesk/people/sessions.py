"""Server-side web sessions: a random id in a cookie of its own, stored hashed (security.md S1–S3)."""

import hashlib
import secrets
from datetime import timedelta

from flask import Flask, Request, current_app
from flask_login import LoginManager
from sqlalchemy import select

from servicedesk.database import db, now
from servicedesk.people.models import Person, WebSession

ABSOLUTE_LIFETIME = timedelta(hours=12)
IDLE_LIFETIME = timedelta(minutes=60)
login_manager = LoginManager()


def set_up(app: Flask) -> None:
    """Let Flask-Login find the person by our own cookie; nothing about log-in is in Flask's signed one."""
    login_manager.init_app(app)
    login_manager.request_loader(_load)


def cookie_name(*, is_https: bool) -> str:
    """Return the cookie's name; with https a browser then refuses it from anybody but this very host."""
    return "__Host-sid" if is_https else "sid"


def start(person: Person, *, network: str, browser: str) -> str:
    """Begin a session for the person and return what the cookie must hold. The caller commits."""
    cookie = secrets.token_urlsafe(32)
    db.session.add(
        WebSession(
            id_hash=_hash(cookie),
            public_id=secrets.token_hex(8),
            person_id=person.id,
            expires_at=now() + ABSOLUTE_LIFETIME,
            network=network[:64],
            browser=browser[:200],
        )
    )
    return cookie


def _load(request: Request) -> Person | None:
    cookie = request.cookies.get(cookie_name(is_https=current_app.config["SESSION_COOKIE_SECURE"]), "")
    if not cookie:
        return None
    found = db.session.scalar(select(WebSession).where(WebSession.id_hash == _hash(cookie)))
    if found is None or found.expires_at <= now() or found.last_used_at + IDLE_LIFETIME <= now():
        return None
    return found.person if found.person.is_active else None


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
