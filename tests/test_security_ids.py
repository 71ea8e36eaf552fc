"""Each requirement of the security register is named by a test that covers it, or it says here why there is none yet."""

import re
from pathlib import Path

HERE = Path(__file__)
# How many requirements there are under each letter.
REGISTER = {"F": 5, "A": 15, "L": 6, "S": 9, "X": 22, "M": 10}
NOT_TOUCHED = {
    "X9": "no exporter renders anything yet",
    "X14": "no table leaves as CSV or TSV yet",
    "M1": "no incoming mail yet",
    "M2": "no incoming mail yet",
    "M3": "no incoming mail yet",
    "M9": "no restore of our own yet",
}
TOUCHED = frozenset((
    "F1", "F2", "F3", "F4", "F5",
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A14", "A15",
    "L1", "L2", "L3", "L4", "L5", "L6",
    "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9",
    "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8", "X10", "X11", "X12", "X13", "X15", "X16", "X17", "X18", "X19", "X20",
    "X21", "X22",
    "M4", "M5", "M6", "M7", "M8", "M10",
))  # fmt: skip


def test_the_two_tables_are_the_whole_register() -> None:
    register = {f"{letter}{number}" for letter, most in REGISTER.items() for number in range(1, most + 1)}
    assert TOUCHED | NOT_TOUCHED.keys() == register
    assert TOUCHED & NOT_TOUCHED.keys() == set()


def test_each_requirement_that_is_touched_is_named_by_a_test_and_no_other() -> None:
    named: set[str] = set()
    for path in HERE.parent.rglob("test_*.py"):
        if path != HERE:
            lists = re.findall(r"security\.md ((?:[A-Z]\d+(?:, )?)+)", path.read_text(encoding="utf-8"))
            named |= {one for found in lists for one in found.split(", ") if one}
    assert named == TOUCHED
