"""A full disk: nothing acknowledged is lost, reading goes on, and writing comes back by itself."""

import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.drill import Drill
from tests.reliability.browser import Answer, Browser, Upload
from tests.reliability.desk import Desk, wait_until
from tests.services.programs import do_without

pytestmark = [pytest.mark.drill, pytest.mark.one_database]
_BACK_WITHIN_S = 45.0
_SIZE = "192m"


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of its own for an instance, that can be filled."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        do_without("needs to mount a small disk, as root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def desk(small_disk: Path, prepared_instance: Path) -> Iterator[Desk]:
    """The running product with its instance on the small disk."""
    desk = Desk(small_disk / "instance", prepared=prepared_instance)
    desk.start()
    yield desk
    desk.stop()


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no room on the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 65_536)
                file.flush()
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


def _file(browser: Browser, number: int, *, with_file: bool) -> tuple[str, Answer]:
    text = f"Disk case {number} {secrets.token_hex(8)} of the drill."
    files = [Upload("log.txt", secrets.token_bytes(200_000))] if with_file else []
    return text, browser.file(text, secrets.token_urlsafe(18), *files)


def _work(browser: Browser, count: int) -> tuple[list[str], list[str], float]:
    """File some incidents; return the texts that were acknowledged, those that were not, and the longest wait."""
    acknowledged, refused, longest_s = [], [], 0.0
    for number in range(count):
        began = time.monotonic()
        text, answer = _file(browser, number, with_file=number % 2 == 0)
        longest_s = max(longest_s, time.monotonic() - began)
        if answer.status == 303:
            acknowledged.append(text)
        else:
            assert answer.status in (422, 503, 507), answer.text[:2000]
            assert text in answer.text, "What was typed has to stand on the page."
            refused.append(text)
    return acknowledged, refused, longest_s


def _tell(
    desk: Desk, drill: Drill, what: str, acknowledged: list[str], refused: list[str], longest_s: float
) -> None:
    texts = [text for (text,) in desk.rows("SELECT text FROM incidents WHERE text LIKE 'Disk case%'")]
    drill.tell(
        what, tried=len(acknowledged) + len(refused), acknowledged=len(acknowledged),
        lost=sum(text not in texts for text in acknowledged),
        doubled=len(texts) - len(set(texts)) + sum(text in texts for text in refused),
        held_up_s=longest_s, note=f"{len(refused)} were told that it cannot be stored now",
    )  # fmt: skip
    assert desk.rows("PRAGMA integrity_check") == [("ok",)]
    assert not [line for line in desk.log() if line["message"] == "Unexpected failure"]


def _comes_back(browser: Browser) -> tuple[str, float]:
    """File until it is taken; return the text and how long that took."""
    text, answer = "", None

    def is_taken() -> bool:
        nonlocal text, answer
        text, answer = _file(browser, 999, with_file=True)
        return answer.status == 303

    took_s = wait_until(is_taken, "writing comes back by itself", within_s=_BACK_WITHIN_S)
    return text, took_s


def test_a_full_disk_loses_nothing_and_is_forgotten_when_there_is_room(
    desk: Desk, small_disk: Path, drill: Drill
) -> None:
    browser = Browser(desk.url)
    browser.sign_in(desk.account("employee"))
    acknowledged, refused, _ = _work(browser, 4)
    assert not refused
    with filled(small_disk):
        some, refused, longest_s = _work(browser, 8)
        assert browser.get("/").status == 200
        assert refused, "The disk was not full."
    text, back_s = _comes_back(browser)
    _tell(
        desk, drill, "filings on a full disk", [*acknowledged, *some, text], refused, max(longest_s, back_s)
    )
