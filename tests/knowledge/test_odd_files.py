"""Whatever lies in a tree, each file is one line of the report and the others go in."""

import os
from pathlib import Path

import pytest
from flask import Flask

from tests.knowledge import library

_HUGE = "0x" + "f" * 6_000


def _doubled(times: int) -> str:
    """Return a list that holds twice what the one before it holds."""
    lines = [f"b{number}: &b{number} [*b{number - 1}, *b{number - 1}]" for number in range(1, times)]
    return "\n".join(["b0: &b0 [x, x]", *lines])


def _merged(times: int) -> str:
    """Return a mapping that takes in the one before it nine times."""
    lines = [
        f"b{number}: &b{number} {{<<: [{', '.join([f'*b{number - 1}'] * 9)}]}}" for number in range(1, times)
    ]
    return "\n".join(["b0: &b0 {k: v}", *lines])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with one good article."""
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "good.md").write_text("# Good\n\nText.\n")
    return folder


def _run(app: Flask, command: str, root: Path) -> str:
    words = (
        ["kb", "import", str(root)]
        if command == "import"
        else ["kb", "sync", "--path", str(root), "--from-files-only"]
    )
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 0, (result.output, result.exception)
    assert library.get_state(app, "good").state == "published"
    return result.output


@pytest.mark.parametrize("command", ["import", "sync"])
def test_what_is_no_file_is_named(app: Flask, root: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret.md").write_text("# Secret\n\nText.\n")
    (root / "folder.md").mkdir()
    (root / "loop.md").symlink_to("loop.md")
    (root / "gone.md").symlink_to("nowhere.md")
    (root / "outside.md").symlink_to(tmp_path / "elsewhere/secret.md")
    (root / "device.md").symlink_to("/dev/zero")
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    (root / "round").symlink_to(root)
    os.mkfifo(root / "pipe.md")
    with (root / "large.md").open("wb") as large:
        large.truncate(100_000_000)
    Path(os.fsdecode(bytes(root) + b"/na\xefve.md")).write_text("# Name\n\nText.\n")
    (root / "x\ny.md").write_text("# Line\n\nText.\n")
    deep = root.joinpath(*["d" * 100] * 5)
    deep.mkdir(parents=True)
    (deep / "deep.md").write_text("# Deep\n\nText.\n")
    output = _run(app, command, root)
    names = (
        "folder.md",
        "loop.md",
        "gone.md",
        "outside.md",
        "device.md",
        "linked",
        "round",
        "pipe.md",
        "large.md",
        "na?ve.md",
        "x?y.md",
    )
    lines = [line for line in output.splitlines() if line.startswith("Refused: ")]
    assert {name: sum(f"Refused: {name}: " in line for line in lines) for name in names} == dict.fromkeys(
        names, 1
    )
    assert any("d" * 100 in line and "too long" in line for line in lines)
    assert len(lines) == len(names) + 1


@pytest.mark.parametrize(
    "header",
    [
        "title: " + "[" * 25_000,
        "title: " + "{a: " * 10_000 + "}" * 10_000,
        "a: " + "- " * 25_000 + "x",
        f"title: {_HUGE}",
        f"time_minutes: {'9' * 6_000}",
        f"review_on: {_HUGE}",
        "expires: 99999-99-99",
        "date: 0001-01-01T00:00:00+14:00",
        'title: "a \\0 b"',
        'title: "a \\ud800 b"',
        _doubled(40),
        _merged(9),
        "a: &a [*a]",
        "tags: !!python/object/apply:os.system [ls]",
        "title: !ruby/object:Gem {x: y}",
        "title:\tA\n\tb: c",
        "title: A\ntitle: B",
        "? [a, b]\n: c",
        "%YAML 9.9\n---\ntitle: A",
        "title: 2001-02-30",
        "keywords: [" + "x, " * 20_000 + "x]",
        "title: " + "x" * 60_000,
        "time_minutes: 1_0",
        "? " * 20_000,
        "- " * 20_000,
        "!" * 50_000,
        "&" * 50_000 + " a",
        "title: '" + "'" * 50_000,
    ],
    ids=lambda header: header[:20].encode("unicode_escape").decode(),
)  # fmt: skip
def test_no_header_stops_the_others(app: Flask, root: Path, header: str) -> None:
    (root / "bad.md").write_text(f"---\n{header}\n---\n\nText.\n")
    (root / "toml.md").write_text(f"+++\na = {'[' * 5_000}\nb = {_HUGE}\n+++\n\nText.\n")
    (root / "json.md").write_text('{"a": ' + "[" * 30_000 + "\n\nText.\n")
    output = _run(app, "import", root)
    assert "Refused: toml.md: " in output
    assert "Refused: json.md: " in output
