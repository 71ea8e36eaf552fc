"""Remove what is of no use any more."""

from servicedesk.people import sessions, throttle


def remove_old_rows() -> int:
    """Delete dead sessions and attempts that no longer count; return how many rows that were. The caller commits."""
    return sessions.remove_dead() + throttle.remove_old()
