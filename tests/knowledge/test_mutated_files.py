"""Files put together of nasty pieces and mutated, from a fixed seed: each is one line of the import, none holds or ends it.

TEST_MUTATED_FILES=10000 is the long form.
"""

import os
import random
import re
from pathlib import Path

from flask import Flask

_COUNT = int(os.environ.get("TEST_MUTATED_FILES", "300"))
_PIECES = [
    "---\n", "+++\n", "...\n", "{\n", "title: A\n", "audience: staff\n", "draft: true\n", "a: &a [*a]\n", "b: [" + "[" * 3_000,
    "c: 0x" + "f" * 5_000 + "\n", 'd: "\\0"\n', "<<: [*a, *a]\n", "\t- x\n", "? y\n", "!!python/name:os\n", "title = 'A'\n",
    "\ufeff", "\u2028", "\u202e", "\0", "\r", "<!--", "-->", "{% comment %}", "{{", "{:", "[!INCLUDE [a](b)]",
    "![a](" + " " * 2_000,
    "`" * 50, "[" * 500, "> " * 30, "- " * 200, "1. a\n   - b\n", "```\n", "~~~yaml\n", "$$", "[[a|b]]", "![[a.png]]",
    "[^1]: a\n",
    "<div markdown>\n", "<img src=x>", "| a | b |\n| - | - |\n", ":::note\n", "!!! tip\n", "# Heading\n", "[a](../../b.md#c)\n",
    "Words of a text.\n", "żółw\n", "\U0001f600", "&#x0;", "<script>", "*" * 300, "_" * 300 + "a", "\\" * 99, "\n\n",
]  # fmt: skip


def _mutated(chance: random.Random) -> bytes:
    data = bytearray("".join(chance.choices(_PIECES, k=chance.randint(1, 25))).encode())
    for _ in range(chance.randint(0, 6)):
        place = chance.randrange(len(data) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            data[place:place] = bytes([chance.randrange(256)])
        elif kind == 1:
            del data[place : place + chance.randint(1, 20)]
        elif kind == 2:
            data[place:place] = data[place : place + chance.randint(1, 200)] * chance.randint(1, 50)
        else:
            data = data[place:] + data[:place]
    return bytes(data)


def test_no_mutated_file_holds_or_ends_an_import(app: Flask, tmp_path: Path) -> None:
    chance = random.Random(20261128)  # noqa: S311 - the same files each time.
    for number in range(_COUNT):
        (tmp_path / f"f{number:05}.md").write_bytes(_mutated(chance))
    result = app.test_cli_runner().invoke(args=["kb", "import", str(tmp_path)])
    assert result.exit_code == 0, (result.output[-2_000:], result.exception)
    counts = re.search(r"(\d+) added, 0 changed, 0 unchanged, (\d+) refused\.", result.output)
    assert counts is not None
    assert int(counts[1]) + int(counts[2]) == _COUNT
    assert int(counts[1]) > 0
