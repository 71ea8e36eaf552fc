"""What an entry of the directory says about a person."""

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from servicedesk.directory.names import filter_value, spellings
from servicedesk.directory.session import Entry

# "unknown": the directory does not show the desk what it would have to know. Such an account lets nobody in.
Account = Literal["enabled", "disabled", "locked", "expired", "unknown"]

_COMMON = ("mail", "displayName", "cn", "department", "telephoneNumber", "manager", "preferredLanguage")
_ACTIVE_DIRECTORY = (
    *_COMMON,
    *("objectGUID", "objectSid", "primaryGroupID", "sAMAccountName", "userAccountControl", "accountExpires"),
    *("lockoutTime", "msDS-User-Account-Control-Computed", "memberOf"),
)
_OPENLDAP = (
    *_COMMON,
    *("entryUUID", "uid", "departmentNumber", "ou", "pwdAccountLockedTime", "pwdEndTime", "shadowExpire"),
    *("nsAccountLock",),
)
_UAC_DISABLED = 0x2
_UAC_LOCKED = 0x10
_NEVER_EXPIRES = (0, 0x7FFFFFFFFFFFFFFF)
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# An administrator's lock (draft-behera-ldap-password-policy §5.3.3), by its year. A real time was set by wrong guesses.
_LOCKED_FOR_GOOD = "0000"


@dataclass(frozen=True)
class DirectoryPerson:
    """A person as the directory knows them now. `key` stays the same when everything else changes."""

    key: str
    dn: str
    user_name: str
    mail: str | None
    display_name: str
    department: str | None
    telephone: str | None
    manager_dn: str | None
    language: str | None
    groups: frozenset[str]
    account: Account


class Schema:
    """How one kind of directory names things."""

    def __init__(self, *, is_active_directory: bool, people_filter: str) -> None:
        """Keep the kind and the installation's own filter."""
        self._is_ad = is_active_directory
        self._people_filter = people_filter
        self.attributes: Sequence[str] = _ACTIVE_DIRECTORY if is_active_directory else _OPENLDAP
        self._key_prefix = "objectguid:" if is_active_directory else "entryuuid:"
        self._name_attributes = (
            ("sAMAccountName", "userPrincipalName", "mail") if is_active_directory else ("uid", "mail")
        )

    def filter_everybody(self) -> str:
        """Match all people: in Active Directory computers are users too, so the category decides."""
        kind = "(&(objectCategory=person)(objectClass=user))" if self._is_ad else "(objectClass=person)"
        return f"(&{kind}{self._people_filter})"

    def filter_name(self, name: str) -> str:
        """Match whoever may log in by this name."""
        values = [filter_value(one) for one in spellings(name, is_active_directory=self._is_ad)]
        names = "".join(f"({attribute}={value})" for attribute in self._name_attributes for value in values)
        return f"(&{self.filter_everybody()}(|{names}))"

    def filter_key(self, key: str) -> str | None:
        """Match the person with this key, None when the key is of another kind of directory."""
        prefix, _, text = key.rpartition(":")
        try:
            identity = uuid.UUID(text)
        except ValueError:
            return None
        if prefix + ":" != self._key_prefix:
            return None
        match = f"objectGUID={filter_value(identity.bytes_le)}" if self._is_ad else f"entryUUID={identity}"
        return f"(&{self.filter_everybody()}({match}))"

    def key(self, entry: Entry) -> str | None:
        """Return the key that survives renaming, None when the directory does not give one."""
        identity = entry.uuid(is_active_directory=self._is_ad)
        return f"{self._key_prefix}{identity}" if identity else None

    def user_name(self, entry: Entry) -> str | None:
        """Return the short name of the account."""
        return _text(entry, self._name_attributes[0])

    def person(self, entry: Entry, groups: frozenset[str]) -> DirectoryPerson | None:
        """Return the person that the entry describes, None when it lacks a key or a name."""
        key, user_name = self.key(entry), self.user_name(entry)
        if key is None or user_name is None:
            return None
        return DirectoryPerson(
            key=key,
            dn=entry.dn,
            user_name=user_name,
            mail=_text(entry, "mail"),
            display_name=_text(entry, "displayName") or _text(entry, "cn") or user_name,
            department=_text(entry, "department") or _text(entry, "departmentNumber") or _text(entry, "ou"),
            telephone=_text(entry, "telephoneNumber"),
            manager_dn=entry.text("manager"),
            language=_language(entry.text("preferredLanguage")),
            groups=groups,
            account=self.account(entry),
        )

    def account(self, entry: Entry) -> Account:
        """Say whether the account may be used now."""
        return _account_in_active_directory(entry) if self._is_ad else _account_in_openldap(entry)


def _text(entry: Entry, name: str) -> str | None:
    text = entry.text(name)
    return unicodedata.normalize("NFC", text) if text else None


def _language(tag: str | None) -> str | None:
    """Return the language that we speak of those preferred (RFC 2798 writes them like Accept-Language)."""
    for part in (tag or "").lower().split(","):
        language = part.split(";")[0].strip().split("-")[0]
        if language in ("en", "pl"):
            return language
    return None


def _account_in_active_directory(entry: Entry) -> Account:
    flags = entry.number("userAccountControl")
    if flags is None:
        return "unknown"
    if flags & _UAC_DISABLED:
        return "disabled"
    expires = entry.number("accountExpires") or 0
    if expires not in _NEVER_EXPIRES and _is_past(_FILETIME_EPOCH, microseconds=expires // 10):
        return "expired"
    # lockoutTime stays after the lock has ended; the computed flag knows the domain's lock-out duration.
    computed = entry.number("msDS-User-Account-Control-Computed")
    is_locked = entry.number("lockoutTime") if computed is None else computed & _UAC_LOCKED
    return "locked" if is_locked else "enabled"


def _account_in_openldap(entry: Entry) -> Account:
    """Read the marks of the password policy.

    How long a lock after wrong guesses lasts stands in a policy that the desk need not be able to read: the account is
    locked while its mark stands. The directory takes the mark off at the first right password after the lock's end.
    """
    locked_at = entry.text("pwdAccountLockedTime") or ""
    if locked_at.startswith(_LOCKED_FOR_GOOD) or (entry.text("nsAccountLock") or "").lower() == "true":
        return "disabled"
    ends_at = _generalized_time(entry.text("pwdEndTime"))
    shadow_days = entry.number("shadowExpire") or 0
    if (ends_at and ends_at <= datetime.now(UTC)) or (
        shadow_days > 0 and _is_past(_UNIX_EPOCH, days=shadow_days)
    ):
        return "expired"
    return "locked" if locked_at else "enabled"


def _is_past(epoch: datetime, *, days: int = 0, microseconds: int = 0) -> bool:
    try:
        return epoch + timedelta(days=days, microseconds=microseconds) <= datetime.now(UTC)
    except OverflowError:
        return False


def _generalized_time(text: str | None) -> datetime | None:
    try:
        return datetime.strptime((text or "")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
