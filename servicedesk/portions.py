"""Much to write, a little at a time, so that nobody waits for all of it."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

_LEAST_REST_S, _LONGEST_REST_S = 0.1, 2.0
Row = TypeVar("Row")


def portions(rows: Sequence[Row], *, of: int) -> Iterator[Sequence[Row]]:
    """Yield so many at a time, each to be committed, with a rest between as long as the last one took.

    Whoever commits and begins anew at once keeps the write lock as if it had never let go: others look for it only every
    few milliseconds.
    """
    for start in range(0, len(rows), of):
        began = time.monotonic()
        yield rows[start : start + of]
        if start + of < len(rows):
            time.sleep(min(max(time.monotonic() - began, _LEAST_REST_S), _LONGEST_REST_S))
