"""What a directory says beside the result of a bind: this password has to be changed before anything else is done.

OpenLDAP, 389 DS and others say so in a response control (draft-behera-ldap-password-policy §6.2) and may let in all the
same; Active Directory refuses, and writes its reason into the message.
"""

import re
from collections.abc import Mapping

POLICY_CONTROL = "1.3.6.1.4.1.42.2.27.8.5.1"
# Sent by 389 DS and its like for a password that has expired or was reset (draft-vchu-ldap-pwd-policy §6).
_EXPIRED_CONTROL = "2.16.840.1.113730.3.4.4"
# ERROR_EXPIRED_CONTROL and ERROR_PASSWORD_MUST_CHANGE: said of a right password alone.
_AD_REASONS = re.compile(r"\bdata (?:532|773)\b", re.IGNORECASE)
_SEQUENCE, _WARNING, _ERROR, _TIME_LEFT = 0x30, 0xA0, 0x81, 0x80
_LOCKED = 1


def must_change(message: str, controls: Mapping[str, object]) -> bool:
    """Tell whether a password that was found right has to be changed first. What cannot be read means yes."""
    if _EXPIRED_CONTROL in controls or _AD_REASONS.search(message or ""):
        return True
    value = controls.get(POLICY_CONTROL)
    if not value:
        return False
    parts = _parts(value) if isinstance(value, bytes) else None
    if parts is None or len(parts) != 1 or parts[0][0] != _SEQUENCE:
        return True
    inner = _parts(parts[0][1])
    return inner is None or any(_means_change(tag, content) for tag, content in inner)


def _means_change(tag: int, content: bytes) -> bool:
    if tag == _WARNING:
        # Days that are left are no reason; log-ins that are left after the end are one.
        warnings = _parts(content)
        return warnings is None or any(kind != _TIME_LEFT for kind, _value in warnings)
    # A lock after wrong guesses says nothing about the password.
    return not (tag == _ERROR and content == bytes([_LOCKED]))


def _parts(octets: bytes) -> list[tuple[int, bytes]] | None:
    """Return tags and contents of short BER values, None for anything else."""
    found = []
    while octets:
        if len(octets) < 2 or octets[1] > 0x7F or len(octets) < 2 + octets[1]:
            return None
        found.append((octets[0], octets[2 : 2 + octets[1]]))
        octets = octets[2 + octets[1] :]
    return found
