"""A file that closes its article keeps readers out at once, also where both texts were changed and somebody has to decide."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from servicedesk.database import db
from servicedesk.knowledge.models import SyncedFile
from tests.knowledge import library

_HERE, _IN_GIT = (
    "The text as it was mended here, of doors and keys.",
    "The text as git has it, of doors and keys.",
)
_PAGE = "pay/page.md"


def _page(*lines: str, text: str = _IN_GIT, title: str = "Page") -> str:
    header = "\n".join((f"title: {title}", *lines))
    return f"---\n{header}\n---\n{text}\n"


_CLOSING = {
    "header": ({_PAGE: _page("audience: staff")}, ("published", "staff")),
    "group": ({_PAGE: _page("audience: group:HR")}, ("published", "group:HR")),
    "draft": ({_PAGE: _page("draft: true")}, ("draft", "everyone")),
    "archived": ({_PAGE: _page("state: archived")}, ("archived", "everyone")),
    "both": ({_PAGE: _page("visibility: internal", "published: false")}, ("draft", "staff")),
    "title": ({_PAGE: _page(title='"[Internal] Page"')}, ("published", "staff")),
    "line": ({_PAGE: _page(text=f"HR only\n\n{_IN_GIT}")}, ("draft", "everyone")),
    "comment": ({_PAGE: _page(text=f"{_IN_GIT}\n\n<!-- audience: staff -->")}, ("published", "staff")),
    "folder": ({"pay/.meta.yml": "audience: staff\n", _PAGE: _page()}, ("published", "staff")),
    "folder alone": ({"pay/.meta.yml": "draft: true\n"}, ("draft", "everyone")),
}  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with two articles for everybody."""
    return library.write_tree(
        tmp_path / "kb",
        {_PAGE: _page(text="The first text, of doors and keys."), "other.md": _page(title="Other")},
    )


def _sync(app: Flask, root: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(root), *options])


def _edit(editor: FlaskClient, *, based_on: int, press: str = "publish", **fields: str) -> None:
    sent = {"title": "Page", "body": _HERE, "audience": "everyone", "based_on": str(based_on), press: "1"}
    assert editor.post("/articles/page/edit", data=sent | {"widening": "y"} | fields).status_code == 303


def _now(app: Flask) -> tuple[str, str]:
    return library.states(app)["page"]


@pytest.mark.parametrize("way", _CLOSING)
def test_a_conflict_whose_file_closes_the_article_closes_it_at_once_and_touches_no_text(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path, way: str
) -> None:
    files, closed = _CLOSING[way]
    assert _sync(app, tree).exit_code == 0
    _edit(editor, based_on=1)
    library.write_tree(tree, files)
    before = {path: path.read_bytes() for path in tree.rglob("*.md")}
    assert employee.get("/articles/page").status_code == 200
    result = _sync(app, tree)
    assert (result.exit_code, _now(app)) == (1, closed)
    assert f"Conflict: {_PAGE}: File and article were both changed." in result.output
    named = closed[0] if closed[0] != "published" else closed[1]
    assert f"Restricted: {_PAGE}: {named} (" in result.output
    assert "1 in conflict" in result.output
    assert employee.get("/articles/page").status_code == 404
    article = library.get_state(app, "page")
    assert article.revisions[-1].body.strip() == _HERE
    assert article.revisions[-1].audience == closed[1]
    assert {path: path.read_bytes() for path in tree.rglob("*.md")} == before
    again = _sync(app, tree)
    assert (again.exit_code, "Restricted: " in again.output, _now(app)) == (1, False, closed)
    assert len(library.get_state(app, "page").revisions) == len(article.revisions)


def test_the_narrower_audience_stands_in_the_history_and_the_search_follows(
    app: Flask, editor: FlaskClient, employee: FlaskClient, agent: FlaskClient, tree: Path
) -> None:
    _sync(app, tree)
    _edit(editor, based_on=1)
    library.write_tree(tree, {_PAGE: _page("audience: staff")})
    _sync(app, tree)
    library.index(app)
    found = [browser.get("/search", query_string={"q": "mended doors"}).text for browser in (agent, employee)]
    assert ["/articles/page" in text for text in found] == [True, False]
    revision = library.get_state(app, "page").revisions[-1]
    assert (revision.number, revision.author_id, revision.change_note) == (3, None, "kb_articles")
    assert _HERE in agent.get("/articles/page").text


def test_a_text_that_waits_for_publishing_is_closed_with_the_one_that_readers_have(
    app: Flask, editor: FlaskClient, agent: FlaskClient, tree: Path
) -> None:
    _sync(app, tree)
    _edit(editor, based_on=1)
    _edit(editor, based_on=2, press="save", body="What waits.")
    library.write_tree(tree, {_PAGE: _page("audience: staff")})
    _sync(app, tree)
    article = library.get_state(app, "page")
    assert article.published_revision is not None
    assert (article.published_revision.body.strip(), article.published_revision.audience) == (_HERE, "staff")
    assert (article.revisions[-1].body.strip(), article.revisions[-1].audience) == ("What waits.", "staff")
    assert _HERE in agent.get("/articles/page").text


def test_a_conflict_that_closes_nothing_leaves_its_readers(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path
) -> None:
    _sync(app, tree)
    _edit(editor, based_on=1)
    library.write_tree(tree, {_PAGE: _page()})
    assert _sync(app, tree).exit_code == 1
    assert employee.get("/articles/page").status_code == 200
    assert len(library.get_state(app, "page").revisions) == 2


def test_what_an_editor_opened_stays_open_in_a_conflict_while_its_file_closes_no_more_than_before(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path
) -> None:
    library.write_tree(tree, {_PAGE: _page("audience: staff", text="Of staff.")})
    _sync(app, tree)
    _edit(editor, based_on=1)
    library.write_tree(tree, {_PAGE: _page("audience: staff")})
    assert _sync(app, tree).exit_code == 1
    assert employee.get("/articles/page").status_code == 200


def test_a_conflict_ends_when_one_side_is_taken_over(app: Flask, editor: FlaskClient, tree: Path) -> None:
    _sync(app, tree)
    _edit(editor, based_on=1)
    library.write_tree(tree, {_PAGE: _page("audience: staff")})
    assert _sync(app, tree).exit_code == 1
    out = tree.parent / "out"
    app.test_cli_runner().invoke(args=["kb", "export", str(out)])
    (tree / _PAGE).write_bytes((out / "en" / "page.md").read_bytes())
    assert _sync(app, tree).exit_code == 0
    assert _now(app) == ("published", "staff")


@pytest.mark.parametrize(
    ("text", "status"), [(_IN_GIT, 404), ("Lifts are mended by another company since May.", 200)]
)
def test_a_file_of_which_nothing_is_known_closes_the_article_that_it_is_and_no_other(
    app: Flask, editor: FlaskClient, employee: FlaskClient, tree: Path, text: str, status: int
) -> None:
    """What was in step may be forgotten, as with a database of a backup; the texts tell whether they belong together."""
    _sync(app, tree)
    _edit(editor, based_on=1)
    with app.app_context():
        for record in db.session.query(SyncedFile):
            db.session.delete(record)
        db.session.commit()
    title = "Page" if status == 404 else "Lifts"
    library.write_tree(tree, {_PAGE: _page("audience: staff", text=text, title=title)})
    result = _sync(app, tree)
    assert f"Conflict: {_PAGE}: An article with this address exists already" in result.output
    assert employee.get("/articles/page").status_code == status
    assert library.get_state(app, "page").revisions[-1].body.strip() == _HERE


def test_a_file_that_reads_like_a_published_article_takes_it_away_where_its_folder_is_a_draft(
    app: Flask, employee: FlaskClient, tmp_path: Path
) -> None:
    library.publish(app, "nine", title="Nine", category="pay", body="Nine.\n")
    app.test_cli_runner().invoke(args=["kb", "export", str(tmp_path)])
    library.write_tree(tmp_path, {"en/pay/.meta.yml": "draft: true\n"})
    assert "Restricted: en/pay/nine.md: draft" in _sync(app, tmp_path).output
    assert employee.get("/articles/nine").status_code == 404
