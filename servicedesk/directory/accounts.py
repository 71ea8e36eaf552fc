"""Whether an account may be used now: the marks of Active Directory, of OpenLDAP's password policy, 389 DS and FreeIPA.

A mark that cannot be understood lets nobody in: the account's state is then unknown.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

from servicedesk.directory.session import Entry

# "must-change": whoever reset the password knows it, or it is too old. "unknown": the directory does not show the desk
# what it would have to know.
Account = Literal["enabled", "disabled", "locked", "expired", "must-change", "unknown"]

STATES_IN_ACTIVE_DIRECTORY = (
    *("userAccountControl", "accountExpires", "lockoutTime", "pwdLastSet"),
    "msDS-User-Account-Control-Computed",
)
STATES_IN_OPENLDAP = (
    *("pwdAccountLockedTime", "pwdStartTime", "pwdEndTime", "pwdReset", "pwdGraceUseTime"),
    *("shadowExpire", "shadowLastChange", "nsAccountLock", "passwordExpirationTime"),
    *("krbPrincipalExpiration", "krbPasswordExpiration", "pwdChangedTime", "krbLastPwdChange"),
)
_UAC_DISABLED = 0x2
_UAC_LOCKED = 0x10
_UAC_NEVER_CHANGES = 0x10000
_UAC_PASSWORD_EXPIRED = 0x800000
_NEVER_EXPIRES = (0, 0x7FFFFFFFFFFFFFFF)
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# An administrator's lock (draft-behera-ldap-password-policy §5.3.3), by its year. A real time was set by wrong guesses.
_LOCKED_FOR_GOOD = "0000"
_TIME = re.compile(r"(\d{10})(\d\d)?(\d\d)?(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d)?)?")


class _UnreadableError(ValueError):
    """A mark is there, and nobody can tell what it means."""


def in_active_directory(entry: Entry) -> Account:
    """Return the state of an account of Active Directory."""
    try:
        return _state_in_active_directory(entry)
    except _UnreadableError:
        return "unknown"


def in_openldap(entry: Entry) -> Account:
    """Return the state of an account elsewhere.

    How long a lock after wrong guesses lasts stands in a policy that the desk need not be able to read: the account is
    locked while its mark stands. The directory takes the mark off at the first right password after the lock's end.
    """
    locked_at = entry.text("pwdAccountLockedTime") or ""
    try:
        if locked_at.startswith(_LOCKED_FOR_GOOD) or _is_set(entry, "nsAccountLock"):
            return "disabled"
        if _is_expired(entry):
            return "expired"
        if _must_change(entry):
            return "must-change"
        _changes(entry)
    except _UnreadableError:
        return "unknown"
    return "locked" if locked_at else "enabled"


def password_changed_at(entry: Entry, *, is_active_directory: bool) -> datetime | None:
    """Return when the password was changed last; None where the directory does not say."""
    try:
        if not is_active_directory:
            return max(filter(None, _changes(entry)), default=None)
        changed = _number(entry, "pwdLastSet") or 0
        return _FILETIME_EPOCH + timedelta(microseconds=changed // 10) if changed > 0 else None
    except (_UnreadableError, OverflowError):
        return None  # Whatever cannot be read of these lets nobody in: see above.


def _changes(entry: Entry) -> tuple[datetime | None, ...]:
    return _time(entry, "pwdChangedTime"), _time(entry, "krbLastPwdChange")


def _state_in_active_directory(entry: Entry) -> Account:
    flags = _number(entry, "userAccountControl")
    if flags is None:
        return "unknown"
    if flags & _UAC_DISABLED:
        return "disabled"
    expires = _number(entry, "accountExpires") or 0
    if expires not in _NEVER_EXPIRES and _is_past(_FILETIME_EPOCH, microseconds=expires // 10):
        return "expired"
    # lockoutTime stays after the lock has ended; the computed flag knows the domain's lock-out duration.
    computed = _number(entry, "msDS-User-Account-Control-Computed")
    if _number(entry, "lockoutTime") if computed is None else computed & _UAC_LOCKED:
        return "locked"
    is_too_old = bool((computed or 0) & _UAC_PASSWORD_EXPIRED)
    is_reset = _number(entry, "pwdLastSet") == 0 and not flags & _UAC_NEVER_CHANGES
    return "must-change" if is_too_old or is_reset else "enabled"


def _is_expired(entry: Entry) -> bool:
    ends = (_time(entry, "pwdEndTime"), _time(entry, "krbPrincipalExpiration"))
    starts_at = _time(entry, "pwdStartTime")
    days = _number(entry, "shadowExpire")
    return (
        any(end is not None and end <= datetime.now(UTC) for end in ends)
        or (starts_at is not None and starts_at > datetime.now(UTC))
        or (days is not None and days > 0 and _is_past(_UNIX_EPOCH, days=days))
    )


def _must_change(entry: Entry) -> bool:
    ends = (_time(entry, "passwordExpirationTime"), _time(entry, "krbPasswordExpiration"))
    return (
        _is_set(entry, "pwdReset")
        # A log-in that was let pass after the password had expired; a new password takes the mark off.
        or entry.text("pwdGraceUseTime") is not None
        or _number(entry, "shadowLastChange") == 0
        or any(end is not None and end <= datetime.now(UTC) for end in ends)
    )


def _is_set(entry: Entry, name: str) -> bool:
    return (entry.text(name) or "false").lower() != "false"


def _number(entry: Entry, name: str) -> int | None:
    if entry.text(name) is None:
        return None
    number = entry.number(name)
    if number is None:
        raise _UnreadableError(name)
    return number


def _time(entry: Entry, name: str) -> datetime | None:
    """Read a time as LDAP writes it: to the hour at least, in UTC or with a difference to it (RFC 4517 §3.3.13)."""
    text = entry.text(name)
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        raise _UnreadableError(name)
    hour, minute, second, sign, hours, minutes = found.groups()
    difference = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        at = datetime.strptime(hour + (minute or "00") + (second or "00"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return at + difference if sign == "-" else at - difference
    except (ValueError, OverflowError) as error:
        raise _UnreadableError(name) from error


def _is_past(epoch: datetime, *, days: int = 0, microseconds: int = 0) -> bool:
    try:
        return epoch + timedelta(days=days, microseconds=microseconds) <= datetime.now(UTC)
    except OverflowError:
        return False
