"""A file that was uploaded for a group stays the group's until a revision for others shows it, and its name tells nothing."""

import io
import re
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import shown_files
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.knowledge import library
from tests.test_migrations import _MIGRATIONS as MIGRATIONS

_PICTURE = re.compile(r"<img[^>]*/files/")
_PNG = b"\x89PNG\r\n\x1a\n"
_FORM = {"title": "The office", "body": "It moves.", "audience": "group:Board"}


@pytest.fixture
def member(app: Flask, cast: Cast) -> FlaskClient:
    """An editor who is in the group."""
    with app.app_context():
        db.session.get_one(Person, cast.edyta).groups = ["Board"]
        db.session.commit()
    return sign_in(app, cast.edyta)


@pytest.fixture
def outsider(app: Flask, cast: Cast) -> FlaskClient:
    """An admin who is not."""
    return sign_in(app, cast.adam)


def _save(
    browser: FlaskClient, slug: str, based_on: int, *names: str, press: str = "save", **changes: str
) -> None:
    sent = [(io.BytesIO(_PNG + bytes([based_on])), name) for name in names]
    form = {**_FORM, **changes, "based_on": based_on, "widening": "y", "files": sent, press: "1"}
    saved = browser.post(f"/articles/{slug}/edit", data=form, content_type="multipart/form-data")
    assert saved.status_code == 303, saved.text


@pytest.fixture
def slug(member: FlaskClient) -> str:
    """An article for everyone with two files of the time when it was the group's: one was shown then, the other never."""
    first = member.post("/articles/new", data={**_FORM, "language": "en", "publish": "1"})
    slug = first.headers["Location"].split("/")[2]
    _save(member, slug, 1, "unused.png", "layoffs.png", body="![Who](file:layoffs.png)")
    _save(member, slug, 2, press="publish", audience="everyone", body="It moves in May.")
    return slug


def _status(browser: FlaskClient, slug: str, number: int) -> int:
    return browser.get(f"/articles/{slug}/files/{number}", buffered=True).status_code


def test_files_that_no_open_revision_shows_stay_the_groups(
    member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    assert [_status(member, slug, number) for number in (1, 2)] == [200, 200]
    assert [_status(outsider, slug, number) for number in (1, 2)] == [404, 404]
    page = outsider.get(f"/articles/{slug}/edit").text
    assert "unused" not in page
    assert "layoffs" not in page


def test_a_revision_for_others_that_shows_a_file_opens_it(
    app: Flask, cast: Cast, member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    _save(member, slug, 3, press="publish", audience="everyone", body="![Plan](file:unused.png)")
    assert [_status(outsider, slug, number) for number in (1, 2)] == [200, 404]
    assert _status(sign_in(app, cast.ewa), slug, 1) == 200


def test_the_name_of_an_upload_tells_nothing_of_hidden_ones(
    member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    for number, name in enumerate(("layoffs.png", "unused.png", "nobody-has-this.png"), start=3):
        _save(outsider, slug, number, name, audience="everyone", body=f"Text {number}")
    page = outsider.get(f"/articles/{slug}/edit").text
    assert all(f"file:{name}.png)" in page for name in ("layoffs", "unused", "nobody-has-this"))
    _save(outsider, slug, 6, "layoffs.png", audience="everyone", body="Text 6")
    assert "file:layoffs-2.png)" in outsider.get(f"/articles/{slug}/edit").text
    _save(outsider, slug, 7, press="publish", audience="everyone", body="![Mine](file:layoffs.png)")
    shown = outsider.get(f"/articles/{slug}").text
    assert f"/articles/{slug}/files/3" in shown
    assert f"/articles/{slug}/files/2" not in shown


_WORDS_LIKE_AN_ADDRESS = [
    'See /files/2" there.',
    '`/articles/{slug}/files/2"`',
    '    <img alt="x" src="/articles/{slug}/files/2">',
    '<img src="/articles/{slug}/files/2">',
    "<p>Text <IMG alt='x' SRC='/articles/{slug}/files/2'></p>",
    "![Who](/articles/{slug}/files/2)",
    "![Who](file:layoffs.png)",
    'Text <img src="file:layoffs.png"> and <image src="/articles/{slug}/files/2">',
    '<details><summary>Text</summary><img title="&quot;" src="/articles/{slug}/files/2#x"></details>',
]


@pytest.mark.parametrize("words", _WORDS_LIKE_AN_ADDRESS)
def test_who_names_a_hidden_file_neither_sees_nor_opens_it(
    app: Flask, cast: Cast, member: FlaskClient, outsider: FlaskClient, slug: str, words: str
) -> None:
    body = f"Text.\n\n{words.format(slug=slug)}\n"
    sent = {"slug": slug, "body": body, "language": "en"}
    assert not _PICTURE.search(outsider.post("/articles/preview", data=sent).text)
    for based_on, press in ((3, "save"), (4, "publish")):
        # Another text each time, so that there is something to save.
        _save(outsider, slug, based_on, press=press, audience="everyone", body=f"{body}\n\nWords {based_on}")
        assert _status(outsider, slug, 2) == 404
        assert "layoffs.png)" not in outsider.get(f"/articles/{slug}/edit").text.replace(body.strip(), "")
    reader = sign_in(app, cast.ewa)
    assert _status(reader, slug, 2) == 404
    assert not _PICTURE.search(reader.get(f"/articles/{slug}").text)
    assert _status(member, slug, 2) == 200


def test_who_sees_a_file_shows_it_by_its_address_as_well(
    app: Flask, cast: Cast, member: FlaskClient, slug: str
) -> None:
    body = f'<img alt="Who" src="/articles/{slug}/files/2">'
    _save(member, slug, 3, press="publish", audience="everyone", body=body)
    assert _status(sign_in(app, cast.ewa), slug, 2) == 200


def _as_in_files(app: Flask, root: Path) -> Path:
    """Write the tree of the articles, and return the only file in it."""
    root.mkdir(exist_ok=True)
    result = app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(root)])
    assert result.exit_code == 0, result.output
    (path,) = root.rglob("*.md")
    return path


def test_a_file_of_the_tree_shows_nothing_that_its_readers_may_not_see(
    app: Flask, cast: Cast, member: FlaskClient, slug: str, tmp_path: Path
) -> None:
    path = _as_in_files(app, tmp_path / "kb")
    path.write_text(path.read_text() + "\nSee ![Who](file:layoffs.png) ![Not](file:unused.png)\n")
    _as_in_files(app, tmp_path / "kb")
    reader = sign_in(app, cast.ewa)
    assert "See <em>Who</em> <em>Not</em>" in reader.get(f"/articles/{slug}").text
    assert [_status(reader, slug, number) for number in (1, 2)] == [404, 404]


def test_opening_a_file_of_the_tree_to_more_people_opens_what_it_shows(
    app: Flask, cast: Cast, member: FlaskClient, slug: str, tmp_path: Path
) -> None:
    _save(member, slug, 3, press="publish", audience="group:Board", body="![Who](file:layoffs.png)")
    path = _as_in_files(app, tmp_path / "kb")
    path.write_text(path.read_text().replace("group:Board", "everyone"))
    reader = sign_in(app, cast.ewa)
    assert _status(reader, slug, 2) == 404
    result = app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(tmp_path / "kb"), "--widen"])
    assert result.exit_code == 0, result.output
    assert [_status(reader, slug, number) for number in (1, 2)] == [404, 200]


def test_an_imported_file_shows_nothing_that_its_readers_may_not_see(
    app: Flask, cast: Cast, member: FlaskClient, outsider: FlaskClient, tmp_path: Path
) -> None:
    root = tmp_path / "set"
    secret = "---\naudience: group:Board\n---\n# The office\n\nIt moves in May. ![Who](layoffs.png)\n"
    library.import_tree(app, library.write_tree(root, {"office.md": secret}))
    (root / "layoffs.png").write_bytes(_PNG)
    library.import_tree(app, root)
    assert _status(member, "office", 1) == 200
    (root / "layoffs.png").unlink()
    for words in ("", "![Who](file:layoffs.png)", "<img src='/articles/office/files/1'>"):
        (root / "office.md").write_text(f"# The office\n\nIt moves in May. Words {words}\n")
        library.import_tree(app, root, *(() if words else ("--widen",)))
        assert not _PICTURE.search(sign_in(app, cast.ewa).get("/articles/office").text)
        assert _status(outsider, "office", 1) == 404
    # The same bytes again are a picture of their own.
    (root / "layoffs.png").write_bytes(_PNG)
    (root / "office.md").write_text("# The office\n\nIt moves in May. Words ![Who](layoffs.png)\n")
    library.import_tree(app, root)
    assert [_status(outsider, "office", number) for number in (1, 2)] == [404, 200]


def test_the_tree_that_is_exported_holds_no_hidden_file(
    app: Flask, outsider: FlaskClient, slug: str, tmp_path: Path
) -> None:
    _save(outsider, slug, 3, press="publish", audience="everyone", body="Text ![Who](file:layoffs.png)")
    result = app.test_cli_runner().invoke(args=["kb", "export", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert [path.suffix for path in (tmp_path / "out").rglob("*.*")] == [".md"]


def test_what_revisions_of_an_earlier_version_show_is_asked_of_their_pictures(
    app: Flask, cast: Cast, member: FlaskClient, outsider: FlaskClient, slug: str
) -> None:
    _save(outsider, slug, 3, press="publish", audience="everyone", body='See /files/2" and `src="/files/2"`.')
    _save(member, slug, 4, press="publish", audience="everyone", body="![Plan](file:unused.png)")
    with app.app_context():
        rows = select(shown_files).order_by(*shown_files.c)
        before = db.session.execute(rows).all()
        db.session.remove()
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0015")
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        assert db.session.execute(rows).all() == before
    assert len(before) == 2
    assert _status(sign_in(app, cast.ewa), slug, 2) == 404
