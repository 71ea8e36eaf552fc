"""Addresses, folders and time zones as settings: what cannot be used is refused with a sentence that says what to do."""

import ipaddress
import os
import pwd
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from servicedesk import time_zones

PREFIX = "SERVICEDESK_"
_LANGUAGES = ("en", "pl")


class SettingError(ValueError):
    """A setting is missing or cannot be used; the message says what to do."""


def database_url(url: str) -> str:
    """Return the address with the driver that we use; its folder has to be there."""
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError(f"{PREFIX}DATABASE_URL must start with sqlite:/// or postgresql://.")
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError) as error:  # Without the address: it may hold a password.
        raise SettingError(
            f"{PREFIX}DATABASE_URL cannot be read. Write it like postgresql://user:password@host:5432/name."
        ) from error
    folder = Path(parts.database or "").parent
    if parts.drivername == "sqlite" and not folder.is_dir():
        raise SettingError(
            f"{PREFIX}DATABASE_URL names the folder {folder}, which is not there. Make it first."
        )
    return url


def instance_folder(given: str, default: Path, *, is_anything_set: bool) -> Path:
    """Return the instance's folder, made for this account alone where it is missing.

    A command that was started without the settings of its desk makes no second desk beside it, and root none of
    whose files the desk's own account could read nothing.
    """
    path = Path(given or default).resolve()
    if not is_anything_set and not path.exists():
        raise SettingError(
            f"No {PREFIX}… setting is given, and there is no desk in {path}. "
            'Give the settings of yours first, as README.md says under "Operate it". To try the product out: make run.'
        )
    _make_folder(path)
    if os.geteuid() == 0 and (owner := path.stat().st_uid) != 0:
        raise SettingError(
            f"{path} belongs to {_account(owner)}, who could not read what root writes there. "
            f"Run this as that account: runuser -u {_account(owner)} -- …"
        )
    return path


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"{PREFIX}INSTANCE_DIR is '{path}', which cannot be made: {error.strerror}. Set it to a folder of your own."
        ) from error


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def public_url(url: str) -> str:
    """Return the address that people type, without a slash at its end."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # Half an IPv6 address, or no number of a port.
        parts, has_host = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not has_host or parts.path not in ("", "/"):
        raise SettingError(
            f"{PREFIX}PUBLIC_URL is '{url}'. Set it to the address people type, as https://help.example.com."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise SettingError(
            f"{PREFIX}PUBLIC_URL must start with https://. Plain http is only for this machine itself."
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def language(name: str) -> str:
    """Read "PL" or "pl_PL.UTF-8" as people mean it."""
    code = name.strip().lower().replace("_", "-").partition("-")[0]
    if code not in _LANGUAGES:
        raise SettingError(f"{PREFIX}LANGUAGE is '{name}'. Set it to one of: {', '.join(_LANGUAGES)}.")
    return code


def time_zone(name: str) -> str:
    """Return today's name of a time zone, however it is spelled."""
    today = time_zones.todays_name(name)
    if today is None:
        raise SettingError(f"{PREFIX}TIME_ZONE is '{name}'. Set it to a name such as Europe/Warsaw.")
    return today
