"""A real SMTP server in a thread, that answers as a test tells it to and keeps what it took."""

import os
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Handler:
    """What arrives, with its envelope. `answers` are given to the next mails before all are taken with 250."""

    answers: list[str] = field(default_factory=list)
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)
    kills: list[int] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name.
        """Take a mail or refuse it; a process in `kills` dies once its mail is taken and before it hears so."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append((list(envelope.rcpt_tos), bytes(envelope.content)))
        if self.kills:
            os.kill(self.kills.pop(), signal.SIGKILL)
        return answer

    def messages(self) -> list[EmailMessage]:
        """Return what was taken, parsed."""
        return [message_from_bytes(content, policy=default) for _, content in self.taken]


@dataclass(frozen=True)
class MailServer:
    """Where the server listens and what it got."""

    handler: Handler
    port: int


@contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, is_implicit: bool = False, password: str = ""
) -> Iterator[MailServer]:
    """Serve on a free port of loopback; with `tls` by STARTTLS, which is then demanded, or from the first byte."""
    handler = Handler()
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if tls is not None and is_implicit:
        options["ssl_context"] = tls
    elif tls is not None:
        options.update(tls_context=tls, require_starttls=True)
    if password:

        def check(
            _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword
        ) -> AuthResult:
            return AuthResult(success=(data.login, data.password) == (b"desk", password.encode()))

        options.update(authenticator=check, auth_required=True, auth_require_tls=True)
    controller = _Controller(handler, **options)
    controller.start()
    try:
        yield MailServer(handler, controller.port)
    finally:
        controller.stop()


class _Controller(Controller):
    """Finds its own port: the base class would knock at port 0."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
