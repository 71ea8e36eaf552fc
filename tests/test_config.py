"""Settings are read once, and nonsense is refused with a sentence that says what to do."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import config
from servicedesk.app import create_app

_KEY = "a-test-key-0123456789-abcdefghijklmnop"


def _load(tmp_path: Path, **settings: str) -> config.Settings:
    return config.load(
        {
            f"{config.PREFIX}{name}": value
            for name, value in {"INSTANCE_DIR": str(tmp_path), **settings}.items()
        }
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PUBLIC_URL", "http://help.example.com", "must start with https://"),
        ("PUBLIC_URL", "help.example.com", "Set it to the address people type"),
        ("DATABASE_URL", "mysql://localhost/desk", "must start with sqlite:/// or postgresql://"),
        ("SECRET_KEY", "secret", "too short or too simple"),
        ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "too short or too simple"),
        ("SECRET_KEY_FALLBACKS", f"{_KEY} short", "too short or too simple"),
        ("TRUSTED_PROXIES", "-1", "whole number from 0 to 5"),
        ("TIME_ZONE", "Mars/Olympus", "such as Europe/Warsaw"),
        ("LANGUAGE", "de", "one of: en, pl"),
        ("SUGGESTIONS_HOLDOUT", "5 %", "share from 0 to 1"),
        ("SUGGESTIONS_A_MINUTE", "0", "whole number from 1 to 1000000"),
        ("PEOPLE_DISABLE_LIMIT", "2", "share from 0 to 1"),
        ("KEEP_DAYS", "29", "whole number from 30 to 36500"),
        ("GROUPS", "[]", "not the JSON we expect"),
        ("GROUPS", '{"roles": {"owner": ["IT"]}}', "names owner, which is no role"),
        ("LDAP_URLS", "ldap://directory.example.com", "LDAP"),
        ("SMTP_URL", "smtp://mail.example.com", "without encryption"),
        ("MAIL_FROM", "desk", "SERVICEDESK_MAIL_FROM"),
        ("SECRET_KYE", _KEY, "no such setting"),
    ],
)
def test_nonsense_is_refused_with_advice(tmp_path: Path, name: str, value: str, says: str) -> None:
    """Keys that anybody could guess, and plain text that nobody asked for, are nonsense (security.md L5, X22)."""
    with pytest.raises(config.SettingError, match=says):
        _load(tmp_path, **{name: value})


def test_a_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """No two installations share one (security.md X22)."""
    first = _load(tmp_path).secret_key
    assert _load(tmp_path).secret_key == first
    assert len(first) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("left", ["", "abc", "a" * 40])
def test_a_secret_key_that_was_cut_off_is_named_with_its_place(tmp_path: Path, left: str) -> None:
    (tmp_path / "secret.key").write_text(left)
    with pytest.raises(config.SettingError, match=rf"{tmp_path}/secret\.key holds no usable key.*remove it"):
        _load(tmp_path)
    (tmp_path / "secret.key").unlink()
    assert _load(tmp_path).secret_key


def test_processes_that_start_at_once_use_one_secret_key(tmp_path: Path) -> None:
    """What the one signs, the other must know: web and jobs are started together, also for the first time."""
    for start in range(20):
        instance = tmp_path / str(start)
        instance.mkdir()
        barrier = Barrier(8)

        def load(instance: Path = instance, barrier: Barrier = barrier) -> str:
            barrier.wait()
            return _load(instance).secret_key

        with ThreadPoolExecutor(8) as pool:
            keys = {future.result() for future in [pool.submit(load) for _ in range(8)]}
        assert len(keys) == 1
        assert [path.name for path in instance.iterdir()] == ["secret.key"]


def test_https_and_loopback_are_accepted(tmp_path: Path) -> None:
    assert _load(tmp_path, PUBLIC_URL="https://help.example.com").is_https
    assert not _load(tmp_path, PUBLIC_URL="http://127.0.0.1:8123").is_https


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        SECRET_KEY=_KEY,
        SECRET_KEY_FALLBACKS=f"{_KEY}-1 {_KEY}-2",
        LDAP_BIND_PASSWORD="directory-secret",
    )
    assert settings.secret_key_fallbacks == (f"{_KEY}-1", f"{_KEY}-2")
    assert _KEY not in repr(settings)
    assert "directory-secret" not in repr(settings)


def test_postgresql_addresses_get_their_driver(tmp_path: Path) -> None:
    assert _load(tmp_path, DATABASE_URL="postgresql://db/desk").database_url == "postgresql+psycopg://db/desk"


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the shell had set before (security.md M10)."""
    before = os.umask(0)
    try:
        create_app(_load(tmp_path))
        (tmp_path / "anything").touch()
    finally:
        os.umask(before)
    assert (tmp_path / "anything").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "groups",
    [
        '{"teams": {"hr": 5}}',
        '{"teams": {"hr": [["HR"]]}}',
        '{"teams": {"hr": [""]}}',
        '{"roles": {"agent": {"IT staff": true}}}',
        '{"teams": {"": ["HR"]}}',
        '{"teams": {"%s": ["HR"]}}' % ("x" * 61),
        '{"teams": ["HR"]}',
        "[]",
    ],
)  # fmt: skip
def test_groups_that_are_no_list_of_names_are_refused(tmp_path: Path, groups: str) -> None:
    with pytest.raises(config.SettingError, match="GROUPS is not the JSON we expect"):
        _load(tmp_path, GROUPS=groups)


def test_one_group_may_stand_without_a_list(tmp_path: Path) -> None:
    """Read letter by letter it would give a role to the group "I"."""
    assert _load(tmp_path, GROUPS='{"roles": {"agent": "IT staff"}}').groups["roles"] == {
        "agent": ("IT staff",)
    }
