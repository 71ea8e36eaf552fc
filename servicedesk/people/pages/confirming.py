"""Asking the directory at once about somebody who is signed in and whose last check looks old.

That is how everybody's looks when a clock that was behind is set right. It is asked only in place of a refusal, and not
about the same person again within some seconds: a directory that does not answer must not hold up every request.
"""

import logging
from datetime import timedelta

from flask import current_app
from sqlalchemy.exc import InternalError, OperationalError

from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.people import actions
from servicedesk.people.models import Person
from servicedesk.web.requests import begin_transactions
from servicedesk.web.settings import current_settings

_NOT_AGAIN_WITHIN = timedelta(seconds=10)
_log = logging.getLogger("servicedesk.people")


def is_confirmed_now(person: Person) -> bool:
    """Tell whether the directory confirms somebody as they are known here. Nothing may be unsaved: this commits."""
    asked_at = person.state_asked_at
    if asked_at is not None and abs(now() - asked_at) < _NOT_AGAIN_WITHIN:
        return False
    by_role = current_settings().groups["roles"]
    is_confirmed = False
    try:
        is_confirmed = actions.confirm_now(current_directory(), person, by_role=by_role)
        db.session.commit()
    except (OperationalError, InternalError):
        db.session.rollback()
        _log.warning("Somebody's state could not be written down")
        is_confirmed = False
    begin_transactions(current_app)
    return is_confirmed
