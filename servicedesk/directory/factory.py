"""The only place where objects of ldap3 are made: its defaults send passwords to strangers (security F1)."""

import math
import socket
import ssl
import time
from typing import Any

import ldap3

from servicedesk.directory.settings import DirectoryServer, DirectorySettings

# A log-in needs some kilobytes, a list of 100,000 people some hundred megabytes: beyond that the server lies.
_MOST_BYTES = 512 * 1024 * 1024


class Deadline:
    """The moment at which all waiting ends."""

    def __init__(self, seconds: float) -> None:
        """Start counting now."""
        self._ends_at = time.monotonic() + seconds

    def remaining_s(self, *, at_most_s: float = math.inf) -> float:
        """Return the seconds left; raise TimeoutError when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the directory to answer is over")
        return min(left, at_most_s)


def new_connection(
    settings: DirectorySettings, server: DirectoryServer, deadline: Deadline
) -> ldap3.Connection:
    """Return an open, encrypted, not yet bound connection. It follows no referral and ends at the deadline.

    Raises what ldap3 and sockets raise; session.py turns all of it into one error.
    """
    wait_s = deadline.remaining_s(at_most_s=settings.connect_timeout_s)
    tls = _VerifiedTls(settings, server, deadline)
    target = ldap3.Server(
        server.host,
        port=server.port,
        use_ssl=server.is_ldaps,
        tls=tls,
        get_info=ldap3.NONE,
        connect_timeout=wait_s,
        allowed_referral_hosts=[],
    )
    connection = ldap3.Connection(
        target,
        auto_referrals=False,
        auto_range=True,
        check_names=False,
        raise_exceptions=True,
        # Only whole seconds can be said here; _GuardedSocket then holds the exact limit.
        receive_timeout=math.ceil(settings.receive_timeout_s),
    )
    try:
        connection.open(read_server_info=False)
        if not server.is_ldaps:
            connection.socket = _GuardedSocket(connection.socket, deadline, settings.receive_timeout_s)
            if settings.start_tls and not connection.start_tls(read_server_info=False):
                raise OSError("the directory did not start TLS")
    except BaseException:
        # ldap3 leaves the socket of a failed connection open.
        if connection.socket is not None:
            connection.socket.close()
        raise
    return connection


class _VerifiedTls(ldap3.Tls):
    """TLS that checks chain, host name and version. ldap3 itself uses code that Python 3.12 removed."""

    def __init__(self, settings: DirectorySettings, server: DirectoryServer, deadline: Deadline) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cafile=settings.ca_certs_file)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._host = server.host
        self._deadline = deadline
        self._receive_timeout_s = settings.receive_timeout_s

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """Replace the connection's socket by an encrypted one whose peer is known."""
        plain = connection.socket
        if isinstance(plain, _GuardedSocket):
            plain = plain.unguarded
        # The end of the handshake and the first request are two writes: Nagle's algorithm would hold the second 40 ms.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.settimeout(self._deadline.remaining_s(at_most_s=self._receive_timeout_s))
        # From here the TLS socket owns the descriptor, or a failed handshake has closed it.
        wrapped = self._context.wrap_socket(plain, server_hostname=self._host)
        connection.socket = _GuardedSocket(wrapped, self._deadline, self._receive_timeout_s)


class _GuardedSocket:
    """A socket that waits no longer than the deadline in all, however slowly bytes drip.

    The time-out of a socket counts from the last byte: a server that sends one a second never reaches it.
    """

    def __init__(self, unguarded: socket.socket, deadline: Deadline, receive_timeout_s: float) -> None:
        self.unguarded = unguarded
        self._deadline = deadline
        self._receive_timeout_s = receive_timeout_s
        self._bytes_left = _MOST_BYTES

    def recv(self, size: int) -> bytes:
        """Receive like a socket, within the limits."""
        self.unguarded.settimeout(self._deadline.remaining_s(at_most_s=self._receive_timeout_s))
        data = self.unguarded.recv(size)
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise OSError("the directory sent more than anybody could have asked for")
        return data

    def sendall(self, data: bytes) -> None:
        """Send like a socket, within the limits."""
        self.unguarded.settimeout(self._deadline.remaining_s(at_most_s=self._receive_timeout_s))
        self.unguarded.sendall(data)

    def shutdown(self, how: int) -> None:
        """Shut down like a socket."""
        self.unguarded.shutdown(how)

    def close(self) -> None:
        """Close like a socket."""
        self.unguarded.close()
