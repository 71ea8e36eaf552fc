"""Nothing slow happens while SQLite's only write lock is held: no rendering, no bytes to disk, no question to the directory.

Python tells an audit hook of each such step when it begins; at that moment another connection asks for the lock.
"""

import io
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, before_render_template
from flask.testing import FlaskClient

from config import Settings
from servicedesk.database import db
from servicedesk.knowledge import rendering
from servicedesk.knowledge.models import Article, ArticleFile
from tests.factories import Cast
from tests.incidents.desk_work import send
from tests.incidents.library import file as file_incident

pytestmark = pytest.mark.one_database
_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


class Watch:
    """Notes for each slow step that begins whether somebody else could write at that moment."""

    def __init__(self) -> None:
        self._database: Path | None = None
        self.seen: list[tuple[str, bool]] = []
        sys.addaudithook(self._hear)

    @contextmanager
    def watching(self, database: Path) -> Iterator[None]:
        """Note what begins meanwhile."""
        self.seen, self._database = [], database
        try:
            yield
        finally:
            self._database = None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._database is None:
            return
        if event == "open" and str(arguments[0]).endswith(".part"):
            self.seen.append(("storing", self._is_free()))
        elif event == "subprocess.Popen" and "markdown_process" in str(arguments[1]):
            self.seen.append(("rendering", self._is_free()))
        elif event == "socket.connect":
            self.seen.append(("asking", self._is_free()))

    def _is_free(self) -> bool:
        with closing(sqlite3.connect(str(self._database), timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            other.execute("ROLLBACK")
            return True


_watch = Watch()


@pytest.fixture
def slow(settings: Settings) -> Iterator[list[tuple[str, bool]]]:
    """What slow steps began in this test, and whether the lock was free. Each text starts a render process of its own."""
    rendering._shared.close()
    with _watch.watching(settings.instance_dir / "servicedesk.db"):
        yield _watch.seen


def _article(app: Flask, slug: str) -> Article:
    with app.app_context():
        return db.session.query(Article).filter_by(title=slug).one()


def _fields(title: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title, "summary": "s", "audience": "everyone", "category": "how-to", "body": "# A text\n\nWith words.",
        **more,
    }  # fmt: skip


def test_a_preview(slow: list[tuple[str, bool]], editor: FlaskClient) -> None:
    assert (
        editor.post("/articles/preview", data={"body": "Some *text*.", "language": "en"}).status_code == 200
    )
    assert slow == [("rendering", True)]


def test_a_new_article_and_its_publishing(
    app: Flask, slow: list[tuple[str, bool]], editor: FlaskClient
) -> None:
    answer = editor.post("/articles/new", data=_fields("Lamps", language="en", publish="1"))
    assert answer.status_code == 303, answer.text
    assert slow == [("rendering", True)]
    assert _article(app, "Lamps").state == "published"


def test_an_article_that_is_saved_with_a_picture(
    app: Flask, slow: list[tuple[str, bool]], editor: FlaskClient
) -> None:
    assert editor.post("/articles/new", data=_fields("Lamps", language="en")).status_code == 303
    slug = _article(app, "Lamps").slug
    rendering._shared.close()
    slow.clear()
    fields = _fields(
        "Lamps", body="![it](file:shot.png)", based_on="1", files=(io.BytesIO(_PICTURE), "shot.png")
    )
    answer = editor.post(f"/articles/{slug}/edit", data=fields)
    assert answer.status_code == 303, answer.text
    assert sorted(set(slow)) == [("rendering", True), ("storing", True)]
    with app.app_context():
        (attached,) = db.session.query(ArticleFile).all()
        article = db.session.query(Article).filter_by(slug=slug).one()
        newest = max(article.revisions, key=lambda revision: revision.number)
        assert f"/articles/{slug}/files/{attached.id}" in newest.html


def test_a_picture_that_came_with_a_conflict_stays_and_is_there_once(app: Flask, editor: FlaskClient) -> None:
    assert editor.post("/articles/new", data=_fields("Lamps", language="en")).status_code == 303
    slug = _article(app, "Lamps").slug
    for _ in range(2):
        fields = _fields("Lamps", body="mine", based_on="0", files=(io.BytesIO(_PICTURE), "shot.png"))
        answer = editor.post(f"/articles/{slug}/edit", data=fields)
        assert answer.status_code == 409
        assert "shot.png" in answer.text
    with app.app_context():
        assert db.session.query(ArticleFile).count() == 1


@pytest.mark.parametrize("kind", ["upload", "filing", "answer", "desk answer", "note"])
def test_files_of_people(
    app: Flask, slow: list[tuple[str, bool]], employee: FlaskClient, agent: FlaskClient, cast: Cast, kind: str
) -> None:
    number = file_incident(app, cast.ewa, "The lamp does not shine.")
    file = (io.BytesIO(_PICTURE), "shot.png")
    client, address, fields = {
        "upload": (employee, "/incidents/uploads", {"file": file}),
        "filing": (
            employee, "/incidents",
            {
                "title": "A lamp", "text": "It is dark.", "impact": "3", "urgency": "2", "category_id": "", "contact": "",
                "files": file,
            },
        ),
        "answer": (employee, f"/incidents/{number}/answer", {"text": "Here it is.", "files": file}),
        "desk answer": (agent, f"/incidents/{number}/desk-answers", {"text": "Look.", "seen": "0", "anyway": "1", "files": file}),
        "note": (agent, f"/incidents/{number}/notes", {"note": "Look.", "files": file}),
    }[kind]  # fmt: skip
    answer = client.post(address, data=fields)
    assert answer.status_code < 500, answer.text
    assert slow == [("storing", True)]


def test_a_log_in(slow: list[tuple[str, bool]], client: FlaskClient) -> None:
    client.post("/login", data={"username": "ewa", "password": "no directory answers here"})
    assert slow
    assert set(slow) == {("asking", True)}


def test_an_article_that_is_proposed_when_an_incident_is_resolved(
    app: Flask, slow: list[tuple[str, bool]], agent: FlaskClient, cast: Cast
) -> None:
    number = file_incident(app, cast.ewa, "The lamp does not shine.")
    answer = send(agent, app, number, "resolve", kind="proposed", text="Change the bulb.")
    assert answer.status_code == 303, answer.text
    assert slow == [("rendering", True)]


@pytest.mark.parametrize(
    ("who", "address", "fields", "status"),
    [
        ("employee", "/incidents", {"text": "", "impact": "3", "urgency": "2"}, 422),
        ("employee", "/incidents/{number}/answer", {"text": ""}, 422),
        ("employee", "/incidents/{number}/watchers", {"colleague": "nobody at all"}, 422),
        ("agent", "/incidents/{number}/watchers", {"colleague": "nobody at all"}, 422),
        ("agent", "/incidents/{number}/desk-answers", {"text": "", "seen": "0"}, 422),
        ("agent", "/incidents/{number}/notes", {"note": ""}, 422),
        ("agent", "/incidents/{number}/notes", {"note": "x", "remove_file": "1"}, 200),
        ("agent", "/incidents/{number}/resolve", {"kind": "known", "version": "0"}, 422),
        ("employee", "/incidents/{number}/answer", {"text": "x", "remove_file": "1"}, 200),
        ("editor", "/articles/new", {"title": "", "body": "x"}, 422),
        ("editor", "/articles/new", _fields("Lamps", language="en", preview="1"), 200),
        ("employee", "/profile", {"language": "xx"}, 422),
        ("employee", "/login", {"username": ""}, 422),
    ],
)  # fmt: skip
def test_a_form_that_is_shown_again(
    app: Flask, cast: Cast, slow: list[tuple[str, bool]], request: pytest.FixtureRequest,
    who: str, address: str, fields: dict[str, str], status: int,
) -> None:  # fmt: skip
    number = file_incident(app, cast.ewa, "The lamp does not shine.")
    client = request.getfixturevalue(who)
    free: list[bool] = []

    def note(_app: Flask, **_: object) -> None:
        free.append(_watch._is_free())

    with before_render_template.connected_to(note, app):
        answer = client.post(address.format(number=number), data={"key": "a-key-of-its-own", **fields})
    assert answer.status_code == status, answer.text
    assert free
    assert all(free)
