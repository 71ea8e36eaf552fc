"""From words to a mail: headers that cannot be injected into, text and HTML side by side.

The head is written here and not by `email`: that decodes encoded words (RFC 2047) in what is set as a header, and before
CVE-2024-6923 was mended wrote a line break that came out of one as it was. What was written is read again before it leaves.
"""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.header import Header
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, formataddr, getaddresses, parseaddr, quote

from servicedesk import foreign_text
from servicedesk.errors import N_, InvalidInputError
from servicedesk.mail.addresses import wire_form
from servicedesk.mail.models import OutboxMail

# No server has to offer 8BITMIME for a body of seven bits.
_POLICY = SMTP.clone(cte_type="7bit")
_BODY_HEADERS = ("Content-Type", "MIME-Version")
_LONGEST_PLAIN = 900  # RFC 5322 ends a line after 998 letters.


@dataclass(frozen=True)
class Letter:
    """What one recipient is told: an address and the words."""

    to_name: str
    to_address: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Parcel:
    """A mail as it goes over the wire. `name` is the same at each attempt; addresses are the envelope's."""

    name: str
    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can take it."""
        return not (self.sender + self.recipient).isascii()


def build_parcel(mail: OutboxMail, letter: Letter, *, from_address: str, at: datetime) -> Parcel:
    """Return the mail to send. Its Message-ID is the same at each attempt. Raises InvalidInputError for what is unusable."""
    from_name, from_spec = parseaddr(from_address)
    sender, recipient = wire_form(from_spec), wire_form(letter.to_address)
    domain = sender.rpartition("@")[2]
    thread = f"<{mail.thread_id}@{domain}>"
    headers = {
        "From": _named("From", from_name, sender),
        "To": _named("To", letter.to_name, recipient),
        "Subject": _encoded("Subject", _one_line(letter.subject)),
        "Date": format_datetime(at),
        "Message-ID": f"<{mail.message_id}@{domain}>",
        "In-Reply-To": thread,
        "References": thread,
        # RFC 3834 and Exchange: no automatic answer may come back, or two desks would write to each other for ever.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    texts = foreign_text.lines(letter.text), foreign_text.lines(letter.html)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    content = head + _body(*texts)
    if not (
        _has_headers(content, [*headers, *_BODY_HEADERS], sender, recipient) and _has_parts(content, texts)
    ):
        raise InvalidInputError(N_("The mail would not have arrived as it was written."))
    return Parcel(mail.message_id, sender, recipient, content)


def _body(text: str, html: str) -> bytes:
    message = EmailMessage(policy=_POLICY)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def _one_line(text: str) -> str:
    """Return what may stand in a header: one line in which nothing begins an encoded word, however often it is decoded."""
    return foreign_text.line(text).replace("=?", "= ?")


def _named(header: str, name: str, address: str) -> str:
    name = _one_line(name)
    if not name:
        return address
    if name.isascii() and len(name) <= _LONGEST_PLAIN:
        return formataddr((name, address)) if address.isascii() else f'"{quote(name)}" <{address}>'
    return f"{_encoded(header, name)}\r\n <{address}>"


def _encoded(header: str, text: str) -> str:
    """Return the text as it is, or in encoded words that no other software may take for anything but text."""
    if text.isascii() and len(text) <= _LONGEST_PLAIN:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _has_headers(content: bytes, names: list[str], sender: str, recipient: str) -> bool:
    """Tell whether each line of the head begins one of these headers, once, or goes on with it, and who is named there."""
    lines = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    if any(not line.strip() or set(line) & set(b"\r\n\0") for line in lines):
        return False
    begun = [line.partition(b":")[0].decode("ascii", "replace") for line in lines if line[:1] not in b" \t"]
    if sorted(begun) != sorted(names) or lines[0][:1] in b" \t":
        return False
    head = message_from_string(content.decode("utf-8", "replace"))
    return _names_only(head["From"], sender) and _names_only(head["To"], recipient)


def _names_only(value: str, address: str) -> bool:
    return [spec for _name, spec in getaddresses([value.replace("\r\n", "")])] == [address]


def _has_parts(content: bytes, texts: tuple[str, str]) -> bool:
    """Tell whether the body begins after the one blank line with the first of our two parts, each as it was written."""
    message = message_from_bytes(content)
    body = content.partition(b"\r\n\r\n")[2]
    if not body.startswith(f"--{message.get_boundary()}\r\n".encode()) or not message.is_multipart():
        return False
    parts = [part for part in message.walk() if not part.is_multipart()]
    if [part.get_content_type() for part in parts] != ["text/plain", "text/html"]:
        return False
    return all(
        _payload(part).splitlines() == text.encode().splitlines()
        for part, text in zip(parts, texts, strict=True)
    )


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
