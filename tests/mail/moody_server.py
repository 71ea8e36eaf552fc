"""A mail server that is in a bad mood at one stage of a conversation, and well in all others.

A mood says what the server does instead of its usual answer: bytes to send, `DRIP` (one byte after the other, without
end), `SILENCE`, `CLOSE`, `FLOOD` (a reply without an end). It may be for all, or only for what a word in the command names.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

DRIP, SILENCE, CLOSE, FLOOD = "drip", "silence", "close", "flood"
USUAL = {
    "greeting": b"220 desk.example ESMTP\r\n",
    "EHLO": b"250-desk.example\r\n250-PIPELINING\r\n250 SIZE 35882577\r\n",
    "HELO": b"250 desk.example\r\n",
    "MAIL": b"250 2.1.0 OK\r\n",
    "RCPT": b"250 2.1.5 OK\r\n",
    "DATA": b"354 Go on\r\n",
    "content": b"250 2.0.0 Queued\r\n",
    "QUIT": b"221 Bye\r\n",
    "RSET": b"250 OK\r\n",
    "NOOP": b"250 OK\r\n",
}


@dataclass
class Moody:
    """The server. `moods` is by stage; with `only_for` a mood falls on conversations about this recipient alone."""

    moods: dict[str, bytes | str] = field(default_factory=dict)
    only_for: str = ""
    mails_a_connection: int = 1000
    port: int = 0
    recipients: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    message_ids: list[str] = field(default_factory=list)
    connections: int = 0

    def converse(self, connection: socket.socket) -> None:
        """Hold one conversation."""
        self.connections += 1
        with connection, suppress(OSError, _OverError):
            lines = connection.makefile("rb")
            self._answer(connection, "greeting", "")
            recipient, taken = "", 0
            while line := lines.readline():
                words = line.decode("utf-8", "replace").strip()
                verb = words[:4].upper()
                recipient = words if verb == "RCPT" else recipient
                self._answer(connection, verb, recipient)
                if verb == "DATA":
                    content = b"".join(iter(lines.readline, b".\r\n"))
                    self._answer(connection, "content", recipient)
                    self.recipients.append(recipient.partition("<")[2].partition(">")[0])
                    message = message_from_bytes(content, policy=default)
                    self.subjects.append(str(message["Subject"]))
                    self.message_ids.append(str(message["Message-ID"]))
                    taken += 1
                if verb == "QUIT" or taken == self.mails_a_connection:
                    return

    def _answer(self, connection: socket.socket, stage: str, recipient: str) -> None:
        is_spared = bool(self.only_for) and self.only_for not in recipient
        mood = (
            USUAL.get(stage, b"502 What?\r\n")
            if is_spared
            else self.moods.get(stage, USUAL.get(stage, b"502 What?\r\n"))
        )
        if isinstance(mood, bytes):
            connection.sendall(mood)
            if not is_spared and stage in self.moods and mood[:1] in b"45":
                raise _OverError if stage in ("DATA", "greeting") else _RefusedError
            return
        _MOODS[mood](connection)


class _OverError(Exception):
    """The conversation is over."""


class _RefusedError(_OverError):
    """The server has said no and hangs up, as many do."""


def _drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"2")
        time.sleep(0.2)


def _keep_silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass
    raise _OverError


def _close(_connection: socket.socket) -> None:
    raise _OverError


def _flood(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"250-and on and on\r\n" * 100)


_MOODS = {DRIP: _drip, SILENCE: _keep_silent, CLOSE: _close, FLOOD: _flood}


@contextmanager
def moody_server(**moods: bytes | str) -> Iterator[Moody]:
    """Serve on a free port of loopback."""
    server = Moody(moods)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=server.converse, args=[connection], daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
