"""Pages of long lists: the number comes from the address, the size is ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

Item = TypeVar("Item")
LARGEST_PAGE = 100
_HIGHEST_NUMBER = 10_000


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list, its number (from 1) and how many items there are in all."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Return the position of the first item on the page, from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """Return the position of the last item on the page."""
        return self.first + len(self.items) - 1 if self.items else 0


def page_number() -> int:
    """Read the page number from the address; anything but a sensible number is the first page."""
    value = request.args.get("page", "1")
    return min(int(value), _HIGHEST_NUMBER) if value.isdecimal() and len(value) < 8 and int(value) > 0 else 1
