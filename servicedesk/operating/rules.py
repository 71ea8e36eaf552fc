"""What counts as late or low, and how a finding is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

LONGEST_MAIL_WAIT = timedelta(minutes=10)
LONGEST_INDEX_WAIT = timedelta(minutes=2)
# A run that takes longer is told; an index of 50,000 articles is built in that time.
LONGEST_RUN = timedelta(minutes=5)
OVERDUE = "overdue"
LOW_SPACE_BYTES = 2_000_000_000
NO_SPACE_BYTES = 200_000_000
LONGEST_CLOCK_ERROR = timedelta(minutes=5)
_GRACE = timedelta(minutes=5)


class State(IntEnum):
    """How bad it is: `ACT` needs somebody now, `LOOK` when there is time."""

    OK = 0
    LOOK = 1
    ACT = 2


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `sentence` is to be translated, then filled with `values`; it says what to do."""

    name: str
    state: State
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


def act(name: str, sentence: str, /, **values: object) -> Finding:
    """Return a finding that needs somebody now."""
    return Finding(name, State.ACT, sentence, values)


def look(name: str, sentence: str, /, **values: object) -> Finding:
    """Return a finding that needs somebody when there is time."""
    return Finding(name, State.LOOK, sentence, values)


def well(name: str, sentence: str, /, **values: object) -> Finding:
    """Return a finding that needs nobody."""
    return Finding(name, State.OK, sentence, values)


def longest_pause(every_s: int) -> timedelta:
    """Return how long a job may be silent that runs every so many seconds: it may take a while, and miss a turn."""
    return 3 * timedelta(seconds=every_s) + _GRACE


def worst(findings: Sequence[Finding]) -> State:
    """Return the state of the worst finding."""
    return max((finding.state for finding in findings), default=State.OK)
