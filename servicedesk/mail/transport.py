"""How a mail leaves: over SMTP with verified certificates, or into files while no server is set."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from servicedesk.errors import N_, UnavailableError
from servicedesk.mail.messages import Parcel
from servicedesk.mail.settings import MailSettings

_DEFAULT_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


class MailServerError(UnavailableError):
    """The mail server cannot be reached or used at all."""


class MailRefusedError(UnavailableError):
    """The mail server answers, but did not take this one mail now."""


class Line(Protocol):
    """An open way for several mails."""

    def send(self, parcel: Parcel) -> None:
        """Send one mail. Raises MailServerError or MailRefusedError."""


@contextmanager
def open_line(settings: MailSettings) -> Iterator[Line]:
    """Open what the settings say and close it in the end. The server is asked when the first mail is sent."""
    if not settings.smtp_url:
        yield _Spool(settings.spool_dir)
        return
    line = _SmtpLine(settings)
    try:
        yield line
    finally:
        line.close()


def check_server(settings: MailSettings) -> None:
    """Connect, encrypt and log in as for sending, then say goodbye. Raises MailServerError."""
    line = _SmtpLine(settings)
    try:
        line.greet()
    finally:
        line.close()


class _Spool:
    """One .eml file a mail. A retry writes the same file anew, so nobody gets two."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def send(self, parcel: Parcel) -> None:
        """Write the file so that it is whole or absent, even if the power fails."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self._directory / f".{parcel.name}.part"
            with unfinished.open("wb") as file:
                file.write(parcel.content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._directory / f"{parcel.name}.eml")
            descriptor = os.open(self._directory, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise MailServerError(N_("The mail could not be written to its directory.")) from error


class _SmtpLine:
    """One connection, opened with the first mail."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def greet(self) -> None:
        """Open the connection before there is a mail."""
        try:
            self._server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerError(f"{type(error).__name__}: {error}") from error

    def send(self, parcel: Parcel) -> None:
        """Hand the mail to the server."""
        try:
            if self._server is None:
                self._server = self._connect()
            options = ("SMTPUTF8", "BODY=8BITMIME") if parcel.needs_utf8 else ()
            self._server.sendmail(parcel.sender, parcel.recipient, parcel.content, mail_options=options)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            raise MailRefusedError(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise MailServerError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self._settings.smtp_url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, timeout=self._settings.timeout_s, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=self._settings.timeout_s)
        try:
            if parts.scheme == "smtp+starttls":
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server
