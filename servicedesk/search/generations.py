"""The index on disk: whole generations side by side, and a pointer file to the one that counts.

A generation is never changed once the pointer names it. Its manifest lists each file with its SHA-256 under a
MAC with the secret key: nothing is opened that the manifest does not vouch for, because Whoosh's files are
pickles, and a pickle that somebody else wrote runs their code.
"""

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

FORMAT = 4
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"
_LOCK = "writer.lock"
_PREFIX = "generation-"
_CHUNK = 1 << 20
_KEPT_GENERATIONS = 2
_DIGESTS_REMEMBERED = 512


Stamp = tuple[int, int, int]


class IndexDamagedError(Exception):
    """The generation on disk is not what the writer wrote, or there is none."""


class WriterBusyError(Exception):
    """Another process is writing the index."""


@dataclass(frozen=True)
class Generation:
    """A complete state of the index. `state` is its name, by which the database knows it; numbers come again in a copy."""

    number: int
    directory: Path
    state: str


class Generations:
    """The directory that holds the generations."""

    def __init__(self, path: Path, *, secret_key: str) -> None:
        """Remember where; nothing is touched yet."""
        self._path = path
        self._mac_key = hashlib.sha256(b"search-index\0" + secret_key.encode()).digest()

    @property
    def path(self) -> Path:
        """The directory of all generations."""
        return self._path

    def stamp(self) -> Stamp:
        """Return what changes whenever the pointer does. Raises OSError when there is none."""
        found = (self._path / _POINTER).stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def current(self, *, suffixes: tuple[str, ...] = ()) -> Generation:
        """Return the generation that counts after verifying its files: all, or those that end in `suffixes`.

        Raises IndexDamagedError.
        """
        try:
            name = (self._path / _POINTER).read_text(encoding="ascii").strip()
            if not name.startswith(_PREFIX) or not name.removeprefix(_PREFIX).isdigit():
                raise IndexDamagedError("The pointer names no generation.")
            directory = self._path / name
            number = int(name.removeprefix(_PREFIX))
            state = self._verify(directory, number, suffixes)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise IndexDamagedError(f"The index cannot be used: {error}") from error
        return Generation(number, directory, state)

    def _verify(self, directory: Path, number: int, suffixes: tuple[str, ...]) -> str:
        manifest = json.loads((directory / _MANIFEST).read_bytes())
        if not hmac.compare_digest(str(manifest["mac"]), self._mac(manifest)):
            raise IndexDamagedError("The manifest was not written by this product with this key.")
        if manifest["format"] != FORMAT or manifest["generation"] != number:
            raise IndexDamagedError("The index has another format.")
        for name, digest in manifest["files"].items():
            if not suffixes or name.endswith(suffixes):
                self._verify_file(directory / name, digest)
        return str(manifest["state"])

    def _verify_file(self, path: Path, digest: str) -> None:
        if _digest_of(path) != digest:
            raise IndexDamagedError(f"{path.name} was changed.")

    def _mac(self, manifest: dict[str, object]) -> str:
        signed = {name: manifest[name] for name in ("format", "generation", "state", "files")}
        return hmac.new(
            self._mac_key, json.dumps(signed, sort_keys=True).encode(), hashlib.sha256
        ).hexdigest()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock. The system drops it with its holder, however that one dies.

        Raises WriterBusyError.
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.chmod(0o700)
        file = os.open(self._path / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            flock(file, LOCK_EX | LOCK_NB)
            yield
        except BlockingIOError as error:
            raise WriterBusyError("Another process is writing the index.") from error
        finally:
            os.close(file)

    def start_next(self, state: str | None = None) -> Generation:
        """Make an empty directory for the next generation. A state that nobody waits for gets a name that nobody knows."""
        number = max((g.number for g in self._existing()), default=0) + 1
        directory = self._path / f"{_PREFIX}{number}"
        directory.mkdir(mode=0o700)
        return Generation(number, directory, state or token_hex(16))

    def publish(self, generation: Generation) -> None:
        """Make it the one that counts: files, manifest, directory, pointer, each on disk before the next."""
        files = {}
        for path in _files_below(generation.directory):
            _sync(path)
            files[path.relative_to(generation.directory).as_posix()] = _digest_of(path)
        manifest: dict[str, object] = {
            "format": FORMAT, "generation": generation.number, "state": generation.state, "files": files,
        }  # fmt: skip
        _write(generation.directory / _MANIFEST, json.dumps({**manifest, "mac": self._mac(manifest)}))
        for directory in sorted({path.parent for path in _files_below(generation.directory)}):
            _sync(directory)
        new_pointer = self._path / f"{_POINTER}.new"
        _write(new_pointer, generation.directory.name)
        new_pointer.replace(self._path / _POINTER)
        _sync(self._path)
        self._forget_old(generation)

    def _forget_old(self, current: Generation) -> None:
        """Remove all but the current generation and the one before, which a reader may be opening."""
        older = sorted((g for g in self._existing() if g.number < current.number), key=lambda g: g.number)
        for generation in older[: -(_KEPT_GENERATIONS - 1)]:
            shutil.rmtree(generation.directory, ignore_errors=True)

    def discard(self, generation: Generation) -> None:
        """Remove a generation that was not finished."""
        shutil.rmtree(generation.directory, ignore_errors=True)

    def _existing(self) -> Iterable[Generation]:
        for directory in self._path.glob(f"{_PREFIX}*"):
            number = directory.name.removeprefix(_PREFIX)
            if number.isdigit():
                yield Generation(int(number), directory, state="")


def link_files(source: Path, target: Path) -> None:
    """Make a directory of hard links: what is never changed need not be copied."""
    target.mkdir(mode=0o700, exist_ok=True)
    for path in source.iterdir():
        if path.is_file():
            os.link(path, target / path.name, follow_symlinks=False)


def _files_below(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and path.name != _MANIFEST)


@dataclass(frozen=True)
class _File:
    """A file as it is now. Hard links to it are the same file."""

    device: int
    inode: int
    modified_ns: int
    size: int
    path: Path = field(compare=False)


def _digest_of(path: Path) -> str:
    """Return the SHA-256 of a file. One that was read before and has not changed since is not read again."""
    found = path.lstat()
    return _digest(_File(found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size, path))


@lru_cache(_DIGESTS_REMEMBERED)
def _digest(file: _File) -> str:
    digest = hashlib.sha256()
    with file.path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="ascii")
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
