"""Browsers tell here what the content security policy stopped: an attack, or a mistake of ours."""

import json
import logging
import time

from flask import Blueprint, request

from servicedesk.web import access
from servicedesk.web.csrf import csrf

blueprint = Blueprint("csp_reports", __name__)
_MOST_PER_MINUTE = 20
_LONGEST_FIELD = 300
_FIELDS = ("documentURL", "blockedURL", "effectiveDirective", "sourceFile", "lineNumber")
_log = logging.getLogger("servicedesk.csp")
_recent: list[float] = []


@blueprint.post("/csp-reports")
@access.anyone
def receive() -> tuple[str, int]:
    """Write a few reports a minute into the log; anybody can send them, so nothing else comes of it."""
    now_s = time.monotonic()
    _recent[:] = [at for at in _recent if now_s - at < 60][-_MOST_PER_MINUTE:]
    if len(_recent) < _MOST_PER_MINUTE:
        _recent.append(now_s)
        _log.warning("The content security policy stopped something", extra={"fields": _read()})
    return "", 204


csrf.exempt(receive)


def _read() -> dict[str, object]:
    try:
        reports = json.loads(request.get_data(as_text=True))
        body = (reports[0] if isinstance(reports, list) else reports)["body"]
        return {name: str(body[name])[:_LONGEST_FIELD] for name in _FIELDS if name in body}
    except (ValueError, TypeError, LookupError, RecursionError):
        return {"unreadable": True}
