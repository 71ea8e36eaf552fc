"""Mail addresses as they go over the wire: nothing that an encoded word could turn into something else, domains in A-labels."""

import re
from email.errors import MessageError
from email.headerregistry import Address

import idna

from servicedesk import foreign_text
from servicedesk.errors import N_, InvalidInputError

# What no address that people have needs, and what could end a line, a header or an envelope.
_NEVER = re.compile(r"=\?|[\0-\x1f\x7f-\x9f<>\s\u2028\u2029]")
_OTHER_LETTERS = re.compile(r"[^\0-\x7f]")


def wire_form(address: str) -> str:
    """Return the address with its domain in letters that every server takes (RFC 5891). Raises InvalidInputError."""
    local, at, domain = address.strip().rpartition("@")
    try:
        if not local or not at or _NEVER.search(address.strip()) or foreign_text.line(local) != local:
            raise ValueError("no mail address")
        if not domain.isascii():
            domain = idna.encode(domain, uts46=True).decode("ascii")
        Address(addr_spec=_OTHER_LETTERS.sub("x", f"{local}@{domain}"))  # Its grammar; it knows no RFC 6531.
        return f"{local}@{domain}"
    except (MessageError, ValueError, IndexError) as error:  # IDNAError is a ValueError.
        raise InvalidInputError(N_("The recipient's mail address cannot be used.")) from error
