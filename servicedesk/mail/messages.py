"""From words to a mail: headers that cannot be injected into, text and HTML side by side."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from servicedesk.errors import N_, InvalidInputError
from servicedesk.mail.models import OutboxMail


@dataclass(frozen=True)
class Letter:
    """What one recipient is told: an address and the words."""

    to_name: str
    to_address: str
    subject: str
    text: str
    html: str


def build_message(mail: OutboxMail, letter: Letter, *, from_address: str, at: datetime) -> EmailMessage:
    """Return the mail to send. Its Message-ID is the same at each attempt. Raises InvalidInputError for unusable headers."""
    from_name, from_spec = parseaddr(from_address)
    domain = from_spec.rpartition("@")[2]
    for value in (letter.to_name, letter.to_address, letter.subject, from_address):
        if "\0" in value or value.splitlines() not in ([], [value]):
            raise InvalidInputError(N_("A line break stands where a mail's address or subject should be."))
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(from_name, addr_spec=from_spec)
        message["To"] = Address(letter.to_name, addr_spec=letter.to_address)
        message["Subject"] = letter.subject
    except (MessageError, ValueError, IndexError) as error:
        raise InvalidInputError(N_("The recipient's mail address cannot be used.")) from error
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.message_id}@{domain}>"
    message["In-Reply-To"] = message["References"] = f"<{mail.thread_id}@{domain}>"
    # RFC 3834 and Exchange: no automatic answer may come back, or two desks would write to each other for ever.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
