"""How a mail leaves: over SMTP with verified certificates, or into files while no server is set."""

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from servicedesk.errors import N_, InvalidInputError, UnavailableError
from servicedesk.mail.messages import Parcel
from servicedesk.mail.settings import MailSettings
from servicedesk.mail.smtp import Deadline, connect, deadline_of

_GOODBYE_S = 3.0
_MOST_SILENT = 2
_MOST_CUT_OFF = 25


class MailServerError(UnavailableError):
    """The mail server cannot be reached or used at all."""


class MailRefusedError(UnavailableError):
    """The mail server answers, but did not take this one mail now."""


class _CutOffError(MailRefusedError):
    """The server ended the connection over a mail."""


class Line(Protocol):
    """An open way for several mails."""

    def send(self, parcel: Parcel) -> None:
        """Send one mail. Raises MailServerError, MailRefusedError, and InvalidInputError for what never can be sent."""


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
    """One connection, opened with the first mail. One on which something went wrong is not used again."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._cut_off = self._silent = 0

    def greet(self) -> None:
        """Open the connection before there is a mail."""
        with deadline_of(self._settings.attempt_s) as deadline:
            self._server = self._open(deadline)

    def send(self, parcel: Parcel) -> None:
        """Hand the mail to the server, on a new connection if the server has ended the one that was open."""
        is_reused = self._server is not None
        try:
            self._attempt(parcel)
        except _CutOffError:
            if not is_reused:
                raise
            self._attempt(parcel)
        self._cut_off = self._silent = 0

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        server, self._server = self._server, None
        if server is None or server.sock is None:
            return
        with deadline_of(_GOODBYE_S) as deadline:
            try:
                deadline.watch(server.sock)
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _attempt(self, parcel: Parcel) -> None:
        """Try once, with one limit for all of it. What fails before the mail is spoken of is the server's fault."""
        with deadline_of(self._settings.attempt_s) as deadline:
            server, self._server = self._server, None
            if server is None:
                server = self._open(deadline)
            elif server.sock is not None:
                deadline.watch(server.sock)
            try:
                self._hand_over(server, parcel, deadline)
            except BaseException:
                server.close()
                raise
            self._server = server

    def _open(self, deadline: Deadline) -> smtplib.SMTP:
        try:
            return connect(self._settings, deadline)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            kind = "TimeoutError" if deadline.has_passed else type(error).__name__
            raise MailServerError(f"{kind}: {error}") from error

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel, deadline: Deadline) -> None:
        options = ("SMTPUTF8", "BODY=8BITMIME") if parcel.needs_utf8 else ()
        try:
            server.sendmail(parcel.sender, parcel.recipient, parcel.content, mail_options=options)
        except smtplib.SMTPNotSupportedError as error:
            raise InvalidInputError(
                N_("The mail server takes no address with letters like these.")
            ) from error
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
            self._cut_off = self._silent = 0
            raise MailRefusedError(str(error)) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise self._failure(
                error, is_silent=deadline.has_passed or isinstance(error, TimeoutError)
            ) from error

    def _failure(self, error: Exception, *, is_silent: bool) -> UnavailableError:
        """Say whose fault it is that the server fell silent or hung up over a mail: after some in a row the server's."""
        self._silent += is_silent
        self._cut_off += 1
        kind = "TimeoutError" if is_silent else type(error).__name__
        words = f"{kind}: {error}"
        if self._silent >= _MOST_SILENT or self._cut_off >= _MOST_CUT_OFF:
            return MailServerError(words)
        return MailRefusedError(words) if is_silent else _CutOffError(words)
