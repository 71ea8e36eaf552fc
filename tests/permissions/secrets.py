"""Secrets: a unique mark of sixteen letters for each text that not everybody may read, and who may."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.permissions.oracle import Somebody

MaySee = Callable[[Somebody | None], bool]


def mark(name: str) -> str:
    """Return the mark of a secret; the same name has the same mark in each run."""
    return f"zq{hashlib.sha256(name.encode()).hexdigest()[:14]}"


@dataclass(frozen=True)
class Secret:
    """A mark and who may see it. One that is part of an address stands in the log of requests, as all addresses do."""

    name: str
    may_see: MaySee
    is_in_addresses: bool = False

    @property
    def mark(self) -> str:
        """The sixteen letters."""
        return mark(self.name)


def nobody(_somebody: Somebody | None) -> bool:
    """Tell that nobody may."""
    return False


@dataclass
class Secrets:
    """All secrets of a stage."""

    known: dict[str, Secret] = field(default_factory=dict)

    def hide(self, name: str, may_see: MaySee, *, is_in_addresses: bool = False) -> str:
        """Remember a secret and return its mark."""
        assert name not in self.known, f"{name} is hidden twice"
        self.known[name] = Secret(name, may_see, is_in_addresses)
        return self.known[name].mark

    def seen_in(self, data: bytes, *, by: Somebody | None) -> list[str]:
        """Return the names of the secrets in these bytes that this reader may not see."""
        # Most answers hold no mark at all, and one search tells.
        if b"zq" not in data:
            return []
        return [
            secret.name
            for secret in self.known.values()
            if secret.mark.encode() in data and not secret.may_see(by)
        ]

    def held_by(self, data: bytes) -> set[str]:
        """Return the names of all secrets in these bytes."""
        return {secret.name for secret in self.known.values() if secret.mark.encode() in data}

    def those(self, names: Iterable[str]) -> list[Secret]:
        """Return secrets by name."""
        return [self.known[name] for name in names]
