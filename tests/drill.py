"""`make drill`: what was tried against the running product, what it acknowledged, and what of that was lost or doubled.

A test marked `drill` tells its rows; it fails when anything was lost or is there twice. The short form is part of `make test`.
`python -m tests.drill [--long] [TESTS]` runs all or those of some files on both databases and prints one table. --results
keeps it under benchmarks/results/: what ran replaces its rows, the others stay, and each says what it was measured on.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from pathlib import Path

import pytest

from benchmarks import report
from tests.services.databases import IS_POSTGRESQL

_ROOT = Path(__file__).parents[1]
_ROWS_FILE = "DRILL_ROWS"
_LONG = {"TEST_FILINGS": "10000", "TEST_KILLS": "200", "TEST_DRILL": "long"}
_MIDDLE = {"TEST_FILINGS": "1000", "TEST_KILLS": "40"}
IS_LONG = os.environ.get("TEST_DRILL") == "long"


@dataclass(frozen=True)
class Row:
    """One thing that was tried. `held_up_s` is the longest that somebody waited for an answer, None where nobody did.

    `measured_on` is the form, the commit and how busy the machine was.
    """

    what: str
    database: str
    tried: int
    acknowledged: int
    lost: int
    doubled: int
    held_up_s: float | None
    note: str
    measured_on: str = ""


class Drill:
    """Where a test tells what came of it."""

    def tell(
        self,
        what: str,
        *,
        tried: int,
        acknowledged: int,
        lost: int,
        doubled: int,
        held_up_s: float | None = None,
        note: str = "",
    ) -> None:
        """Keep a row for the table; fail when anything was lost or is there twice, and when nothing was acknowledged."""
        database = "PostgreSQL" if IS_POSTGRESQL else "SQLite"
        row = Row(what, database, tried, acknowledged, lost, doubled, held_up_s, note)
        sys.stdout.write(f"{_line(row)}\n")
        if path := os.environ.get(_ROWS_FILE):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")
        assert acknowledged > 0, f"{what}: nothing was acknowledged, so this proved nothing"
        assert (lost, doubled) == (0, 0), _line(row)


@pytest.fixture
def drill() -> Drill:
    """Tell what was tried and what came of it."""
    return Drill()


def main() -> int:
    """Run all drills on both databases and print the table; return 1 when one of them failed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--long", action="store_true", help="10,000 filings and 200 kills a database")
    arguments.add_argument("--results", action="store_true", help="keep the table under benchmarks/results/")
    arguments.add_argument("--database", choices=["sqlite", "postgresql"], help="only this one")
    arguments.add_argument("tests", nargs="*", help="only the drills of these files")
    options = arguments.parse_args()
    databases = [options.database] if options.database else ["sqlite", "postgresql"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        codes = [_run(database, path, options.tests, is_long=options.long) for database in databases]
        rows = read_rows(path, "long" if options.long else "middle")
    if options.results:
        keep(rows)
    else:
        sys.stdout.write(f"\n{_table(rows)}")
    return int(any(codes))


def read_rows(path: Path, form: str) -> list[Row]:
    """Return what a run has told, one row for each thing on each database."""
    facts, load = report.about(), os.getloadavg()[-1]
    measured_on = f"{form} form, {facts['commit']}, {facts['cores']} cores, load {load:.0f}"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [Row(**json.loads(line)) for line in lines]
    return [replace(row, measured_on=row.measured_on or measured_on) for row in _summed(rows)]


def keep(rows: Sequence[Row]) -> None:
    """Put the rows in the place of those of earlier runs that told of the same."""
    kept = report.RESULTS / "drill.json"
    before = json.loads(kept.read_text(encoding="utf-8"))["results"] if kept.exists() else []
    all_rows = {(row.what, row.database): row for row in [*(Row(**row) for row in before), *rows]}
    report.save("drill", [asdict(row) for row in all_rows.values()], _table([*all_rows.values()]))


def _run(database: str, rows: Path, tests: Sequence[str], *, is_long: bool) -> int:
    environment = {
        **os.environ,
        **(_LONG if is_long else _MIDDLE),
        "TEST_DATABASE": database,
        _ROWS_FILE: str(rows),
    }
    chosen = "drill" if database == "sqlite" else "drill and not one_database"
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-m", chosen, *tests]
    return subprocess.run(command, cwd=_ROOT, env=environment, check=False).returncode


def _summed(rows: Sequence[Row]) -> list[Row]:
    """Make one row of all that tell of the same thing on the same database."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.what, row.database), []).append(row)
    return [
        Row(
            what,
            database,
            tried=sum(row.tried for row in some),
            acknowledged=sum(row.acknowledged for row in some),
            lost=sum(row.lost for row in some),
            doubled=sum(row.doubled for row in some),
            held_up_s=max((row.held_up_s for row in some if row.held_up_s is not None), default=None),
            note="; ".join(dict.fromkeys(row.note for row in some if row.note)),
            measured_on="; ".join(dict.fromkeys(row.measured_on for row in some if row.measured_on)),
        )
        for (what, database), some in groups.items()
    ]


def _table(rows: Sequence[Row]) -> str:
    head = [field.name.replace("_s", " (s)").replace("_", " ") for field in fields(Row)]
    lines = [head, ["---"] * len(head), *([_cell(value) for value in astuple(row)] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _line(row: Row) -> str:
    return ", ".join(f"{name}: {_cell(value)}" for name, value in asdict(row).items())


def _cell(value: object) -> str:
    return "–" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
