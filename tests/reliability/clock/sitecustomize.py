"""Gives each Python that finds this on its path a clock that is off by as many days as a file says, at any time."""

import os
import threading
import time
from pathlib import Path

import time_machine

_SAID = Path(os.environ["TEST_CLOCK"])
_LOOK_EVERY_S = 0.2
_DAY_S = 86_400


def _off_by_s() -> int:
    return int(_SAID.read_text()) * _DAY_S


def _follow() -> None:
    shown = 0
    while True:
        if (off_by_s := _off_by_s()) != shown:
            _clock.move_to(time_machine.escape_hatch.time.time() + off_by_s)
            shown = off_by_s
        time.sleep(_LOOK_EVERY_S)


def _begin() -> None:
    threading.Thread(target=_follow, daemon=True).start()


_clock = time_machine.travel(time.time() + _off_by_s(), tick=True).start()
_begin()
os.register_at_fork(after_in_child=_begin)
