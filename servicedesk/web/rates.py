"""How often somebody may ask what costs a lot, counted without a row in the database.

The counts lie in memory that the processes which serve the pages share: it is made before they are forked.
"""

import mmap
import struct
import threading
import time
from typing import cast

from flask import current_app

EXTENSION = "servicedesk.suggestion_rate"
_WINDOW_S = 60
_PLACES = 65_536
_ENTRY = struct.Struct("=QII")  # Whose, in which minute, how many.


class Rate:
    """At most so many a minute for each person."""

    def __init__(self, most: int) -> None:
        """Count from nought."""
        self._most = most
        self._counts = mmap.mmap(-1, _PLACES * _ENTRY.size)
        self._lock = threading.Lock()

    def wait_s(self, person_id: int) -> int:
        """Count one more; return 0 when it is within the rate, else after how many seconds one may ask again.

        Processes that count at the same moment may miss one, and two people in one place of the table begin anew.
        """
        minute, into_s = divmod(int(time.monotonic()), _WINDOW_S)
        place = person_id % _PLACES * _ENTRY.size
        with self._lock:
            who, when, count = _ENTRY.unpack_from(self._counts, place)
            count = min(count, self._most) + 1 if (who, when) == (person_id, minute) else 1
            _ENTRY.pack_into(self._counts, place, person_id, minute, count)
        return 0 if count <= self._most else _WINDOW_S - into_s


def wait_for_suggestions_s(person_id: int) -> int:
    """Count one question for suggestions, by whatever door; see Rate.wait_s."""
    return cast(Rate, current_app.extensions[EXTENSION]).wait_s(person_id)
