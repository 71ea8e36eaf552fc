"""A line that a pattern would go through again and again holds nobody up: its file goes in like the others."""

from pathlib import Path

import pytest
from flask import Flask

from tests.knowledge import library

_RISING = " ".join("`" * length for length in range(1, 700))
_LINES = {
    "blanks in a heading": "# Quarterly table" + " " * 50_000 + "2026",
    "blanks before marks": "# Quarterly table" + " " * 50_000 + "#",
    "marks in a heading": "# Quarterly table " + "#" * 50_000 + "x",
    "rising back-ticks": f"# Quarterly table {_RISING}",
    "one run of back-ticks": "# Quarterly table " + "`" * 100_000,
    "open comments": "# Quarterly table " + "<!--" * 40_000,
    "open anchors": "# Quarterly table " + '<a name="' * 40_000,
    "open brackets": "# Quarterly table " + "[" * 100_000,
    "open footnotes": "# Quarterly table " + "[^" * 50_000,
    "open targets": "# Quarterly table " + "[a](" * 40_000,
    "open codes": "# Quarterly table " + "{%" * 50_000,
    "open braces": "# Quarterly table " + "{:" * 50_000,
}
_PARAGRAPHS = {
    "a paragraph of blanks": "x" + " " * 20_000 + "y",
    "a paragraph of comments": "x " + "<!--" * 5_000,
    "a paragraph of back-ticks": f"x {_RISING}",
    "a paragraph of braces": "x " + "{:" * 10_000,
    "a paragraph of brackets": "x " + "[a](" * 5_000,
    "links of many folders": "\n".join(f"[x](/{'a/' * 50_000}{number})" for number in range(4)),
    "a fence without end": "x [[\n" + "`" * 100_000,
    "falling fences": "[[\n" + "\n".join("`" * length for length in range(400, 2, -1)),
    "other fences": "[[\n" + "\n".join("~" * length for length in range(400, 2, -1)),
}


@pytest.mark.parametrize("command", ["import", "sync"])
@pytest.mark.parametrize("text", [*_LINES.values(), *_PARAGRAPHS.values()], ids=[*_LINES, *_PARAGRAPHS])
def test_no_line_holds_the_others_up(app: Flask, tmp_path: Path, text: str, command: str) -> None:
    """Each of them took minutes, or had no end."""
    (tmp_path / "a.md").write_text(f"{text}\n\nText.\n")
    (tmp_path / "good.md").write_text("# Good\n\nText.\n")
    words = ["kb", "import"] if command == "import" else ["kb", "sync", "--from-files-only", "--path"]
    result = app.test_cli_runner().invoke(args=[*words, str(tmp_path)])
    assert result.exit_code == 0, (result.output, result.exception)
    assert library.get_state(app, "good").state == "published"
