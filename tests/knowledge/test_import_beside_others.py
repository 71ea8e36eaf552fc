"""An import keeps nobody waiting and goes on where it was cut off, whatever one file does to the database."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, event, func, select, text

import config
from servicedesk.database import db
from servicedesk.knowledge.models import Article, ArticleFile, ArticleRevision, ImportedFile

_TEXT = "# Heading {n}\n\n" + "".join(f"{n}. Step {n} with *words* and `code`\n" for n in range(1, 400))


def _tree(root: Path, count: int) -> Path:
    root.mkdir()
    for number in range(count):
        (root / f"a{number:03}.md").write_text(_TEXT.replace("{n}", str(number)))
    return root


def test_no_transaction_is_open_while_texts_are_rendered(app: Flask, tmp_path: Path) -> None:
    """What is held is measured by the database itself: the longest time between BEGIN IMMEDIATE and its end."""
    root = _tree(tmp_path / "tree", 24)
    begun, held = [0.0], []

    def begins(_connection: object) -> None:
        begun[0] = time.monotonic()

    def ends(_connection: object) -> None:
        held.append(time.monotonic() - begun[0])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "begin", begins)
    event.listen(engine, "commit", ends)
    started = time.monotonic()
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    took = time.monotonic() - started
    event.remove(engine, "begin", begins)
    event.remove(engine, "commit", ends)
    assert "24 added" in result.output
    assert sum(held) < took / 2, (sum(held), took)


def test_a_killed_import_goes_on_where_it_was(app: Flask, settings: config.Settings, tmp_path: Path) -> None:
    root = _tree(tmp_path / "tree", 50)
    environ = {
        **os.environ, "SERVICEDESK_INSTANCE_DIR": str(settings.instance_dir),
        "SERVICEDESK_DATABASE_URL": settings.database_url,
        "SERVICEDESK_SECRET_KEY": settings.secret_key, "SERVICEDESK_PUBLIC_URL": "http://localhost",
    }  # fmt: skip
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "kb", "import", str(root)]
    counts: list[int] = []
    for _ in range(2):
        process = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        goal = (counts[-1] if counts else 0) + 1
        deadline = time.monotonic() + 60
        while _count(app) < goal and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        counts.append(_count(app))
    assert 0 < counts[0] <= counts[1]
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert f"{50 - counts[1]} added, 0 changed, {counts[1]} unchanged, 0 refused." in result.output
    with app.app_context():
        rows = [
            db.session.scalar(select(func.count()).select_from(table))
            for table in (Article, ArticleRevision, ImportedFile)
        ]
        assert rows == [50, 50, 50]


def _count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Article)) or 0


def test_what_the_database_refuses_is_one_line(app: Flask, tmp_path: Path) -> None:
    root = _tree(tmp_path / "tree", 5)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            db.session.execute(
                text(
                    "CREATE TRIGGER no BEFORE INSERT ON article_revisions WHEN NEW.title = 'Heading 2' "
                    "BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
            )
        else:
            db.session.execute(
                text("ALTER TABLE article_revisions ADD CONSTRAINT no CHECK (title <> 'Heading 2')")
            )
        db.session.commit()
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert "4 added, 0 changed, 0 unchanged, 1 refused." in result.output
    assert "Refused: a002.md: It could not be stored." in result.output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Article)) == 4
        assert db.session.scalar(select(func.count()).select_from(ArticleFile)) == 0


def test_many_translations_are_joined_a_few_at_a_time(app: Flask, tmp_path: Path) -> None:
    """No transaction writes for a whole tree: others would wait that long."""
    root = tmp_path / "tree"
    root.mkdir()
    for number in range(30):
        (root / f"a{number}.md").write_text(f"# Door {number}\n\nPush it {number} times.\n")
        head = f"---\nlanguage: pl\ntranslation_of: a{number}\n---\n"
        (root / f"p{number}.md").write_text(f"{head}# Drzwi {number}\n\nPchnij {number} razy.\n")
    joined: list[int] = []

    def count(connection: Connection) -> None:
        asked = text("SELECT count(*) FROM articles WHERE translation_of_id IS NOT NULL")
        joined.append(connection.scalar(asked) or 0)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", count)
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    event.remove(engine, "commit", count)
    assert "60 added" in result.output
    assert joined[-1] == 30
    assert max(after - before for before, after in pairwise(joined)) <= 20
