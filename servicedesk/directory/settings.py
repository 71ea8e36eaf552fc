"""How to reach the company directory and what to read there."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["active-directory", "openldap"]

_DEFAULT_PORTS = {"ldap": 389, "ldaps": 636}


@dataclass(frozen=True)
class DirectoryServer:
    """One server of the directory, as an address of the form ldaps://dc1:636 names it."""

    url: str
    host: str
    port: int
    is_ldaps: bool

    @classmethod
    def from_url(cls, url: str) -> "DirectoryServer":
        """Read `url`; raise ValueError with what to do when it cannot be used."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ValueError(
                f"The directory address '{url}' has no valid port. Write it as ldaps://dc1:636."
            ) from error
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError(
                f"The directory address '{url}' must start with ldaps:// or ldap:// and name a host."
            )
        if parts.username or parts.path not in ("", "/") or parts.query:
            raise ValueError(f"The directory address '{url}' may hold a host and a port, nothing else.")
        return cls(url, parts.hostname, port or _DEFAULT_PORTS[parts.scheme], parts.scheme == "ldaps")

    @property
    def is_loopback(self) -> bool:
        """Whether what is sent there stays on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True)
class DirectorySettings:
    """What an installation decides about its directory. Servers are tried in the order given."""

    urls: tuple[str, ...]
    kind: Kind
    bind_dn: str
    people_base: str
    groups_base: str
    bind_password: str = field(default="", repr=False)
    start_tls: bool = False
    ca_certs_file: Path | None = None
    allow_insecure: bool = False
    allow_empty_bind: bool = False
    people_filter: str = ""
    # The groups that the setting GROUPS names: by DN, by id or by name.
    named_groups: tuple[str, ...] = ()
    connect_timeout_s: float = 1
    receive_timeout_s: float = 1.5
    # The log-in page has 3 s, whatever the directory does; waiting for a place takes a part of them (bulkhead.py).
    total_timeout_s: float = 2.8
    list_timeout_s: float = 300
    page_size: int = 500

    def __post_init__(self) -> None:
        """Refuse what cannot work or would send passwords in clear."""
        if not self.urls:
            raise ValueError("Name at least one directory server, such as ldaps://dc1.example.com.")
        if self.kind not in ("active-directory", "openldap"):
            raise ValueError(f"The directory kind is '{self.kind}'. Set it to active-directory or openldap.")
        for server in self.servers:
            self._check_server(server)
        if self.ca_certs_file is not None and not self.ca_certs_file.is_file():
            raise ValueError(
                f"The file with the directory's CA certificates, {self.ca_certs_file}, is not there."
            )
        for what, value in (
            ("people", self.people_base),
            ("groups", self.groups_base),
            ("bind", self.bind_dn),
        ):
            if "=" not in value:
                raise ValueError(
                    f"The directory's {what} DN is '{value}'. Write it like ou=people,dc=example,dc=com."
                )
        if self.people_filter and not _is_filter(self.people_filter):
            raise ValueError(
                "The directory people filter must stand in balanced parentheses: (employeeType=internal)."
            )
        self._check_numbers()

    @property
    def servers(self) -> tuple[DirectoryServer, ...]:
        """The servers, in the order they are tried."""
        return tuple(DirectoryServer.from_url(url) for url in self.urls)

    @property
    def is_in_clear(self) -> bool:
        """Whether passwords leave this machine unencrypted, which then was acknowledged."""
        return any(map(self._is_in_clear, self.servers))

    @property
    def is_active_directory(self) -> bool:
        """Whether the directory speaks as Active Directory does."""
        return self.kind == "active-directory"

    def _check_server(self, server: DirectoryServer) -> None:
        if server.is_ldaps and self.start_tls:
            raise ValueError(
                f"{server.url} is encrypted from the start: leave StartTLS off, or write ldap://."
            )
        if self._is_in_clear(server) and not self.allow_insecure:
            raise ValueError(
                f"{server.url} would carry passwords in clear. Write ldaps://, or set "
                "SERVICEDESK_LDAP_START_TLS=yes, or accept it with SERVICEDESK_LDAP_ALLOW_INSECURE=yes."
            )

    def _is_in_clear(self, server: DirectoryServer) -> bool:
        return not (server.is_ldaps or self.start_tls or server.is_loopback)

    def _check_numbers(self) -> None:
        for name in (
            "connect_timeout_s",
            "receive_timeout_s",
            "total_timeout_s",
            "list_timeout_s",
            "page_size",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"The directory setting {name} must be above 0.")


def _is_filter(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0 and text.startswith("(") and text.endswith(")")
