"""How mail leaves: to an SMTP server, or to files while none is set."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from servicedesk.errors import InvalidInputError
from servicedesk.mail.addresses import wire_form


@dataclass(frozen=True)
class MailSettings:
    """Where mail goes. Without `smtp_url` each mail becomes a file in `spool_dir`. Raises ValueError on nonsense."""

    spool_dir: Path
    from_address: str
    smtp_url: str = field(default="", repr=False)
    allow_insecure: bool = False
    timeout_s: float = 20.0  # For one answer of the server,
    attempt_s: float = 30.0  # and for all that one mail takes, from the connection on.

    def __post_init__(self) -> None:
        """Refuse what could never send."""
        _name, address = parseaddr(self.from_address)
        try:
            wire_form(address)
        except InvalidInputError as error:
            raise ValueError(
                f"SERVICEDESK_MAIL_FROM is '{self.from_address}'. Set it like: Service desk <desk@example.com>."
            ) from error
        if not self.smtp_url:
            return
        try:
            parts = urlsplit(self.smtp_url)
            _ = parts.port  # Found out only now.
        except ValueError:  # Without the address: it may hold a password.
            raise ValueError(
                "SERVICEDESK_SMTP_URL cannot be read. Write it like smtps://user:password@mail.example.com:465."
            ) from None
        if parts.scheme not in ("smtps", "smtp+starttls", "smtp") or not parts.hostname:
            raise ValueError(
                "SERVICEDESK_SMTP_URL must look like smtp+starttls://user:password@mail.example.com:587."
            )
        if self.is_in_clear and not self.allow_insecure:
            raise ValueError(
                "SERVICEDESK_SMTP_URL sends mail without encryption. Use smtp+starttls:// or smtps://, "
                "or set SERVICEDESK_SMTP_ALLOW_INSECURE=yes."
            )

    @property
    def is_in_clear(self) -> bool:
        """Whether mail leaves this machine unencrypted, which then was acknowledged."""
        parts = urlsplit(self.smtp_url)
        return parts.scheme == "smtp" and parts.hostname not in ("localhost", "127.0.0.1", "::1")
