"""Which directory server to ask first."""

import time
from collections.abc import Callable, Sequence

from servicedesk.directory.settings import DirectoryServer

_SKIPPED_FOR_S = 30


class ServerOrder:
    """The servers in the configured order; one that failed goes to the end for 30 s.

    Shared by threads: each operation is one step on a dictionary, and a stale answer costs one time-out.
    """

    def __init__(
        self, servers: Sequence[DirectoryServer], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Trust all of them at first."""
        self._clock = clock
        self._servers = tuple(servers)
        self._failed_at: dict[str, float] = {}

    @property
    def is_down(self) -> bool:
        """Whether no server is left that did not fail lately."""
        return not self._alive(dict(self._failed_at))

    def to_try(self) -> list[DirectoryServer]:
        """Return the servers to ask, best first. With none alive, all of them, the longest dead first."""
        failed_at = dict(self._failed_at)
        return self._alive(failed_at) or sorted(
            self._servers, key=lambda server: failed_at.get(server.url, 0)
        )

    def _alive(self, failed_at: dict[str, float]) -> list[DirectoryServer]:
        alive_after = self._clock() - _SKIPPED_FOR_S
        return [server for server in self._servers if failed_at.get(server.url, alive_after) <= alive_after]

    def failed(self, server: DirectoryServer) -> None:
        """Skip the server for a while."""
        self._failed_at[server.url] = self._clock()

    def answered(self, server: DirectoryServer) -> None:
        """Trust the server again."""
        self._failed_at.pop(server.url, None)
