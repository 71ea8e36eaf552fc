"""What other features may want to know about people, without this feature knowing them."""

from blinker import Signal

groups_changed = Signal(
    "Sent inside the transaction of a log-in, a re-check or a sync, with `groups_by_person`: Mapping[int, frozenset[str]]."
)
