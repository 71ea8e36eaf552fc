"""An LDAP server that lies, drips, cuts and refuses as told, and remembers all that it was sent."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from ldaptor.protocols import pureber, pureldap
from ldaptor.protocols.ldap.ldapserver import BaseLDAPServer

from servicedesk.directory.settings import DirectorySettings
from tests.services.certificates import Certificate

BASE = "dc=example,dc=com"
DESK_DN = f"cn=desk,{BASE}"
DESK_PASSWORD = "password-of-the-desk"
USER_DN = f"uid=ewa,ou=people,{BASE}"
UUID = "7d5c3f51-6f1a-4a6e-9d6b-000000000001"
WHO_AM_I = b"1.3.6.1.4.1.4203.1.11.3"
START_TLS = b"1.3.6.1.4.1.1466.20037"


class Talk:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        """Talk over the connection until the server is stopped."""
        self.connection = connection
        self.message_id = 0
        self.stopped = stopped

    def send(self, operation: Any) -> None:
        """Send an answer to the request that is being served."""
        self.raw(self.wire(operation))

    def wire(self, operation: Any) -> bytes:
        """Return the octets of an answer."""
        octets: bytes = pureldap.LDAPMessage(operation, id=self.message_id).toWire()
        return octets

    def raw(self, octets: bytes) -> None:
        """Send octets as they are."""
        self.connection.sendall(octets)

    def drip(self, octets: bytes, *, every_s: float) -> None:
        """Send octets one at a time."""
        for place in range(len(octets)):
            self.raw(octets[place : place + 1])
            if self.stopped.wait(every_s):
                return

    def silence(self, seconds: float = 30) -> None:
        """Say nothing."""
        self.stopped.wait(seconds)

    def hang_up(self) -> None:
        """Cut the connection."""
        self.connection.shutdown(socket.SHUT_RDWR)


Answer = Callable[[Talk, Any], None]


class FaultyServer:
    """Serves on a free loopback port until the end of its `with` block."""

    def __init__(self, answer: Answer, *, certificate: Certificate | None = None) -> None:
        """Answer each request by calling `answer`; with a certificate, speak TLS from the start."""
        self._answer = answer
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate.certificate_file, certificate.key_file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self.received = bytearray()
        self.binds: list[tuple[str, bytes]] = []
        self.connections = 0
        self.open_now = 0
        self.most_open = 0
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        """Return the address as settings name it."""
        return f"{'ldaps' if self._context else 'ldap'}://{self.address}"

    def settings(self, **changes: object) -> DirectorySettings:
        """Return the settings with which the desk would use this server."""
        values: dict[str, object] = {
            "urls": (self.url,),
            "kind": "openldap",
            "bind_dn": DESK_DN,
            "bind_password": DESK_PASSWORD,
            "people_base": f"ou=people,{BASE}",
            "groups_base": f"ou=groups,{BASE}",
        }
        return DirectorySettings(**(values | changes))  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        """Start."""
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and wait for all threads."""
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self.open_now += 1
            self.most_open = max(self.most_open, self.open_now)
        connection.settimeout(30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._talk(connection)
        except OSError:
            # The client hung up, or refused the certificate: what tests want to see.
            pass
        finally:
            connection.close()
            with self._lock:
                self.open_now -= 1

    def _talk(self, connection: socket.socket) -> None:
        talk, buffer = Talk(connection, self._stopped), b""
        while not self._stopped.is_set():
            data = connection.recv(4096)
            if not data:
                return
            self.received += data
            buffer += data
            messages, buffer = _split(buffer)
            for message in messages:
                talk.message_id = message.id
                if isinstance(message.value, pureldap.LDAPBindRequest):
                    self.binds.append((message.value.dn.decode(), message.value.auth))
                self._answer(talk, message.value)


def honest(talk: Talk, request: Any) -> None:
    """Answer as a good server does: everybody's password is right, Ewa is the only person, there is no group."""
    if isinstance(request, pureldap.LDAPBindRequest):
        talk.send(pureldap.LDAPBindResponse(resultCode=0))
    elif isinstance(request, pureldap.LDAPSearchRequest):
        if b"people" in request.baseObject:
            talk.send(person())
        talk.send(pureldap.LDAPSearchResultDone(resultCode=0))
    elif isinstance(request, pureldap.LDAPExtendedRequest) and request.requestName == WHO_AM_I:
        talk.send(pureldap.LDAPExtendedResponse(resultCode=0, response=f"dn:{USER_DN}".encode()))


def but(**answers: Answer) -> Answer:
    """Return an honest server's answers but for some requests: bind, user_bind, search, groups, extended."""

    def answer(talk: Talk, request: Any) -> None:
        for name in _kinds(request):
            if name in answers:
                answers[name](talk, request)
                return
        honest(talk, request)

    return answer


def always(octets: bytes, *, then_hang_up: bool = False) -> Answer:
    """Return an answer that sends these octets to whatever was asked."""

    def answer(talk: Talk, _request: Any) -> None:
        talk.raw(octets)
        if then_hang_up:
            talk.hang_up()

    return answer


def person(dn: str = USER_DN, user_name: str = "ewa", uuid: str = UUID) -> Any:
    """Return a person as a search finds her."""
    attributes = {"uid": user_name, "cn": "Ewa Nowak", "entryUUID": uuid, "objectClass": "person"}
    return pureldap.LDAPSearchResultEntry(
        objectName=dn, attributes=[(name, [value]) for name, value in attributes.items()]
    )


def wait_for(is_true: Callable[[], bool], *, timeout_s: float = 5) -> bool:
    """Return whether it becomes true in time."""
    ends_at = time.monotonic() + timeout_s
    while not is_true() and time.monotonic() < ends_at:
        time.sleep(0.01)
    return is_true()


def _kinds(request: Any) -> tuple[str, ...]:
    if isinstance(request, pureldap.LDAPBindRequest):
        return ("bind",) if request.dn.decode() == DESK_DN else ("user_bind", "bind")
    if isinstance(request, pureldap.LDAPSearchRequest):
        return ("search",) if b"people" in request.baseObject else ("groups", "search")
    return ("extended",) if isinstance(request, pureldap.LDAPExtendedRequest) else ()


def _split(buffer: bytes) -> tuple[list[Any], bytes]:
    """Return the whole messages, and what is left of the buffer."""
    messages = []
    while buffer:
        try:
            message, length = pureber.berDecodeObject(BaseLDAPServer.berdecoder, buffer)
        except pureber.BERExceptionInsufficientData:
            break
        if message is None:
            break
        messages.append(message)
        buffer = buffer[length:]
    return messages, buffer
