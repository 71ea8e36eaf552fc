"""What a command opens with --widen tells no title that its new readers could not read, and admins are told of it."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article
from servicedesk.people.models import SecurityEvent
from servicedesk.people.rules import ARTICLE_WIDENED
from tests.factories import Cast, sign_in

_NAME = "plan-to-close-zamosc"
_SECRET = (
    "---\ntitle: Plan to close Zamość\nlanguage: en\naudience: group:HR\n{more}---\nSoon it is closed.\n"
)
_OPENED = "---\ntitle: {title}\nlanguage: en\naudience: {audience}\n{more}---\nSoon it is closed.\n"


@pytest.fixture(params=["sync", "import"])
def command(request: pytest.FixtureRequest) -> str:
    """Each of the commands that take files."""
    return str(request.param)


def _run(app: Flask, command: str, root: Path, text: str, *options: str) -> str:
    root.mkdir(exist_ok=True)
    (root / f"{_NAME}.md").write_text(text)
    place = ("--from-files-only", "--path", str(root)) if command == "sync" else (str(root),)
    done = app.test_cli_runner().invoke(args=["kb", command, *place, *options])
    assert done.exit_code == 0, done.output
    return done.output


def _state(app: Flask) -> tuple[str, str, int]:
    """Return address and audience of the only article, and how many events tell of it."""
    with app.app_context():
        article = db.session.scalars(select(Article)).one()
        events = db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == ARTICLE_WIDENED)).all()
        assert {(event.person_id, event.detail) for event in events} <= {(None, str(article.id))}
        return article.slug, article.audience, len(events)


@pytest.mark.parametrize("more", ["", f"slug: {_NAME}\n"], ids=["by its name", "by its header"])
def test_an_article_that_a_file_opens_gets_an_address_of_the_title_that_all_may_read(
    app: Flask, cast: Cast, employee: FlaskClient, admin: FlaskClient, tmp_path: Path, command: str, more: str
) -> None:
    _run(app, command, tmp_path / "kb", _SECRET.format(more=more))
    opened = _OPENED.format(title="How offices are closed", audience="everyone", more=more)
    said = _run(app, command, tmp_path / "kb", opened, "--widen")
    slug, audience, events = _state(app)
    assert re.fullmatch(r"how-offices-are-closed-\d{5}", slug)
    assert (audience, events) == ("everyone", 1)
    assert f"Not used: {_NAME}.md: slug: {_NAME} → {slug}" in said
    assert employee.get(f"/articles/{slug}").status_code == 200
    assert employee.get(f"/articles/{_NAME}").status_code == 404
    assert sign_in(app, cast.hanna).get(f"/articles/{_NAME}").headers["Location"] == f"/articles/{slug}"
    listed = admin.get("/admin/security-events").text
    assert "Article opened to more people" in listed
    assert _NAME not in listed
    _run(app, command, tmp_path / "kb", opened, "--widen")
    assert _state(app) == (slug, "everyone", 1)


def test_a_new_slug_in_its_header_is_the_address_then(
    app: Flask, cast: Cast, tmp_path: Path, command: str
) -> None:
    _run(app, command, tmp_path / "kb", _SECRET.format(more=""))
    opened = _OPENED.format(title="How offices are closed", audience="staff", more="slug: offices\n")
    _run(app, command, tmp_path / "kb", opened, "--widen")
    assert _state(app) == ("offices", "staff", 1)


def test_an_address_stays_while_no_title_is_hidden(
    app: Flask, cast: Cast, tmp_path: Path, command: str
) -> None:
    _run(app, command, tmp_path / "kb", _SECRET.format(more="").replace("Plan to close Zamość", "Offices"))
    opened = _OPENED.format(title="Offices", audience="everyone", more="")
    _run(app, command, tmp_path / "kb", opened, "--widen")
    assert _state(app) == (_NAME, "everyone", 1)


def test_what_is_closed_or_stays_as_it_is_tells_nobody(
    app: Flask, cast: Cast, tmp_path: Path, command: str
) -> None:
    _run(app, command, tmp_path / "kb", _OPENED.format(title="Offices", audience="everyone", more=""))
    _run(app, command, tmp_path / "kb", _OPENED.format(title="Places", audience="staff", more=""))
    assert _state(app) == (_NAME, "staff", 0)
