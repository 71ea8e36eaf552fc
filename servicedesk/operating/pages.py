"""Whether the desk is well: one word for monitoring, the whole for admins."""

import logging
from functools import lru_cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, render_template
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import db, now
from servicedesk.operating import checks, queries
from servicedesk.web import access
from servicedesk.web.health import PLAIN, Answer
from servicedesk.web.settings import current_settings

blueprint = Blueprint("operating", __name__)
_log = logging.getLogger("servicedesk.health")


@blueprint.get("/readyz")
@access.anyone
def is_ready() -> Answer:
    """Answer ok when the database answers and has the tables that this version expects; then a line for each queue that is late.

    Neither a broken index nor a queue is a reason to stay away: people can work. Names of queues are all that is told.
    """
    expected = newest_migrations(Path(current_app.root_path).parent / "migrations")
    try:
        found = set(MigrationContext.configure(db.session.connection()).get_current_heads())
        if found != expected:
            _log.error("Not ready: the database has migration %s, this version expects %s", found, expected)
            return "fail", 503, PLAIN
        late = [*queries.late_queues(now()), *(f"job {run.name}" for run in queries.list_silent_jobs(now()))]
    except SQLAlchemyError as error:
        _log.error("Not ready: the database does not answer", exc_info=error)
        return "fail", 503, PLAIN
    return "\n".join(["ok", *(f"late: {name}" for name in late)]), 200, PLAIN


@blueprint.get("/admin/state")
@access.role("admin")
def state() -> str:
    """Show what was found wrong, the worst first, then what is well."""
    findings = checks.quick(current_settings(), now())
    return render_template("operating/state.html", findings=checks.worst_first(findings))


@lru_cache(maxsize=1)
def newest_migrations(folder: Path) -> frozenset[str]:
    """Return the migrations that the database must have for this version."""
    return frozenset(ScriptDirectory(str(folder)).get_heads())
