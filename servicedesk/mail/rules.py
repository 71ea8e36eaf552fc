"""Why a mail could not be sent, in words for people: read from what the mail server or the operating system said."""

import re

from servicedesk.errors import N_

# What smtplib quotes: (550, b'5.1.1 No such user').
_ANSWER = re.compile(r"\((\d{3}), b?['\"](?:(\d\.\d{1,3}\.\d{1,3})\b)?")
_BY_ENHANCED_CODE = {
    "1": N_("The mail server does not know the address."),
    "2": N_("The mailbox is full or takes no mail."),
    "7": N_("The mail server refused the mail as unwanted."),
}
_BY_CODE = {
    "535": N_("The mail server refused the desk's own user name or password."),
    "530": N_("The mail server refused the desk's own user name or password."),
    "534": N_("The mail server refused the desk's own user name or password."),
    "550": N_("The mail server does not know the address."),
    "551": N_("The mail server does not know the address."),
    "553": N_("The mail server does not know the address."),
    "452": N_("The mailbox is full or takes no mail."),
    "552": N_("The mailbox is full or takes no mail."),
    "554": N_("The mail server refused the mail as unwanted."),
}
_OWN = (
    N_("The recipient's mail address cannot be used."),
    N_("A line break stands where a mail's address or subject should be."),  # Said by earlier versions.
    N_("The mail would not have arrived as it was written."),
    N_("The mail could not be written."),
    N_("The mail server takes no address with letters like these."),
    N_("The mail could not be written to its directory."),
)
_UNTRUSTED = N_("The mail server's certificate could not be trusted.")
_UNREACHABLE = N_("The mail server could not be reached.")
_LATER = N_("The mail server asked to try later each time.")
_REFUSED = N_("The mail server did not take the mail.")
_OF_CERTIFICATES = ("SSLCertVerificationError", "SSLError")
_OF_CONNECTIONS = (
    "ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError", "SMTPServerDisconnected", "TimeoutError",
    "gaierror", "OSError", "SMTPConnectError",
)  # fmt: skip


def reason(last_error: str) -> str:
    """Return the sentence, to be translated, for what stands in `OutboxMail.last_error`."""
    if last_error in _OWN:
        return last_error
    kind = last_error.partition(":")[0]
    if kind in _OF_CERTIFICATES:
        return _UNTRUSTED
    answer = _ANSWER.search(last_error)
    if answer is None or kind in _OF_CONNECTIONS:
        return _UNREACHABLE if kind in _OF_CONNECTIONS else _REFUSED
    code, enhanced = answer[1], answer[2] or ""
    if code in ("530", "534", "535"):
        return _BY_CODE[code]
    if enhanced and (by_enhanced := _BY_ENHANCED_CODE.get(enhanced.split(".")[1])):
        return by_enhanced
    return _BY_CODE.get(code, _LATER if code.startswith("4") else _REFUSED)
