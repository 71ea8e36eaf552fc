"""Writes what was measured: JSON for machines, a table for people, both with the commit it was measured on."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servicedesk.database import now

RESULTS = Path(__file__).parent / "results"


def write(name: str, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Write results/<name>.json and results/<name>.md, a row for each result, and print the table."""
    save(name, results, as_table(results))


def save(name: str, results: object, table: str) -> None:
    """Write results and their table beneath what they were measured on, and print the table."""
    facts = about()
    text = f"# {name}\n\n{', '.join(f'{key} {value}' for key, value in facts.items())}\n\n{table}"
    RESULTS.mkdir(exist_ok=True)
    document = json.dumps({"about": facts, "results": results}, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(f"{document}\n", encoding="utf-8")
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def about() -> dict[str, object]:
    """Return the commit and the machine."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "commit": commit,
        "measured_on": now().date().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }


def as_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a Markdown table: a row for each result, a column for each figure, in the order of their first appearance."""
    columns = list(dict.fromkeys(key for row in results.values() for key in row))
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [
        f"| {key} | " + " | ".join(str(row.get(column, "")) for column in columns) + " |"
        for key, row in results.items()
    ]
    return "\n".join(lines) + "\n"
