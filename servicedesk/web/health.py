"""Whether the process lives, and whether it may be sent people. Both name nothing (security.md X22)."""

import logging
from functools import lru_cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db
from servicedesk.web import access

blueprint = Blueprint("health", __name__)
_log = logging.getLogger("servicedesk.health")
_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
Answer = tuple[str, int, dict[str, str]]


@blueprint.get("/healthz")
@access.anyone
def lives() -> Answer:
    """Answer without asking anybody."""
    return "ok", 200, _PLAIN


@blueprint.get("/readyz")
@access.anyone
def is_ready() -> Answer:
    """Answer ok when the database answers and has the tables that this version expects.

    A broken search index is no reason to stay away: search then asks the database, and the index heals by itself.
    """
    expected = _newest_migrations(Path(current_app.root_path).parent / "migrations")
    try:
        found = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    except SQLAlchemyError as error:
        _log.error("Not ready: the database does not answer", exc_info=error)
        return "fail", 503, _PLAIN
    if found != expected:
        _log.error("Not ready: the database has migration %s, this version expects %s", found, expected)
        return "fail", 503, _PLAIN
    return "ok", 200, _PLAIN


@lru_cache(maxsize=1)
def _newest_migrations(folder: Path) -> frozenset[str]:
    return frozenset(ScriptDirectory(str(folder)).get_heads())
