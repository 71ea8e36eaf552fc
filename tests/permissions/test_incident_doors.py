"""Each verb on an incident, tried by each relation through each door: done, refused, or as if there were nothing.

Side doors are doors too, and what exists is as secret as what it says (security.md A2, A9, A13).
"""

from itertools import product

import pytest

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from tests.permissions import matrix, oracle, targets
from tests.permissions.answers import is_sent_to_log_in, knock, knock_at_nothing, lacks_role
from tests.permissions.conftest import Desk
from tests.permissions.doors import INCIDENT_DOORS, Door, Target
from tests.permissions.stage import PEOPLE, case_of
from tests.sameness import plain

_SUBJECTS = ("emil", "ewa", "wanda", "anna", "nina", "lena", "hanna", "edyta", "adam")
_WITHOUT_OBJECT = ("file", "file_for_colleague")
_OBJECT_DOORS = [door for door in INCIDENT_DOORS if door.verb not in _WITHOUT_OBJECT]
_FILING_DOORS = [door for door in INCIDENT_DOORS if door.verb in _WITHOUT_OBJECT]


class Targets:
    """What the doors lead to: an incident that was changed is not used again, and nothing is always the same nothing."""

    def __init__(self, staged: Desk) -> None:
        self._staged = staged
        self._kept: dict[tuple[str, str], Target] = {}
        self._nothing: dict[tuple[Door, str], object] = {}
        self._traces: dict[object, tuple[object, ...]] = {}

    def find(self, door: Door, visibility: str) -> Target:
        """Return an incident of this class in the state that the door needs."""
        if door.method == "GET":
            return targets.of_staged(self._staged.stage.cases[visibility], door)
        key = (visibility, door.state)
        if key not in self._kept:
            with self._staged.app.app_context():
                self._kept[key] = targets.fresh_incident(self._staged.stage, visibility, door.state)
                db.session.commit()
            assert self.is_as_before(self._kept[key])
        return self._kept[key]

    def forget(self, door: Door, visibility: str) -> None:
        """Let the next one who asks have another incident."""
        self._kept.pop((visibility, door.state), None)

    def is_as_before(self, target: Target) -> bool:
        """Tell whether nothing of an incident has changed since this was asked last; the first time it is true."""
        number = target.address["incident_id"]
        with self._staged.app.app_context():
            found = targets.traces_of(number)
        before = self._traces.setdefault(number, found)
        self._traces[number] = found
        return found == before

    def nothing(self, door: Door, name: str) -> object:
        """Return what the door answers somebody about an incident that never was."""
        if (door, name) not in self._nothing:
            target = self.find(door, "normal")
            answer = knock_at_nothing(self._staged.app, self._staged.browsers[name], door, target)
            self._nothing[door, name] = plain(answer)
        return self._nothing[door, name]


@pytest.fixture(scope="module")
def targets_of(staged: Desk) -> Targets:
    """The incidents behind the doors."""
    return Targets(staged)


def _name(value: object) -> str | None:
    return value.name.replace(" ", "_") if isinstance(value, Door) else None


@pytest.mark.parametrize(
    ("door", "visibility", "name"), list(product(_OBJECT_DOORS, matrix.CLASSES, _SUBJECTS)), ids=_name
)
def test_a_verb_is_done_refused_or_answered_as_if_there_were_nothing(
    staged: Desk, targets_of: Targets, door: Door, visibility: str, name: str
) -> None:
    who, case = PEOPLE[name], case_of(visibility)
    target = targets_of.find(door, visibility)
    answer = knock(staged.app, staged.browsers[name], door, target)
    if lacks_role(staged.app, door, who):
        assert answer.status_code == 403
        assert plain(answer) == targets_of.nothing(door, name)
    elif not oracle.can(who, "see", case):
        assert answer.status_code == 404
        assert plain(answer) == targets_of.nothing(door, name)
    elif not oracle.can(who, door.verb, case) or visibility not in door.classes:
        assert answer.status_code == (404 if _is_a_part(door) else door.denied)
    else:
        targets_of.forget(door, visibility)
        assert answer.status_code in door.expected
        assert door.method == "GET" or door.verb == "stop_watching" or not targets_of.is_as_before(target)
        return
    assert door.method == "GET" or targets_of.is_as_before(target)


@pytest.mark.parametrize(("door", "name"), list(product(_OBJECT_DOORS, (None, "zoe"))), ids=_name)
def test_nobody_does_anything_without_being_signed_in(
    staged: Desk, targets_of: Targets, door: Door, name: str | None
) -> None:
    target = targets_of.find(door, "normal")
    assert is_sent_to_log_in(knock(staged.app, staged.browsers[name], door, target))
    assert door.method == "GET" or targets_of.is_as_before(target)


@pytest.mark.parametrize(
    ("door", "visibility", "name"), list(product(_FILING_DOORS, matrix.CLASSES, _SUBJECTS)), ids=_name
)
def test_filing_is_for_oneself_and_for_staff_also_for_colleagues(
    staged: Desk, targets_of: Targets, door: Door, visibility: str, name: str
) -> None:
    target = targets_of.find(door, visibility)
    before = _count(staged)
    answer = knock(staged.app, staged.browsers[name], door, target)
    if oracle.can(PEOPLE[name], door.verb, case_of(visibility)):
        assert answer.status_code == 303
        assert _count(staged) == before + 1
    else:
        assert answer.status_code in (403, door.denied)
        assert _count(staged) == before


def _is_a_part(door: Door) -> bool:
    """Files of notes are things of their own: who may not read notes does not learn that there are any."""
    return door.verb == "read_notes"


def _count(staged: Desk) -> int:
    with staged.app.app_context():
        return db.session.query(Incident).count()
