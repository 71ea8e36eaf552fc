"""Which documents hold a term and how often: term keys in memory, the lists read from the file when asked for.

The lists are read with pread rather than mapped: a worker holds next to nothing of them, the system's page
cache serves all workers, and a file cut short while in use gives an error instead of killing the process.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
KeyArray = NDArray[np.uint64]
CountArray = NDArray[np.uint8]
NumberArray = NDArray[np.int32]
_NUMBER_BYTES = 4
MOST_COUNTED = 255


@dataclass(frozen=True)
class PostingTable:
    """All postings in memory, sorted by term key and document number: what the writer works on."""

    keys: KeyArray  # one a posting
    numbers: NumberArray
    counts: CountArray  # one column a field

    def kept(self, keep: NDArray[np.bool_]) -> "PostingTable":
        """Return the postings where the mask is true."""
        return PostingTable(self.keys[keep], self.numbers[keep], self.counts[keep])

    @classmethod
    def sorted_from(cls, keys: KeyArray, numbers: NumberArray, counts: CountArray) -> "PostingTable":
        """Bring the postings into their order."""
        order = np.lexsort((numbers, keys))
        return cls(keys[order], numbers[order], counts[order])


class Postings:
    """The postings of one generation, open for reading."""

    def __init__(self, directory: Path, name: str) -> None:
        """Load the term keys and open the lists. Raises OSError or ValueError for files that are not whole."""
        self._keys: KeyArray = np.load(directory / f"{name}.keys.npy", allow_pickle=False)
        self._starts: IntArray = np.load(directory / f"{name}.starts.npy", allow_pickle=False)
        self.fields = int(np.load(directory / f"{name}.fields.npy", allow_pickle=False))
        self._file = os.open(directory / f"{name}.postings", os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            os.close(file)

    def __len__(self) -> int:
        """Count the terms."""
        return len(self._keys)

    def rows(self, keys: Sequence[int]) -> IntArray:
        """Return where each key stands, -1 for those that no document holds."""
        wanted = np.array(keys, dtype=np.uint64)
        if not len(self._keys) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.where(self._keys[rows] == wanted, rows, -1)

    def read(self, row: int) -> tuple[NumberArray, CountArray]:
        """Return the document numbers of a term, ascending, and its counts by document and field."""
        start, end = int(self._starts[row]), int(self._starts[row + 1])
        width = _NUMBER_BYTES + self.fields
        data = os.pread(self._file, (end - start) * width, start * width)
        if len(data) != (end - start) * width:
            raise EOFError("The posting file is cut short.")
        split = (end - start) * _NUMBER_BYTES
        numbers = np.frombuffer(data, dtype=np.int32, count=end - start)
        return numbers, np.frombuffer(data, dtype=np.uint8, offset=split).reshape(end - start, self.fields)

    def table(self) -> PostingTable:
        """Read everything."""
        read = [self.read(row) for row in range(len(self._keys))]
        keys = np.repeat(self._keys, np.diff(self._starts))
        if not read:
            return PostingTable(keys, np.zeros(0, np.int32), np.zeros((0, self.fields), np.uint8))
        return PostingTable(keys, np.concatenate([n for n, _ in read]), np.concatenate([c for _, c in read]))


class RaggedFile:
    """Rows of differing length in an array file, read one by one."""

    def __init__(self, path: Path, starts: IntArray) -> None:
        """Open the file. Raises OSError or ValueError."""
        with path.open("rb") as file:
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("The array file has another format.")
            _, _, self._type = np.lib.format.read_array_header_1_0(file)
            self._offset = file.tell()
        self._starts = starts
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            os.close(file)

    def read(self, row: int) -> NDArray[Any]:
        """Return one row."""
        start, end = int(self._starts[row]), int(self._starts[row + 1])
        size = self._type.itemsize
        data = os.pread(self._file, (end - start) * size, self._offset + start * size)
        if len(data) != (end - start) * size:
            raise EOFError("The array file is cut short.")
        return np.frombuffer(data, self._type)


def write_postings(directory: Path, name: str, table: PostingTable) -> None:
    """Write the files that `Postings` reads."""
    keys, starts = np.unique(table.keys, return_index=True)
    bounds = np.append(starts, len(table.keys)).astype(np.int64)
    np.save(directory / f"{name}.keys.npy", keys)
    np.save(directory / f"{name}.starts.npy", bounds)
    np.save(directory / f"{name}.fields.npy", np.int64(table.counts.shape[1]))
    with (directory / f"{name}.postings").open("wb") as file:
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            file.write(table.numbers[start:end].astype("<i4").tobytes())
            file.write(table.counts[start:end].tobytes())
