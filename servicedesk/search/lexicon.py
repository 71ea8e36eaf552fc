"""A dictionary of inflected forms on disk, asked one word at a time.

simplemma knows 2.8 million Polish forms, but holding them takes 400 MB and four seconds. Here they lie in a hash
table in a file: a look-up is three small reads, a process keeps none of it, and all share the system's page cache.
Forms are stored without diacritics, so that `hasla` leads where `hasła` does. The file ends in the SHA-256 of all that
stands before: a damaged one is told apart from a whole one, and made anew.
"""

import hashlib
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from servicedesk.search.hashing import term_key

_BUCKET_BITS = 16
_BUCKETS = 1 << _BUCKET_BITS
_STARTS_BYTES = 4 * (_BUCKETS + 1)
LEXICON_SUFFIX = ".lexicon"
_DIGEST_BYTES = hashlib.sha256().digest_size
_ENTRY = np.dtype([("key", "<u8"), ("lemma", "<u4")])


class Lexicon:
    """An open dictionary file."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError."""
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            os.close(file)

    def lemma(self, word: str) -> str | None:
        """Return the dictionary form of a folded word; None when the dictionary does not have it."""
        key = term_key(word)
        bucket = key >> (64 - _BUCKET_BITS)
        start, end = np.frombuffer(os.pread(self._file, 8, 4 * bucket), "<u4").tolist()
        entries = np.frombuffer(
            os.pread(self._file, (end - start) * _ENTRY.itemsize, _STARTS_BYTES + start * _ENTRY.itemsize),
            _ENTRY,
        )
        found = entries["lemma"][entries["key"] == key]
        if not len(found):
            return None
        size, *letters = os.pread(self._file, 256, int(found[0]))
        return bytes(letters[:size]).decode()


def open_lexicons(directory: Path) -> dict[str, Lexicon]:
    """Open the dictionaries that lie in a directory, by language: their names begin with its code."""
    return {path.name.split("-")[0]: Lexicon(path) for path in directory.glob(f"*{LEXICON_SUFFIX}")}


def is_whole(path: Path) -> bool:
    """Whether there is a file and it is what was written. One that has not changed since is not read again."""
    try:
        found = path.stat()
        return _is_whole(path, found.st_ino, found.st_mtime_ns, found.st_size)
    except OSError:
        return False


@lru_cache(8)
def _is_whole(path: Path, _inode: int, _modified_ns: int, size: int) -> bool:
    digest, left = hashlib.sha256(), size - _DIGEST_BYTES
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, 1 << 20))):
            digest.update(chunk)
            left -= len(chunk)
        return file.read() == digest.digest()


def write_lexicon(path: Path, forms: Iterable[tuple[str, str]]) -> None:
    """Write (folded form, folded lemma) pairs; of several lemmas of one form the first counts."""
    lemmas: dict[str, int] = {}
    keys: dict[int, int] = {}
    for form, lemma in forms:
        keys.setdefault(term_key(form), lemmas.setdefault(lemma, len(lemmas)))
    encoded = [lemma.encode()[:255] for lemma in lemmas]
    blob = b"".join(bytes((len(lemma),)) + lemma for lemma in encoded)
    blob_start = _STARTS_BYTES + len(keys) * _ENTRY.itemsize
    places = blob_start + np.cumsum([0] + [len(lemma) + 1 for lemma in encoded])
    entries = np.empty(len(keys), _ENTRY)
    entries["key"] = np.fromiter(keys.keys(), np.uint64, len(keys))
    entries["lemma"] = places[np.fromiter(keys.values(), np.int64, len(keys))]
    entries.sort(order="key")
    buckets = (entries["key"] >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64)
    starts = np.searchsorted(buckets, np.arange(_BUCKETS + 1)).astype("<u4")
    new = path.with_suffix(".new")
    digest = hashlib.sha256()
    with new.open("wb") as file:
        for part in (starts.tobytes(), entries.tobytes(), blob):
            digest.update(part)
            file.write(part)
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
