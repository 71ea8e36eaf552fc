"""What people do with accounts, and what the directory does to them. The caller commits."""

from servicedesk.people.actions.accounts import take_over
from servicedesk.people.actions.break_glass import make as make_break_glass
from servicedesk.people.actions.log_in import Attempt, MustChangePasswordError, begin_attempt, log_in
from servicedesk.people.actions.profile import change_profile
from servicedesk.people.actions.recheck import (
    Recheck,
    confirm_now,
    recheck_live_accounts,
    recheck_quiet_accounts,
)
from servicedesk.people.actions.sync import apply_sync, list_syncs, undo_sync
from servicedesk.people.actions.sync_plan import SyncPlan, plan_sync
from servicedesk.people.actions.tidy import remove_old_rows

__all__ = [
    "Attempt",
    "MustChangePasswordError",
    "Recheck",
    "SyncPlan",
    "apply_sync",
    "begin_attempt",
    "change_profile",
    "confirm_now",
    "list_syncs",
    "log_in",
    "make_break_glass",
    "plan_sync",
    "recheck_live_accounts",
    "recheck_quiet_accounts",
    "remove_old_rows",
    "take_over",
    "undo_sync",
]
