"""Whether the desk is well: one word for monitoring, the whole for admins."""

import logging

from flask import Blueprint, render_template
from sqlalchemy.exc import SQLAlchemyError

from servicedesk.database import now
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
    expected = queries.migrations_expected()
    try:
        found = queries.migrations_found()
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
