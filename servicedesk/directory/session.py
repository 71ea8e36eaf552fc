"""One conversation with one directory server, in bytes and plain words. Knows no people."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import ldap3
from ldap3.core.exceptions import LDAPCommunicationError, LDAPException, LDAPOperationResult
from ldap3.protocol.rfc4511 import AuthenticationChoice, BindRequest, Simple, Version
from pyasn1.error import PyAsn1Error

from servicedesk.directory.errors import ServerFailedError, UnusableAnswerError
from servicedesk.directory.factory import Deadline, new_connection
from servicedesk.directory.password_policy import POLICY_CONTROL, must_change
from servicedesk.directory.settings import DirectoryServer, DirectorySettings

Bound = Literal["let-in", "refused", "must-change"]

_SUCCESS = 0
# What servers answer to a wrong name, a wrong password, a locked or a disabled account (RFC 4511 appendix A).
_REFUSED = frozenset({19, 32, 34, 48, 49, 50, 53})
_NO_SUCH_ENTRY, _NO_SUCH_DN = 32, 34
# Limits of time, size and work: said of one search, and the next one may do well.
_LIMITS = frozenset({3, 4, 11})
_WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
_PAGES = "1.2.840.113556.1.4.319"
# ldap3 decodes answers without checks: garbage and cut messages end in any of these.
_WIRE_ERRORS = (
    LDAPException,
    PyAsn1Error,
    OSError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Entry:
    """One entry as it was received. Attribute names are in lower case, values are octets."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]]

    def octets(self, name: str) -> bytes | None:
        """Return the first value, None without one."""
        values = self.attributes.get(name.lower())
        return values[0] if values else None

    def texts(self, name: str) -> list[str]:
        """Return all values as text; what is not UTF-8 becomes the replacement sign."""
        return [value.decode("utf-8", "replace") for value in self.attributes.get(name.lower(), ())]

    def text(self, name: str) -> str | None:
        """Return the first value as text without surrounding spaces, None without one."""
        texts = self.texts(name)
        return (texts[0].strip() or None) if texts else None

    def uuid(self, *, is_active_directory: bool) -> uuid.UUID | None:
        """Return the entry's own id, which survives renaming; None when the directory does not give one."""
        try:
            if is_active_directory:
                return uuid.UUID(bytes_le=self.octets("objectGUID") or b"")
            return uuid.UUID(self.text("entryUUID") or "")
        except ValueError:
            return None

    def number(self, name: str) -> int | None:
        """Return the first value as a number, None when there is none or it is something else."""
        try:
            return int(self.text(name) or "")
        except ValueError:
            return None


class Session:
    """A connection to one server. Every way in which a server can fail is a ServerFailedError."""

    def __init__(self, settings: DirectorySettings, server: DirectoryServer, deadline: Deadline) -> None:
        """Connect, and encrypt where the settings say so."""
        try:
            self._connection: Any = new_connection(settings, server, deadline)
        except _WIRE_ERRORS as error:
            raise ServerFailedError(_reason(error)) from None

    def __enter__(self) -> Self:
        """Use the session."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; the server may be gone already."""
        self._connection.strategy.close()

    def bind(self, dn: str, password: bytes) -> Bound:
        """Say who is asking. An empty password is never sent."""
        return self._bind(dn, password) if password and dn else "refused"

    def accepts_empty_password(self, dn: str) -> bool:
        """Whether the server answers a bind without a password with success, as RFC 4513 §5.1.2 warns of."""
        return self._bind(dn, b"") != "refused"

    def who_am_i(self) -> str | None:
        """Return whom the server takes us for: "dn:...", "u:...", "" for nobody; None: it cannot tell."""
        try:
            self._connection.extended(_WHO_AM_I)
        except LDAPCommunicationError as error:
            raise ServerFailedError(_reason(error)) from None
        except LDAPOperationResult:
            return None
        except _WIRE_ERRORS as error:
            raise ServerFailedError(_reason(error)) from None
        result = self._connection.result
        if result["result"] != _SUCCESS:
            return None
        value = result.get("responseValue") or b""
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def read(self, dn: str, attributes: Sequence[str], text: str = "(objectClass=*)") -> Entry | None:
        """Return the entry with this DN if it matches, None when it does not, is not there or not for us."""
        entries, result = self._search(dn, text, ldap3.BASE, attributes, None)
        return entries[0] if result["result"] == _SUCCESS and len(entries) == 1 else None

    def search(self, base: str, text: str, attributes: Sequence[str], *, limit: int) -> list[Entry]:
        """Return the entries below `base` that match. More than `limit` cannot be used, and is not a shorter list."""
        entries, result = self._search(base, text, ldap3.SUBTREE, attributes, None)
        if result["result"] != _SUCCESS:
            raise ServerFailedError(f"the search ended with '{result['description']}'")
        if len(entries) > limit:
            raise UnusableAnswerError(f"the search found more than {limit} entries")
        return entries

    def pages(
        self, base: str, text: str, attributes: Sequence[str], *, page_size: int, limit: int
    ) -> Iterator[Entry]:
        """Yield all entries below `base` that match, fetched page by page (RFC 2696)."""
        cookie: bytes | None = None
        count = 0
        while True:
            entries, result = self._search(base, text, ldap3.SUBTREE, attributes, (page_size, cookie))
            if result["result"] != _SUCCESS:
                raise ServerFailedError(f"the search ended with '{result['description']}'")
            count += len(entries)
            if count > limit:
                raise UnusableAnswerError(f"the search found more than {limit} entries")
            yield from entries
            cookie = _cookie(result)
            if not cookie:
                return

    def _search(
        self,
        base: str,
        text: str,
        scope: str,
        attributes: Sequence[str],
        page: tuple[int, bytes | None] | None,
    ) -> tuple[list[Entry], dict[str, Any]]:
        size, cookie = page or (None, None)
        try:
            self._connection.search(
                base, text, scope, attributes=list(attributes), paged_size=size, paged_cookie=cookie
            )
            response, result = self._connection.response, self._connection.result
            # A referral ("searchResRef") is somebody else's answer: it is dropped, never followed.
            return [_entry(item) for item in response if item["type"] == "searchResEntry"], result
        except LDAPOperationResult as error:
            if error.result in (_NO_SUCH_ENTRY, _NO_SUCH_DN) and scope == ldap3.BASE:
                return [], {"result": error.result, "description": "noSuchObject"}
            kind = UnusableAnswerError if error.result in _LIMITS else ServerFailedError
            raise kind(_reason(error)) from None
        except (LDAPCommunicationError, OSError) as error:
            raise ServerFailedError(_reason(error)) from None
        except _WIRE_ERRORS as error:
            raise UnusableAnswerError(_reason(error)) from None

    def _bind(self, dn: str, password: bytes) -> Bound:
        # Built here because ldap3 prepares passwords with SASLprep, which fails on some and changes others.
        request = BindRequest()
        request["version"] = Version(3)
        request["name"] = dn
        request["authentication"] = AuthenticationChoice().setComponentByName("simple", Simple(password))
        try:
            message = self._connection.send("bindRequest", request, [(POLICY_CONTROL, False, None)])
            self._connection.post_send_single_response(message)
        except LDAPOperationResult as error:
            if error.result in _REFUSED:
                return "must-change" if self._has_to_change(error.message) else "refused"
            raise ServerFailedError(_reason(error)) from None
        except _WIRE_ERRORS as error:
            raise ServerFailedError(_reason(error)) from None
        result = self._connection.result
        if result["result"] != _SUCCESS or result["type"] != "bindResponse":
            raise ServerFailedError(f"the bind ended with '{result['description']}'")
        return "must-change" if self._has_to_change("") else "let-in"

    def _has_to_change(self, message: str) -> bool:
        """Whether the server says of a right password, let in or not, that it has to be changed first."""
        controls = (self._connection.result or {}).get("controls") or {}
        return must_change(message, {oid: control.get("value") for oid, control in controls.items()})


def _entry(item: Mapping[str, Any]) -> Entry:
    return Entry(item["dn"], {name.lower(): list(values) for name, values in item["raw_attributes"].items()})


def _cookie(result: Mapping[str, Any]) -> bytes | None:
    control = (result.get("controls") or {}).get(_PAGES)
    return control["value"]["cookie"] if control else None


def _reason(error: BaseException) -> str:
    """Say what failed without a word of the server's: it might echo a password into the log."""
    if isinstance(error, LDAPOperationResult):
        return f"the directory answered '{error.description}' ({error.result})"
    if isinstance(error, LDAPCommunicationError | OSError):
        return f"{type(error).__name__}: {str(error)[:300]}"
    return f"the answer could not be read ({type(error).__name__})"
