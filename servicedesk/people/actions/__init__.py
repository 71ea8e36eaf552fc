"""What people do with accounts, and what the directory does to them. The caller commits."""

from servicedesk.people.actions.accounts import take_over
from servicedesk.people.actions.log_in import Attempt, begin_attempt, log_in
from servicedesk.people.actions.profile import change_profile
from servicedesk.people.actions.recheck import Recheck, recheck_live_accounts
from servicedesk.people.actions.tidy import remove_old_rows

__all__ = [
    "Attempt",
    "Recheck",
    "begin_attempt",
    "change_profile",
    "log_in",
    "recheck_live_accounts",
    "remove_old_rows",
    "take_over",
]
