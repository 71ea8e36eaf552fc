"""Telling the log why search cannot answer: each reason once in a while, for every question meets it anew."""

import logging
import time

from servicedesk.search.generations import Generations, IndexDamagedError

_AGAIN_AFTER_S = 600.0
_MOST_REASONS = 50
_log = logging.getLogger("servicedesk.search")


class Failures:
    """What was told already. Shared by threads: at worst two tell the same."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self._told_at: dict[str, float] = {}

    def tell(self, error: Exception, generations: Generations) -> None:
        """Log a damaged index in a line, for the jobs process mends it, and a mistake of ours with its traceback.

        What a file provokes that was damaged since it was opened may look like a mistake: then the index is not whole now.
        """
        reason, now_s = repr(error), time.monotonic()
        if now_s - self._told_at.get(reason, -_AGAIN_AFTER_S) < _AGAIN_AFTER_S:
            return
        if len(self._told_at) >= _MOST_REASONS:
            self._told_at.clear()
        self._told_at[reason] = now_s
        if isinstance(error, IndexDamagedError | OSError | EOFError) or _is_damaged(generations):
            _log.warning("The index cannot be read: %s", reason)
        else:
            _log.error("Search failed, and not because the index is damaged", exc_info=error)


def _is_damaged(generations: Generations) -> bool:
    try:
        generations.current()
    except IndexDamagedError:
        return True
    return False
