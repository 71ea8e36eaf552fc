"""Syncs of people too old to be undone: that would put back a company that is no more."""

from servicedesk.old_rows import OldRows
from servicedesk.people.models import SyncChange, SyncRun

SYNCS = OldRows(SyncRun.id, SyncRun.applied_at, hanging=(SyncChange.run_id,))
