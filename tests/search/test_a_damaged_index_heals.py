"""Whatever happens to the files: right answers or one error, never a foreign pickle, and a rebuild mends it (security.md F3)."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from servicedesk.search.engine import SearchEngine, SearchUnavailableError
from servicedesk.search.generations import IndexDamagedError, WriterBusyError
from servicedesk.search.writer import IndexWriter
from tests.search.shelf import ARTICLES, INCIDENTS, KEY, PASSWORD, READABLE, VPN, article, reader, write

_QUERIES = ("forgot password", "locked out", "wifi printer", "haslo", "0x80070005 vpn")
Damage = Callable[[Path], object]


class _Bomb:
    """A pickle that leaves a mark when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self._mark),)


def _cut(share: float) -> Damage:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[len(data) // 2] ^= 0x10
    else:
        data.append(1)
    path.write_bytes(data)


_DAMAGES: dict[str, Damage] = {
    "removed": Path.unlink,
    "cut to nothing": _cut(0),
    "cut to a quarter": _cut(0.25),
    "cut to half": _cut(0.5),
    "one bit flipped": _flip,
    "foreign pickle": lambda path: path.write_bytes(pickle.dumps(_Bomb(path.parent.parent / "exploded"))),
}


def _answers(engine: SearchEngine) -> list[list[int]]:
    found = (engine.suggest(query, readable=READABLE, language="en") for query in _QUERIES)
    return [[hit.article_id for hit in ranking.hits] for ranking in found]


def _files(index: Path) -> list[Path]:
    generation = next(index.glob("generation-*"))
    return [index / "CURRENT", *sorted(path for path in generation.rglob("*") if path.is_file())]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index to be copied and damaged."""
    index = tmp_path_factory.mktemp("pristine") / "index"
    write(index)
    return index


@pytest.mark.parametrize("damage", _DAMAGES)
def test_a_damaged_file_is_noticed_before_it_is_used(pristine: Path, tmp_path: Path, damage: str) -> None:
    right = _answers(reader(pristine))
    for number, original in enumerate(_files(pristine)):
        index = tmp_path / str(number)
        shutil.copytree(pristine, index)
        victim = index / original.relative_to(pristine)
        whole = victim.read_bytes()
        _DAMAGES[damage](victim)
        if victim.exists() and victim.read_bytes() == whole:
            continue  # There is nothing to cut off an empty file.
        with suppress(SearchUnavailableError):
            assert _answers(reader(index)) == right, victim
        writer = IndexWriter(index, secret_key=KEY)
        assert not writer.is_healthy(), victim
        with pytest.raises(IndexDamagedError):
            writer.apply([article(9, "never")])
    assert not list(tmp_path.rglob("exploded"))


@pytest.mark.parametrize("damage", _DAMAGES)
def test_damage_while_the_index_is_open_gives_right_answers_or_the_one_error(
    pristine: Path, tmp_path: Path, damage: str
) -> None:
    right = _answers(reader(pristine))
    for number, original in enumerate(_files(pristine)):
        if original.suffix == ".postings" and damage in {"one bit flipped", "foreign pickle"}:
            continue  # What changes between verifying and reading is beyond what a check at opening can see.
        index = tmp_path / str(number)
        shutil.copytree(pristine, index)
        engine = reader(index)
        engine.warm()
        _DAMAGES[damage](index / original.relative_to(pristine))
        with suppress(SearchUnavailableError):
            assert _answers(engine) == right, original
    assert not list(tmp_path.rglob("exploded"))


@pytest.mark.parametrize("name", ["CURRENT", "manifest.json", "article.postings", "*.seg", "_MAIN_*.toc"])
@pytest.mark.parametrize("damage", _DAMAGES)
def test_a_rebuild_mends_everything_under_the_feet_of_readers(tmp_path: Path, name: str, damage: str) -> None:
    write(tmp_path)
    engine = reader(tmp_path)
    right = _answers(engine)
    _DAMAGES[damage](next(tmp_path.rglob(name)))
    IndexWriter(tmp_path, secret_key=KEY).rebuild(ARTICLES, INCIDENTS)
    assert _answers(engine) == right
    assert _answers(reader(tmp_path)) == right


def test_an_index_that_was_written_with_another_key_is_not_opened(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(SearchUnavailableError):
        SearchEngine(tmp_path, secret_key="another key, which is as long as a key must be").warm()


@pytest.mark.parametrize(("name", "value"), [("format", 0), ("generation", 7), ("files", {}), ("mac", "")])
def test_a_manifest_that_was_edited_is_not_believed(tmp_path: Path, name: str, value: object) -> None:
    write(tmp_path)
    path = tmp_path / "generation-1" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    assert not IndexWriter(tmp_path, secret_key=KEY).is_healthy()
    with pytest.raises(SearchUnavailableError):
        reader(tmp_path).warm()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"[" * 100_000, b"\xff"], ids=lambda content: content[:2]
)
def test_a_manifest_of_nonsense_is_one_error(tmp_path: Path, content: bytes) -> None:
    write(tmp_path)
    (tmp_path / "generation-1" / "manifest.json").write_bytes(content)
    assert not IndexWriter(tmp_path, secret_key=KEY).is_healthy()
    with pytest.raises(SearchUnavailableError):
        reader(tmp_path).warm()


@pytest.mark.parametrize("pointer", ["", "generation-2", "../generation-1", "/etc", "generation-", "\u0142"])
def test_a_pointer_to_nowhere_is_one_error(tmp_path: Path, pointer: str) -> None:
    write(tmp_path)
    (tmp_path / "CURRENT").write_text(pointer)
    with pytest.raises(SearchUnavailableError):
        reader(tmp_path).warm()


def test_the_whole_directory_may_vanish_and_come_back(tmp_path: Path) -> None:
    index = tmp_path / "index"
    write(index)
    engine = reader(index)
    right = _answers(engine)
    shutil.rmtree(index)
    with pytest.raises(SearchUnavailableError):
        _answers(engine)
    write(index)
    assert _answers(engine) == right


def test_readers_go_on_while_a_new_generation_is_written_and_follow_it(tmp_path: Path) -> None:
    writer = write(tmp_path)
    engine = reader(tmp_path)
    assert engine.generation == 1
    for number in range(2, 7):
        writer.apply([article(9, f"Scanner {number}")])
        assert engine.generation == number
        assert engine.suggest("scanner", readable={9}, language="en").hits[0].article_id == 9
    assert sorted(path.name for path in tmp_path.glob("generation-*")) == ["generation-5", "generation-6"]


def test_a_change_that_fails_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    writer = write(tmp_path)
    too_large = article(2**70, "Broken", language="en")  # No column of the index holds such a number.
    with pytest.raises(OverflowError):
        writer.apply([too_large])
    assert reader(tmp_path).generation == 1
    assert [path.name for path in tmp_path.glob("generation-*")] == ["generation-1"]


_HOLD = """
import sys, time
from pathlib import Path
from servicedesk.search.generations import Generations
with Generations(Path(sys.argv[1]), secret_key=sys.argv[2]).writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_waits_for_the_living_and_not_for_the_dead(tmp_path: Path) -> None:
    writer = write(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path), KEY], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WriterBusyError):
            writer.apply([article(9, "Scanner")])
        assert reader(tmp_path).suggest("vpn", readable={VPN}, language="en").hits
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert writer.apply([article(9, "Scanner")]) == 2


_WRITE_FOR_EVER = """
import sys
from pathlib import Path
from tests.search.shelf import write, article
writer = write(Path(sys.argv[1]))
print("written", flush=True)
for number in range(10, 10_000):
    writer.apply([article(number, f"Scanner {number}")])
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_index(tmp_path: Path) -> None:
    engine = reader(tmp_path)
    for delay_s in (0.0, 0.007, 0.019, 0.031):
        command = [sys.executable, "-c", _WRITE_FOR_EVER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(delay_s)
            process.kill()
        assert (
            engine.suggest("forgot password", readable=READABLE, language="en").hits[0].article_id == PASSWORD
        )
        assert IndexWriter(tmp_path, secret_key=KEY).is_healthy()


def test_only_the_owner_may_enter_the_index(tmp_path: Path) -> None:
    index = tmp_path / "index"
    write(index)
    assert {path.stat().st_mode & 0o777 for path in (index, *index.glob("generation-*"))} == {0o700}
