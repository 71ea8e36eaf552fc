"""What an entry of the directory says about a person."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from servicedesk import foreign_text
from servicedesk.directory.accounts import (
    STATES_IN_ACTIVE_DIRECTORY,
    STATES_IN_OPENLDAP,
    Account,
    in_active_directory,
    in_openldap,
    password_changed_at,
)
from servicedesk.directory.names import filter_value, spellings
from servicedesk.directory.session import Entry

# Far beyond what is stored of anything.
_LONGEST_VALUE = 4_000
_LONGEST_MAIL = 254
_COMMON = ("mail", "displayName", "cn", "department", "telephoneNumber", "manager", "preferredLanguage")
_ACTIVE_DIRECTORY = (
    *(*_COMMON, *STATES_IN_ACTIVE_DIRECTORY),
    *("objectGUID", "objectSid", "primaryGroupID", "sAMAccountName", "memberOf"),
)
_OPENLDAP = (*_COMMON, *STATES_IN_OPENLDAP, "entryUUID", "uid", "departmentNumber", "ou")


@dataclass(frozen=True)
class Unreadable:
    """An entry that describes nobody we could know. `key` is whose it is, where at least that can be read."""

    dn: str
    key: str | None
    reason: str


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
    password_changed_at: datetime | None


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
        """Match whoever may log in by this name: by an address only when it is one.

        People may write what they like into their own `mail`: a colleague's user name there would shut the colleague out.
        """
        names = "".join(
            f"({attribute}={filter_value(one)})"
            for one in spellings(name, is_active_directory=self._is_ad)
            for attribute in (self._name_attributes if "@" in one else self._name_attributes[:1])
        )
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
            mail=_mail(entry),
            display_name=_text(entry, "displayName") or _text(entry, "cn") or user_name,
            department=_text(entry, "department") or _text(entry, "departmentNumber") or _text(entry, "ou"),
            telephone=_text(entry, "telephoneNumber"),
            manager_dn=entry.text("manager"),
            language=_language(entry.text("preferredLanguage")),
            groups=groups,
            account=self.account(entry),
            password_changed_at=password_changed_at(entry, is_active_directory=self._is_ad),
        )

    def unreadable(self, entry: Entry) -> Unreadable:
        """Say why an entry describes nobody."""
        key = self.key(entry)
        reason = "its user name is missing or no text" if key else f"it has no {self._key_prefix[:-1]}"
        return Unreadable(foreign_text.line(entry.dn)[:300], key, reason)

    def account(self, entry: Entry) -> Account:
        """Say whether the account may be used now."""
        return in_active_directory(entry) if self._is_ad else in_openldap(entry)


def _text(entry: Entry, name: str) -> str | None:
    """Return the first value that is text; None without one."""
    return next(_texts(entry, name), None)


def _texts(entry: Entry, name: str) -> Iterator[str]:
    """Yield the values that are text, each on one line and cleaned (foreign_text.py).

    Octets that are no UTF-8 are no text: a picture in the wrong attribute is nobody's name.
    """
    for value in entry.attributes.get(name.lower(), ()):
        # A value that is cut may end in the middle of a letter.
        text = foreign_text.line(value[:_LONGEST_VALUE].decode("utf-8", "replace").removesuffix("\ufffd"))
        if text and "\ufffd" not in text:
            yield text


def _mail(entry: Entry) -> str | None:
    """Return the first address that can be written to; one that is too long to be stored would be another's when cut."""
    addresses = (mail for mail in _texts(entry, "mail") if "@" in mail and " " not in mail)
    return next((mail for mail in addresses if len(mail) <= _LONGEST_MAIL), None)


def _language(tag: str | None) -> str | None:
    """Return the language that we speak of those preferred (RFC 2798 writes them like Accept-Language)."""
    for part in (tag or "").lower().split(","):
        language = part.split(";")[0].strip().split("-")[0]
        if language in ("en", "pl"):
            return language
    return None
