"""A setting that cannot be used stops whatever is started, in one sentence for whoever started it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import config
from tests.services.programs import do_without

_ROOT = Path(__file__).parents[1]
_BIN = Path(sys.executable).parent
_COMMANDS = {
    "web server": [
        sys.executable, "-m", "gunicorn", "--config", "python:servicedesk.gunicorn", "--bind", "127.0.0.1:0", "wsgi:app",
    ],
    "jobs": [_BIN / "flask", "jobs", "run"],
    "command": [_BIN / "flask", "kb", "export", "/tmp/nowhere"],  # noqa: S108
    "migrations": [_BIN / "flask", "db", "upgrade"],
    "import": [sys.executable, "-c", "import wsgi"],
}  # fmt: skip


@pytest.mark.parametrize("command", _COMMANDS.values(), ids=_COMMANDS)
def test_one_line_without_a_traceback_and_an_exit_code(command: list[str], tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)},
        "SERVICEDESK_INSTANCE_DIR": str(tmp_path),
        "SERVICEDESK_TIME_ZONE": "Nowhere\nAtlantis",
    }
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        "SERVICEDESK_TIME_ZONE is 'Nowhere Atlantis'. Set it to a name such as Europe/Warsaw.\n"
    )


_NONSENSE = {
    "DATABASE_URL": (
        "mysql://x", "postgresql://a:b@[::1/x", "postgresql://u:p@h:port/x", "sqlite:////nowhere/at/all/x.db",
    ),
    "PUBLIC_URL": ("http://[x", "https://x:99999", "https://x:port", "ftp://x", "https://x/path", "https://"),
    "TIME_ZONE": ("Europe", "../../etc", "/etc/passwd", "x" * 5000),
    "INSTANCE_DIR": ("/proc/nowhere", "/etc/passwd/x", "/dev/null"),
    "GROUPS": ("[1]", '{"roles": {"agent": 5}}', "[" * 60_000, "null", "nonsense"),
    "SMTP_URL": ("smtp://[x", "smtps://h:abc", "smtps://h:99999", "http://x"),
    "LDAP_URLS": ("foo", "ldaps://h:abc", "ldap://[x"),
    "TRUSTED_PROXIES": ("²", "-1", "1.5", "9" * 5000),
    "SUGGESTIONS_HOLDOUT": ("nan", "inf", "2"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in _NONSENSE.items() for value in values],
    ids=lambda value: str(value)[:40],
)
def test_nonsense_is_refused_as_a_setting(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(config.SettingError) as refused:
        config.load({"SERVICEDESK_INSTANCE_DIR": str(tmp_path), f"SERVICEDESK_{name}": value})
    assert str(refused.value)


def test_a_secret_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"\xff\xfe" * 40)
    with pytest.raises(config.SettingError, match=r"secret\.key"):
        config.load({"SERVICEDESK_INSTANCE_DIR": str(tmp_path)})


def test_a_command_without_any_setting_makes_no_desk_beside_the_real_one(tmp_path: Path) -> None:
    """A copy of the source, as it lies on a server: no `make run` has ever made its folder there."""
    for name in ("servicedesk", "migrations"):
        (tmp_path / name).symlink_to(_ROOT / name)
    for name in ("wsgi.py", "config.py", "setting_values.py"):
        shutil.copy(_ROOT / name, tmp_path)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}

    def upgrade(**given: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [_BIN / "flask", "db", "upgrade"], cwd=tmp_path, env={**bare, **given},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    refused = upgrade()
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "No SERVICEDESK_… setting is given" in refused.stderr
    assert not (tmp_path / "instance").exists()
    made = upgrade(SERVICEDESK_LANGUAGE="pl")
    assert made.returncode == 0, made.stderr
    assert made.stdout == f"A new database: sqlite:///{tmp_path}/instance/servicedesk.db\n"
    again = upgrade()
    assert (again.returncode, again.stdout) == (0, "")


def test_root_writes_nothing_into_the_folder_of_the_desks_account(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        do_without("needs to give a folder to somebody else, as root")
    os.chown(tmp_path, 54_321, -1)
    with pytest.raises(config.SettingError, match=r"belongs to #54321, .* runuser -u #54321 --"):
        config.load({"SERVICEDESK_INSTANCE_DIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
