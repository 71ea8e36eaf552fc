"""How long a sync of people can be undone: longer ago, it would put back a company that is no more."""

from datetime import timedelta

from servicedesk.old_rows import OldRows
from servicedesk.people.models import SyncChange, SyncRun

KEPT = timedelta(days=400)

SYNCS = OldRows(SyncRun.id, SyncRun.applied_at, KEPT, hanging=(SyncChange.run_id,))
