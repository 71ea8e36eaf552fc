"""Pure decisions: priority, allowed changes of state. ITIL's names where it has them."""

from enum import StrEnum


class State(StrEnum):
    """Where an incident stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN_STATES = (State.NEW, State.IN_PROGRESS, State.WAITING)

_STAFF_MAY = {
    State.NEW: {State.IN_PROGRESS, State.WAITING, State.RESOLVED},
    State.IN_PROGRESS: {State.WAITING, State.RESOLVED},
    State.WAITING: {State.IN_PROGRESS, State.RESOLVED},
    State.RESOLVED: {State.IN_PROGRESS, State.CLOSED},
    State.CLOSED: {State.IN_PROGRESS},
}
_REQUESTER_MAY = {
    State.NEW: {State.CLOSED},
    State.IN_PROGRESS: {State.CLOSED},
    State.WAITING: {State.CLOSED, State.IN_PROGRESS},
    State.RESOLVED: {State.CLOSED, State.IN_PROGRESS},
    State.CLOSED: {State.IN_PROGRESS},
}
_PRIORITY = {
    (1, 1): 1, (1, 2): 2, (1, 3): 3,
    (2, 1): 2, (2, 2): 3, (2, 3): 4,
    (3, 1): 2, (3, 2): 3, (3, 3): 4,
}  # fmt: skip


def priority(*, impact: int, urgency: int) -> int:
    """Return the priority 1 (highest) to 4 from impact (1 company, 2 team, 3 me) and urgency (1 cannot work … 3 no hurry)."""
    return _PRIORITY[impact, urgency]


def may_change_state(before: State, after: State, *, is_staff: bool) -> bool:
    """Tell whether the change is one that staff, or else the requester, may make."""
    return after in (_STAFF_MAY if is_staff else _REQUESTER_MAY)[before]
