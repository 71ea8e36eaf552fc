"""Writes what was measured: JSON for machines, a table for people, both with the commit it was measured on."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from servicedesk.database import now

RESULTS = Path(__file__).parent / "results"


def write(name: str, results: dict[str, Any]) -> None:
    """Write results/<name>.json and results/<name>.md and print the table."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    about = {
        "commit": commit,
        "measured_on": now().date().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(
        json.dumps({"about": about, "results": results}, indent=2) + "\n", encoding="utf-8"
    )
    table = as_table(name, about, results)
    (RESULTS / f"{name}.md").write_text(table, encoding="utf-8")
    sys.stdout.write(table)


def as_table(name: str, about: dict[str, Any], results: dict[str, Any]) -> str:
    """Return a Markdown table: a row for each result, a column for each figure."""
    columns = sorted({key for row in results.values() for key in row})
    lines = [f"# {name}", "", ", ".join(f"{key} {value}" for key, value in about.items()), "",
             "| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]  # fmt: skip
    lines += [
        f"| {key} | " + " | ".join(str(row.get(column, "")) for column in columns) + " |"
        for key, row in results.items()
    ]
    return "\n".join(lines) + "\n"
