"""The index breaks in every way while people ask and file: no error page, nothing hidden appears, and it mends itself."""

import fcntl
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.reliability.browser import Browser
from tests.reliability.desk import Desk, wait_until
from tests.reliability.visitors import Visitors

_MENDED_WITHIN_S = 60.0
_BETWEEN_FILES_S = 0.04
_HELD_S = 3.0
Damage = Callable[[Path], object]


def _cut(share: float) -> Damage:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def _flip(path: Path) -> None:
    """Change a bit at the start, in the middle and at the end, where the file stands."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for place in {0, size // 2, size - 1} if size else ():
            file.seek(place)
            old = file.read(1)
            file.seek(place)
            file.write(bytes((old[0] ^ 0x10,)))


_DAMAGES: dict[str, Damage] = {
    "removed": Path.unlink,
    "cut to nothing": _cut(0),
    "cut to half": _cut(0.5),
    "cut at the end": _cut(0.99),
    "bits flipped": _flip,
}
_POINTERS = {
    "to nowhere": b"generation-999999",
    "empty": b"",
    "garbage": bytes(range(256)),
    "outside": b"../generation-1",
}


@pytest.fixture
def visitors(desk: Desk, employee: Browser, agent: Browser) -> Iterator[Visitors]:
    """People who ask all the time; in the end nobody saw an error, and each filing has its number and is there."""
    logged = len(desk.log())
    visitors = Visitors(desk, employee, agent)
    wait_until(visitors.is_mended, "the index is whole at first", within_s=_MENDED_WITHIN_S)
    with visitors:
        yield visitors
    sys.stdout.write(f"{dict(visitors.answered)}\n")
    assert not visitors.problems, "\n".join(visitors.problems[:5])
    assert len(set(visitors.filed)) == len(visitors.filed) > 0
    there = {number for (number,) in desk.rows("SELECT id FROM incidents")}
    assert set(visitors.filed) <= there
    # The job says why it cannot write, and nothing else fails.
    failures = [line for line in desk.log()[logged:] if line["level"] == "error"]
    unexpected = [line for line in failures if not line["message"].startswith("Job index failed: ")]
    assert not unexpected, unexpected[0]


def _mended(visitors: Visitors) -> None:
    took_s = wait_until(visitors.is_mended, "the index is whole again", within_s=_MENDED_WITHIN_S)
    sys.stdout.write(f"mended after {took_s:.1f} s\n")


def _current(index: Path) -> Path:
    """Return the generation that counts, or the newest one while none does."""
    with suppress(OSError, ValueError):
        named = index / (index / "CURRENT").read_text().strip()
        if named.name.startswith("generation-") and named.is_dir():
            return named
    return max(index.glob("generation-*"), key=lambda path: int(path.name.partition("-")[2]))


@pytest.mark.parametrize("damage", _DAMAGES)
def test_every_file_is_damaged_one_after_the_other(desk: Desk, visitors: Visitors, damage: str) -> None:
    first = _current(desk.index)
    names = sorted(path.relative_to(first).as_posix() for path in first.rglob("*") if path.is_file())
    random.Random(4).shuffle(names)  # noqa: S311 - so that files of all kinds are damaged before the first rebuild.
    for name in names:
        victims = _current(desk.index).glob(name if "/" not in name else "whoosh/*" + Path(name).suffix)
        for victim in list(victims):
            with suppress(FileNotFoundError):
                _DAMAGES[damage](victim)
        time.sleep(_BETWEEN_FILES_S)
    _mended(visitors)


@pytest.mark.parametrize("pointer", _POINTERS)
def test_the_pointer_leads_nowhere(desk: Desk, visitors: Visitors, pointer: str) -> None:
    (desk.index / "CURRENT").write_bytes(_POINTERS[pointer])
    time.sleep(0.2)
    _mended(visitors)


def test_the_whole_index_is_removed(desk: Desk, visitors: Visitors) -> None:
    shutil.rmtree(desk.index, ignore_errors=True)
    _mended(visitors)


def test_files_vanish_again_and_again_while_it_is_built(desk: Desk, visitors: Visitors) -> None:
    chance = random.Random(7)  # noqa: S311
    ends_at = time.monotonic() + _HELD_S
    while time.monotonic() < ends_at:
        for path in list(desk.index.rglob("*")):
            if path.is_file() and path.name != "writer.lock" and chance.random() < 0.2:
                path.unlink(missing_ok=True)
        time.sleep(0.05)
    _mended(visitors)


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    """Let nothing be written there. Root may write everywhere: for root a file lies where the folder was."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    moved = folder.with_suffix(".moved")
    folder.rename(moved)
    folder.touch()
    yield
    folder.unlink()
    moved.rename(folder)


def test_nothing_can_be_written_for_a_while(desk: Desk, visitors: Visitors) -> None:
    (desk.index / "CURRENT").unlink()
    with _unwritable(desk.index):
        _stays_broken(visitors)
    _mended(visitors)


def test_another_process_holds_the_lock(desk: Desk, visitors: Visitors) -> None:
    with (desk.index / "writer.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (desk.index / "CURRENT").unlink()
        _stays_broken(visitors)
    _mended(visitors)


_HOLD = """
import fcntl, sys, time
with open(sys.argv[1], "r+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_holder_of_the_lock_dies(desk: Desk, visitors: Visitors) -> None:
    command = [sys.executable, "-c", _HOLD, str(desk.index / "writer.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        (desk.index / "CURRENT").unlink()
        _stays_broken(visitors)
        holder.kill()
    _mended(visitors)


def _stays_broken(visitors: Visitors) -> None:
    """See that the database answers meanwhile, and that it is said."""
    ends_at = time.monotonic() + _HELD_S
    while time.monotonic() < ends_at:
        assert not visitors.is_mended()
        time.sleep(0.3)
    assert visitors.answered["search without the index"] > 0
    assert visitors.answered["suggestions unavailable"] > 0
