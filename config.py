"""Every setting, read once from the environment; nonsense is refused at start with a sentence that says what to do."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import setting_values
from servicedesk import foreign_text
from servicedesk.directory.group_names import named_in
from servicedesk.directory.settings import DirectorySettings
from servicedesk.mail.settings import MailSettings
from setting_values import PREFIX, SettingError

__all__ = ["PREFIX", "SettingError", "Settings", "load"]
_HERE = Path(__file__).resolve().parent
_SECRET_KEY_LENGTH = 32
_LONGEST_KEY = 60


@dataclass(frozen=True)
class Settings:
    """What an installation decides. README.md has the same list as a table, and a test compares the two."""

    instance_dir: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    public_url: str
    password_change_url: str
    trusted_proxies: int
    directory: DirectorySettings = field(repr=False)
    groups: Mapping[str, Mapping[str, tuple[str, ...]]]
    mail: MailSettings = field(repr=False)
    default_language: str
    time_zone: str
    suggestions_holdout: float
    suggestions_a_minute: int
    people_disable_limit: float
    keep_days: int

    @property
    def is_https(self) -> bool:
        """Whether people reach the product by https: everywhere but on loopback."""
        return self.public_url.startswith("https://")

    @property
    def index_dir(self) -> Path:
        """Where the search index lives: a cache that may be deleted at any time."""
        return self.instance_dir / "index"

    @property
    def dictionaries_dir(self) -> Path:
        """Where the dictionaries of inflected words live: made once, and again when deleted."""
        return self.instance_dir / "dictionaries"

    @property
    def files_dir(self) -> Path:
        """Where attachments are stored under random names."""
        return self.instance_dir / "files"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings from `environ` (default: the process environment). Raises SettingError."""
    read = _Reader(os.environ if environ is None else environ)
    instance_dir = setting_values.instance_folder(
        read.text("INSTANCE_DIR", ""), _HERE / "instance", is_anything_set=read.is_anything_set
    )
    groups = _groups(read.text("GROUPS", "{}"))
    settings = Settings(
        instance_dir=instance_dir,
        database_url=setting_values.database_url(
            read.text("DATABASE_URL", f"sqlite:///{instance_dir / 'servicedesk.db'}")
        ),
        secret_key=_secret_key(read.text("SECRET_KEY", ""), instance_dir),
        secret_key_fallbacks=_secret_key_fallbacks(read.text("SECRET_KEY_FALLBACKS", "")),
        public_url=setting_values.public_url(read.text("PUBLIC_URL", "http://127.0.0.1:8000")),
        password_change_url=_password_change_url(read.text("PASSWORD_CHANGE_URL", "")),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0, lowest=0, highest=5),
        directory=_directory(read, named_in(groups)),
        groups=groups,
        mail=_mail(read, instance_dir),
        default_language=setting_values.language(read.text("LANGUAGE", "en")),
        time_zone=setting_values.time_zone(read.text("TIME_ZONE", "Europe/Warsaw")),
        suggestions_holdout=read.share("SUGGESTIONS_HOLDOUT", 0.0),
        suggestions_a_minute=read.number("SUGGESTIONS_A_MINUTE", 60, lowest=1, highest=1_000_000),
        people_disable_limit=read.share("PEOPLE_DISABLE_LIMIT", 0.05),
        keep_days=read.number("KEEP_DAYS", 400, lowest=30, highest=36_500),
    )
    read.refuse_unknown()
    return settings


class _Reader:
    """Reads prefixed variables and remembers which ones it was asked for."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._asked: set[str] = set()

    @property
    def is_anything_set(self) -> bool:
        """Whether there is any setting at all."""
        return any(name.startswith(PREFIX) for name in self._environ)

    def text(self, name: str, default: str) -> str:
        self._asked.add(PREFIX + name)
        return self._environ.get(PREFIX + name, "").strip() or default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise SettingError(f"{PREFIX}{name} is '{value}'. Set it to one of: {', '.join(choices)}.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        return self.choice(name, "yes" if default else "no", ("yes", "no")) == "yes"

    def number(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or len(value) > 9 or not lowest <= int(value) <= highest:
            raise SettingError(
                f"{PREFIX}{name} is '{value}'. Set it to a whole number from {lowest} to {highest}."
            )
        return int(value)

    def share(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            share = float(value)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise SettingError(f"{PREFIX}{name} is '{value}'. Set it to a share from 0 to 1, such as 0.05.")
        return share

    def refuse_unknown(self) -> None:
        """Refuse a misspelt setting, which would else silently be its default."""
        unknown = sorted(
            name for name in self._environ if name.startswith(PREFIX) and name not in self._asked
        )
        unknown = [name for name in unknown if name not in (f"{PREFIX}DATA",)]
        if unknown:
            raise SettingError(f"{', '.join(unknown)}: no such setting. README.md lists all of them.")


def _secret_key(key: str, instance_dir: Path) -> str:
    """Use the key that was set, else the one made for this instance at its first start."""
    path = instance_dir / "secret.key"
    if not key:
        try:
            if not path.exists():
                _make_private(path, secrets.token_urlsafe(_SECRET_KEY_LENGTH))
            key = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise SettingError(
                f"The secret key in {path} cannot be read or made: {error}. Let this account read and write its folder."
            ) from error
        if _is_weak(key):
            raise SettingError(
                f"{path} holds no usable key. Put it back from a backup; or remove it, and a new one is made: "
                "forms that are open then end, and the index is built anew."
            )
    if _is_weak(key):
        raise SettingError(
            f"{PREFIX}SECRET_KEY is too short or too simple. Leave it out, and one is made in {path.name}; "
            "or set at least 32 random characters, the same on all machines."
        )
    return key


def _secret_key_fallbacks(text: str) -> tuple[str, ...]:
    """Read keys that are still accepted and no longer signed with; a weak one would be as good to a forger as the key."""
    keys = tuple(text.split())
    if any(_is_weak(key) for key in keys):
        raise SettingError(
            f"{PREFIX}SECRET_KEY_FALLBACKS holds a key that is too short or too simple. "
            "Set it to earlier values of SECRET_KEY with spaces between, or leave it out."
        )
    return keys


def _is_weak(key: str) -> bool:
    return len(key) < _SECRET_KEY_LENGTH or len(set(key)) < 10


def _make_private(path: Path, text: str) -> None:
    """Make a file that is there whole or not at all; where another process of a first start was faster, its file stays."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def _password_change_url(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise SettingError(
            f"{PREFIX}PASSWORD_CHANGE_URL is '{url}'. Set it to the address of a page, as https://password.example.com."
        )
    return url


def _groups(text: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Read which directory groups give which roles and teams, as JSON: {"roles": {"agent": ["IT"]}, "teams": {...}}."""
    example = 'Example: {"roles": {"agent": ["IT staff"], "admin": ["IT admins"]}, "teams": {"network": ["Network team"]}}'
    try:
        groups = json.loads(text)
        read = {
            part: {_group_key(name): _group_names(names) for name, names in groups.get(part, {}).items()}
            for part in ("roles", "teams")
        }
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise SettingError(f"{PREFIX}GROUPS is not the JSON we expect. {example}") from error
    unknown = set(groups) - {"roles", "teams"} | set(read["roles"]) - {"agent", "editor", "admin"}
    if unknown:
        raise SettingError(f"{PREFIX}GROUPS names {', '.join(sorted(unknown))}, which is no role. {example}")
    return read


def _group_key(key: str) -> str:
    """Return the key of a role or team as it is stored. Raises ValueError for one that no column holds."""
    if not 0 < len(cleaned := foreign_text.line(key)) <= _LONGEST_KEY:
        raise ValueError("A team needs a name of at most 60 letters.")
    return cleaned


def _group_names(names: object) -> tuple[str, ...]:
    """Read a list of groups; one group may stand by itself. Raises ValueError: its letters are no groups."""
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list) or not all(isinstance(name, str) and name.strip() for name in listed):
        raise ValueError("Groups are a list of names.")
    return tuple(name.strip() for name in listed)


def _directory(read: _Reader, named_groups: tuple[str, ...]) -> DirectorySettings:
    urls = tuple(read.text("LDAP_URLS", "ldap://127.0.0.1:3890").split())
    ca_certs_file = read.text("LDAP_CA_CERTS_FILE", "")
    try:
        return DirectorySettings(
            urls=urls,
            kind=read.choice("LDAP_KIND", "openldap", ("openldap", "active-directory")),  # type: ignore[arg-type]
            start_tls=read.flag("LDAP_START_TLS", default=False),
            ca_certs_file=Path(ca_certs_file) if ca_certs_file else None,
            allow_insecure=read.flag("LDAP_ALLOW_INSECURE", default=False),
            allow_empty_bind=read.flag("LDAP_ALLOW_EMPTY_BIND", default=False),
            bind_dn=read.text("LDAP_BIND_DN", "cn=desk,dc=example,dc=com"),
            bind_password=read.text("LDAP_BIND_PASSWORD", ""),
            people_base=read.text("LDAP_PEOPLE_BASE", "ou=people,dc=example,dc=com"),
            groups_base=read.text("LDAP_GROUPS_BASE", "ou=groups,dc=example,dc=com"),
            people_filter=read.text("LDAP_PEOPLE_FILTER", ""),
            named_groups=named_groups,
        )
    except ValueError as error:
        raise SettingError(str(error)) from error


def _mail(read: _Reader, instance_dir: Path) -> MailSettings:
    try:
        return MailSettings(
            smtp_url=read.text("SMTP_URL", ""),
            spool_dir=instance_dir / "mail",
            from_address=read.text("MAIL_FROM", "Service desk <servicedesk@example.com>"),
            allow_insecure=read.flag("SMTP_ALLOW_INSECURE", default=False),
        )
    except ValueError as error:
        raise SettingError(str(error)) from error
